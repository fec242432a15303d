import LoadMetrics
import Verdicts

extension ExampleReport {
    /// A report as a broken or a hostile writer could make it: every figure beyond all bounds.
    static let extreme: RunReport = {
        var report = passed
        let doubles: [Double] = [
            .nan, .infinity, -.infinity, 1e308, -1e308, 0, -1, .leastNonzeroMagnitude, 1e15, 0.1, 99.999_999_999,
        ]
        var next = 0
        func odd() -> Double {
            next += 1
            return doubles[next % doubles.count]
        }
        let integers = [Int.max, Int.min, 0, -1, 1]
        func oddInteger() -> Int {
            next += 1
            return integers[next % integers.count]
        }
        func latency() -> LatencySummary {
            LatencySummary(
                count: .max, min: odd(), mean: odd(), max: odd(), p50: odd(), p90: odd(), p95: odd(), p99: odd(),
                p999: odd(), spectrum: (0..<40).map { _ in .init(percentile: odd(), milliseconds: odd()) })
        }
        for index in report.result.requests.indices {
            report.result.requests[index].count = .max
            report.result.requests[index].errors = .max
            report.result.requests[index].cacheHits = .max
            report.result.requests[index].cacheMisses = .max
            report.result.requests[index].responseTime = latency()
            report.result.requests[index].serviceTime = latency()
        }
        report.result.timeline = (0..<40).map { _ in
            TimelinePoint(
                second: oddInteger(), offered: .max, started: .max, dropped: .max, requests: .max, errors: .max,
                p50: odd(), p95: odd(), p99: odd(), max: odd())
        }
        report.result.generator = GeneratorHealth(
            cpu: odd(), scheduleLag: latency(), dropped: .max, iterations: .max, workers: oddInteger(),
            connections: oddInteger())
        report.result.cache?.ages = (0..<40).map { .init(ageSeconds: odd(), hit: $0.isMultiple(of: 2)) }
        report.result.cache?.promisedTTLSeconds = .nan
        report.result.cache?.ttlSeconds = .init(estimate: odd(), low: odd(), high: odd())
        report.result.cache?.hits = .max
        report.result.stream?.samples = (0..<40).map { _ in
            .init(sentSeconds: odd(), lagMilliseconds: odd(), event: "INSERT")
        }
        report.result.stream?.lag = latency()
        report.result.stream?.lost = .min
        for index in report.result.alarms.indices {
            report.result.alarms[index].threshold = odd()
            report.result.alarms[index].periodSeconds = oddInteger()
            report.result.alarms[index].firedAfterSeconds = odd()
            report.result.alarms[index].clearedAfterSeconds = odd()
            report.result.alarms[index].evaluatedDatapoints = doubles
            for event in report.result.alarms[index].timeline.indices {
                report.result.alarms[index].timeline[event].second = odd()
                report.result.alarms[index].timeline[event].value = odd()
            }
        }
        report.result.reconciliation = doubles.map {
            .init(metric: "Count", client: $0, cloudWatch: odd(), tolerance: odd(), verdict: .pass)
        }
        report.result.run.wallSeconds = .infinity
        report.result.run.skippedSeconds = .nan
        for index in report.result.run.phases.indices { report.result.run.phases[index].seconds = odd() }
        report.result.run.host.cores = .min
        return report
    }()
}
