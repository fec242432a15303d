import LoadMetrics
import Timekeeping

/// The generator's own health.
struct GeneratorParts {
    var generatorFacts: [FactPart]
    var scheduleFigure: FigurePart?

    init?(_ health: GeneratorHealth) {
        guard health != GeneratorHealth() else { return nil }
        let lag = health.scheduleLag
        generatorFacts = [
            FactPart("CPU", Figure.percent(health.cpu), note: "of the workers' cores"),
            FactPart("Iterations", Figure.count(health.iterations)),
            FactPart("Dropped arrivals", Figure.count(health.dropped), tone: health.dropped > 0 ? "bad" : nil),
            FactPart("Workers", Figure.count(health.workers)),
            FactPart("Connections", Figure.count(health.connections)),
        ]
        if lag.count > 0 {
            generatorFacts.append(
                FactPart(
                    "Sends late by", "p99 \(Figure.latency(milliseconds: lag.p99))",
                    note: "p50 \(Figure.latency(milliseconds: lag.p50)), max \(Figure.latency(milliseconds: lag.max))"))
        }
        guard !lag.spectrum.isEmpty else { return }
        scheduleFigure = FigurePart(
            figureTitle: "How late sends were, \(LatencyUnit(upTo: lag.max).name)",
            figureNote: "Against their schedule, by percentile. What the generator adds itself.",
            drawing: PercentileSpectrumChart(
                label: "Schedule lag by percentile: p50 \(Figure.latency(milliseconds: lag.p50)), "
                    + "p99 \(Figure.latency(milliseconds: lag.p99)).",
                series: [.init(name: "late by", style: "s1", latency: lag)]
            ).markup())
    }
}

/// Where, when and how the run was made, so that it can be repeated.
struct RunParts {
    var runFacts: [FactPart]
    var phases: TablePart?
    var command: String
    var seed: String
    var skipped: String?

    init(_ result: RunResult) {
        let run = result.run
        runFacts = [
            FactPart("Run", run.id), FactPart("Scenario", run.scenario, note: run.scenarioFile),
            FactPart("Seed", String(run.seed)),
            FactPart(
                "Target", run.target.baseURL,
                note: [run.target.kind, run.target.stack].compactMap { $0 }.joined(separator: " ")),
            FactPart("Started", Self.moment(run.startedAt)), FactPart("Ended", Self.moment(run.endedAt)),
            FactPart("Wall time", Figure.duration(seconds: run.wallSeconds)),
            FactPart("Waiting skipped", Figure.duration(seconds: run.skippedSeconds)),
            FactPart("Host", run.host.name, note: "\(Figure.counted(run.host.cores, "core")), \(run.host.system)"),
            FactPart("Made by", "\(result.tool.name) \(result.tool.version)"),
        ]
        .filter { !$0.value.isEmpty }
        let total = run.phases.reduce(0) { $0 + max($1.seconds, 0) }
        func share(_ phase: RunInformation.Phase) -> Double { total > 0 ? max(phase.seconds, 0) / total : 0 }
        phases =
            run.phases.isEmpty
            ? nil
            : TablePart(
                "Phases, in wall time", columns: [("Phase", "text"), ("Time", "num"), ("Share", "wide")],
                rows: run.phases.map { phase in
                    [
                        TablePart.Cell(phase.name), TablePart.Cell(Figure.duration(seconds: phase.seconds)),
                        TablePart.Cell(Figure.percent(share(phase)), share: share(phase)),
                    ]
                })
        command = "firedrill run \(Self.shellWord(run.scenarioFile))"
        seed = String(run.seed)
        skipped =
            run.skippedSeconds > 0
            ? "\(Figure.duration(seconds: run.skippedSeconds)) of idle waiting were skipped by advancing the emulator's "
                + "clock. Load, cache hits and stream lag are measured in real time; cache ages and alarm periods are the "
                + "target's." : nil
    }

    /// `2026-01-31 08:05:09 UTC`; text that is no moment as it is.
    static func moment(_ text: String) -> String {
        guard let moment = Timestamp(iso8601: text) else { return text }
        return moment.iso8601.prefix(19).replacing("T", with: " ") + " UTC"
    }

    /// As a POSIX shell reads it as one word.
    private static func shellWord(_ text: String) -> String {
        let safe = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "/._-+:@%".unicodeScalars.contains($0))
        }
        return safe && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
