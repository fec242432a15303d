import LoadMetrics
import ScenarioModel
import Testing

@testable import Verdicts

@Suite("Judge")
struct JudgeTests {
    private func result() -> RunResult {
        let latency = LatencySummary(count: 100, min: 1, mean: 5, max: 90, p50: 4, p90: 9, p95: 12, p99: 40, p999: 80)
        let read = RequestSummary(
            name: "read", method: "GET", count: 100, errors: 1, responseTime: latency, serviceTime: latency,
            cacheHits: 50,
            cacheMisses: 50)
        return RunResult(
            tool: .init(name: "firedrill", version: "0"),
            run: RunInformation(
                id: "r", scenario: "s", scenarioFile: "s.yaml", target: .init(kind: "emulator", baseURL: "http://x"),
                startedAt: "", seed: 1, host: .init(name: "h", cores: 2, system: "l")),
            requests: [read], total: read, timeline: [TimelinePoint(second: 0), TimelinePoint(second: 1)],
            generator: GeneratorHealth(
                cpu: 0.1, scheduleLag: LatencySummary(count: 9, p99: 1), dropped: 0, iterations: 20, workers: 1,
                connections: 1))
    }

    private func judge(_ result: RunResult, thresholds: [Threshold] = []) -> Judgement {
        Judge.judge(result, thresholds: thresholds, limits: GeneratorLimits())
    }

    private func threshold(
        _ metric: ThresholdMetric, _ aggregation: Threshold.Aggregation, _ comparison: Threshold.Comparison,
        _ limit: Double,
        name: String? = nil
    ) -> Threshold {
        Threshold(
            metric: metric, tags: name.map { ["name": $0] } ?? [:], expression: "x", aggregation: aggregation,
            comparison: comparison, limit: limit)
    }

    @Test("a run without a blemish passes") func passes() {
        let judgement = judge(result())
        #expect(judgement.verdict == .pass && judgement.exitCode == .passed)
    }

    @Test(
        "thresholds are judged on the figure they name",
        arguments: [
            (.httpReqDuration, .percentile(95), .less, 13, true), (.httpReqDuration, .percentile(95), .less, 12, false),
            (.httpReqDuration, .max, .lessOrEqual, 90, true), (.httpReqFailed, .rate, .less, 0.02, true),
            (.httpReqFailed, .rate, .less, 0.01, false), (.cacheHitRatio, .value, .greaterOrEqual, 0.5, true),
            (.droppedIterations, .count, .equal, 0, true), (.httpReqs, .rate, .greater, 49, true),
            (.streamLost, .count, .equal, 0, false),
        ] as [(ThresholdMetric, Threshold.Aggregation, Threshold.Comparison, Double, Bool)])
    func judgesThresholds(
        metric: ThresholdMetric, aggregation: Threshold.Aggregation, comparison: Threshold.Comparison, limit: Double,
        holds: Bool
    ) {
        let judgement = judge(result(), thresholds: [threshold(metric, aggregation, comparison, limit)])
        #expect(judgement.exitCode == (holds ? .passed : .thresholdFailed))
    }

    @Test("a threshold on something that never got a sample fails") func failsWithoutSample() {
        let judgement = judge(
            result(), thresholds: [threshold(.httpReqDuration, .percentile(95), .less, 1e9, name: "raed")])
        #expect(judgement.exitCode == .thresholdFailed)
        #expect(judgement.checks[0].actual == "no sample")
    }

    @Test("a saturated generator makes the run invalid, whatever else failed") func invalidates() {
        var result = result()
        result.generator.cpu = 0.99
        let judgement = judge(result, thresholds: [threshold(.httpReqFailed, .rate, .less, 0)])
        #expect(judgement.verdict == .invalid && judgement.exitCode == .invalidRun)
    }

    @Test("arrivals that could not start make the run invalid, unless a threshold says how many may")
    func judgesDropped() {
        var result = result()
        result.generator.dropped = 7
        #expect(judge(result).exitCode == .invalidRun)
        #expect(judge(result, thresholds: [threshold(.droppedIterations, .count, .less, 10)]).exitCode == .passed)
        result.generator.iterations = 0
        #expect(judge(result).exitCode == .invalidRun)
    }

    @Test("an alarm that the scenario does not name is told, and not judged") func tellsUndrilled() {
        var result = result()
        result.undrilledAlarms = ["other"]
        let judgement = judge(result)
        #expect(judgement.exitCode == .passed)
        #expect(judgement.checks.contains { $0.id == "alarm.other.undrilled" && $0.verdict == .skipped })
    }

    @Test("a part that could not be carried out makes the run invalid") func invalidatesOnProblem() {
        var result = result()
        result.problems = [RunProblem(phase: "alarms", message: "no answer")]
        #expect(judge(result).exitCode == .invalidRun)
    }

    @Test("an interrupted run says so with its exit code") func interrupts() {
        var result = result()
        result.run.interrupted = true
        let unmeasured = threshold(.streamLost, .count, .equal, 0)
        let judgement = judge(result, thresholds: [unmeasured])
        #expect(judgement.exitCode == .interrupted && judgement.verdict == .invalid)
        #expect(judgement.checks[0].verdict == .skipped)
    }

    struct Verification: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout RunResult) -> Void
    }

    static let failures: [Verification] = [
        Verification(testDescription: "bleed") {
            $0.cache = CacheObservation(promisedTTLSeconds: 30, method: "m", crossKeyBleed: 1, crossKeyReads: 5)
        },
        Verification(testDescription: "never served") {
            $0.cache = CacheObservation(
                promisedTTLSeconds: 30, method: "m", ages: [.init(ageSeconds: 1, hit: false)], crossKeyReads: 5)
        },
        Verification(testDescription: "another TTL") {
            $0.cache = CacheObservation(
                promisedTTLSeconds: 30, method: "m", ttlSeconds: .init(estimate: 10, low: 9.5, high: 10.5),
                ages: [.init(ageSeconds: 1, hit: true)], crossKeyReads: 5)
        },
        Verification(testDescription: "stale for too long") {
            $0.cache = CacheObservation(
                promisedTTLSeconds: 30, method: "m",
                staleness: .init(writes: 1, staleReads: 3, maxSeconds: 45, freshAfterSeconds: 46))
        },
        Verification(testDescription: "a record lost") {
            $0.stream = StreamObservation(
                written: 9, delivered: 8, lost: 1, duplicated: 0, outOfOrder: 0, lag: LatencySummary())
        },
        Verification(testDescription: "an order broken") {
            $0.stream = StreamObservation(
                written: 9, delivered: 9, lost: 0, duplicated: 0, outOfOrder: 1, lag: LatencySummary())
        },
        Verification(testDescription: "counts that differ") {
            $0.reconciliation = [
                ReconciliationRow(metric: "Count", client: 9, cloudWatch: 8, tolerance: 0, verdict: .fail)
            ]
        },
        Verification(testDescription: "a finding") {
            $0.findings = [Finding(id: "cache.key", resource: "r", message: "m", remedy: "x")]
        },
        Verification(testDescription: "an alarm that kept silent") {
            $0.alarms = [
                AlarmObservation(
                    name: "a", metric: "m", condition: ">= 1", threshold: 1, periodSeconds: 300, fault: "f",
                    evidence: "realTraffic", verdict: .fail,
                    atThreshold: .init(sent: 1, requests: 1, datapoint: nil, state: "OK", verdict: .fail))
            ]
        },
    ]

    @Test("a failed verification gives its own exit code", arguments: failures) func verifies(item: Verification) {
        var result = result()
        item.change(&result)
        let judgement = judge(result)
        #expect(judgement.exitCode == .verificationFailed && judgement.verdict == .fail)
    }

    @Test("an alarm without evidence is never passed") func refusesEmptyEvidence() {
        var result = result()
        result.alarms = [
            AlarmObservation(
                name: "a", metric: "m", condition: ">= 1", threshold: 1, periodSeconds: 300, fault: "f",
                evidence: "none",
                verdict: .pass)
        ]
        #expect(judge(result).exitCode == .invalidRun)
    }

    @Test(
        "where several codes apply the stated order decides",
        arguments: [
            ([.thresholdFailed, .verificationFailed], .verificationFailed),
            ([.verificationFailed, .invalidRun, .interrupted], .interrupted),
            ([.regression, .thresholdFailed], .thresholdFailed),
            ([], .passed), ([.internalFault, .badConfiguration], .internalFault),
        ] as [([ExitCode], ExitCode)])
    func orders(codes: [ExitCode], winner: ExitCode) { #expect(ExitCode.winner(of: codes) == winner) }
}
