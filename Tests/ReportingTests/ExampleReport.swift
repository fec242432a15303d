import Foundation
import LoadMetrics
import Verdicts

/// Reports as real runs make them, for rendering; every figure that a test looks for is written here once.
enum ExampleReport {
    /// Names that try to break out of every format that a report is written in.
    static let hostileNames = [
        "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a]]>b&amp;c", "{{{evil}}} {{#x}}",
        "\u{1B}[31mred\u{1B}[0m\u{7}\u{0}", "\u{202E}gnp.exe", "\u{0600}<script>alert(2)</script>",
        "\"\u{0301} onmouseover=alert(3) x=\"\u{0301}", "line\nbreak\ttab", "日本語の名前がとても長い場合のエンドポイント",
        String(repeating: "arn:aws:lambda:us-west-2:123456789012:function", count: 4),
    ]

    static func spectrum(median: Double, spread: Double) -> [LatencySummary.SpectrumPoint] {
        var points: [LatencySummary.SpectrumPoint] = []
        var remaining = 1.0
        while remaining > 0.0005 {
            for step in 0..<5 {
                let share = 1 - remaining + remaining / 2 * Double(step) / 5
                points.append(
                    .init(percentile: share * 100, milliseconds: value(share, median: median, spread: spread)))
            }
            remaining /= 2
        }
        points.append(.init(percentile: 100, milliseconds: value(0.9995, median: median, spread: spread)))
        return points
    }

    /// A long-tailed distribution: half the median at 0, the median at 0.5.
    private static func value(_ share: Double, median: Double, spread: Double) -> Double {
        let tail = -log2(1 - share)
        return median * (0.5 + share) + median * spread * tail * tail / 20
    }

    static func latency(_ count: UInt64, median: Double, spread: Double = 1) -> LatencySummary {
        func at(_ share: Double) -> Double { value(share, median: median, spread: spread) }
        return LatencySummary(
            count: count, min: at(0), mean: at(0.55), max: at(0.9995), p50: at(0.5), p90: at(0.9), p95: at(0.95),
            p99: at(0.99), p999: at(0.999), spectrum: count == 0 ? [] : spectrum(median: median, spread: spread))
    }

    static func request(
        _ name: String, _ method: String, count: UInt64, errors: UInt64 = 0, median: Double, hits: UInt64? = nil
    ) -> RequestSummary {
        var outcomes = [(method == "POST" ? "status_201" : "status_200"): count - errors]
        if errors > 0 { outcomes["status_502"] = errors }
        return RequestSummary(
            name: name, method: method, count: count, errors: errors, outcomes: outcomes,
            responseTime: latency(count, median: median * 1.04, spread: 1.6),
            serviceTime: latency(count, median: median),
            cacheHits: hits, cacheMisses: hits.map { count - $0 })
    }

    static func timeline(seconds: Int) -> [TimelinePoint] {
        (0..<seconds).map { second in
            let wave = Double((second * 7919) % 13)
            return TimelinePoint(
                second: second, offered: 50, started: second == 6 ? 47 : 50, dropped: second == 6 ? 3 : 0,
                requests: 296 + UInt64(wave), errors: second == 6 ? 2 : 0, p50: 6.1 + wave / 10, p95: 14.2 + wave / 3,
                p99: 24.5 + wave * 1.3 + (second == 6 ? 40 : 0), max: 41 + wave * 3 + (second == 6 ? 70 : 0))
        }
    }

    static func alarm(
        _ name: String, metric: String, threshold: Double, fault: String, start: Double, fires: Bool = true
    ) -> AlarmObservation {
        let fired = start + 660
        var events: [AlarmObservation.Event] = [
            .init(second: start, kind: "state", text: "OK"),
            .init(second: start + 20, kind: "sent", value: threshold - 1, text: "\(Int(threshold) - 1) x \(fault)"),
        ]
        for minute in 1...14 {
            let value = minute == 1 ? threshold - 1 : minute == 9 ? threshold : 0
            events.append(
                .init(second: start + Double(minute) * 60, kind: "datapoint", value: value, text: "Sum over 5 min"))
        }
        events.append(.init(second: start + 500, kind: "sent", value: threshold, text: "\(Int(threshold)) x \(fault)"))
        if fires {
            events.append(.init(second: fired, kind: "state", text: "OK -> ALARM"))
            events.append(.init(second: fired, kind: "action", text: "arn:aws:sns:us-west-2:123456789012:alarms-dev"))
            events.append(.init(second: fired + 600, kind: "state", text: "ALARM -> OK"))
        }
        return AlarmObservation(
            name: name, metric: metric, condition: ">= \(Int(threshold)) in 1 of 2", threshold: threshold,
            periodSeconds: 300, fault: fault, evidence: "realTraffic", verdict: fires ? .pass : .fail,
            belowThreshold: .init(
                sent: threshold - 1, requests: Int(threshold) - 1, datapoint: threshold - 1, state: "OK", verdict: .pass
            ),
            atThreshold: .init(
                sent: threshold, requests: Int(threshold), datapoint: fires ? threshold : nil,
                state: fires ? "ALARM" : "OK", verdict: fires ? .pass : .fail),
            firedAfterSeconds: fires ? 160 : nil, clearedAfterSeconds: fires ? 600 : nil,
            evaluatedDatapoints: fires ? [threshold, 0] : [],
            actions: fires ? ["arn:aws:sns:us-west-2:123456789012:alarms-dev"] : [], timeline: events)
    }

    static func cache() -> CacheObservation {
        let ages = (0...70).map { CacheObservation.AgeSample(ageSeconds: Double($0) / 2, hit: $0 <= 60) }
        return CacheObservation(
            promisedTTLSeconds: 30, method: "originMarker", hits: 61, misses: 10,
            ttlSeconds: .init(estimate: 30.25, low: 30, high: 30.5), ages: ages,
            staleness: .init(writes: 4, staleReads: 37, maxSeconds: 29.8, freshAfterSeconds: 30.3), crossKeyBleed: 0,
            crossKeyReads: 24)
    }

    static func stream(lost: Int = 0) -> StreamObservation {
        let samples = (0..<30).map { index in
            StreamObservation.Sample(
                sentSeconds: Double(index) * 0.4,
                lagMilliseconds: index < lost ? nil : 900 + Double((index * 5381) % 4900),
                event: ["INSERT", "MODIFY", "REMOVE"][index % 3])
        }
        let lags = samples.compactMap(\.lagMilliseconds).sorted()
        func at(_ share: Double) -> Double {
            lags.isEmpty ? 0 : lags[min(lags.count - 1, Int(share * Double(lags.count)))]
        }
        return StreamObservation(
            written: 30, delivered: 30 - lost, lost: lost, duplicated: 0, outOfOrder: 0,
            lag: LatencySummary(
                count: UInt64(lags.count), min: at(0), mean: at(0.5), max: at(1), p50: at(0.5), p90: at(0.9),
                p95: at(0.95), p99: at(0.99), p999: at(0.999)), samples: samples)
    }

    static func result() -> RunResult {
        let requests = [
            request("create", "POST", count: 500, errors: 2, median: 9.4),
            request("read", "GET", count: 500, median: 6.2, hits: 0),
            request("read again", "GET", count: 500, median: 1.3, hits: 500),
            request("update", "PUT", count: 500, median: 8.8), request("list", "GET", count: 500, median: 14.9),
            request("delete", "DELETE", count: 498, median: 7.7),
        ]
        var total = request("all", "", count: 2998, errors: 2, median: 7.1, hits: 500)
        total.outcomes = ["status_200": 2498, "status_201": 498, "status_502": 2]
        total.cacheMisses = 500
        let api = "AWS/ApiGateway", dimensions = "{ApiName=serverless-api-dev, Stage=dev} Sum/300s"
        return RunResult(
            tool: .init(name: "firedrill", version: "0.1.0"),
            run: RunInformation(
                id: "20260131T080509Z-items-crud", scenario: "items-crud", scenarioFile: "scenarios/items-crud.yaml",
                target: .init(kind: "emulator", baseURL: "http://127.0.0.1:41873/dev", stack: "firedrill-dev"),
                startedAt: "2026-01-31T08:05:09.123Z", endedAt: "2026-01-31T08:05:50.402Z", wallSeconds: 41.279,
                skippedSeconds: 3254, seed: 42, host: .init(name: "buildhost", cores: 8, system: "Linux 6.1 x86_64"),
                phases: [
                    .init(name: "start", seconds: 1.9), .init(name: "warm-up", seconds: 2),
                    .init(name: "load", seconds: 10.1), .init(name: "cache", seconds: 6.3),
                    .init(name: "stream", seconds: 14.2), .init(name: "alarms", seconds: 6.1),
                    .init(name: "reconciliation", seconds: 0.7),
                ]),
            requests: requests, total: total, timeline: timeline(seconds: 10),
            generator: GeneratorHealth(
                cpu: 0.314, scheduleLag: latency(500, median: 0.09), dropped: 3, iterations: 500, workers: 2,
                connections: 36),
            cache: cache(), stream: stream(),
            alarms: [
                alarm(
                    "api-lambda-errors-dev", metric: "AWS/Lambda Errors {FunctionName=api-handler-dev} Sum/300s",
                    threshold: 1, fault: "GET /items/{id} threw", start: 0),
                alarm(
                    "stream-lambda-errors-dev", metric: "AWS/Lambda Errors {FunctionName=stream-handler-dev} Sum/300s",
                    threshold: 1, fault: "poison record", start: 60),
                alarm(
                    "api-4xx-errors-dev", metric: "\(api) 4XXError \(dimensions)", threshold: 10,
                    fault: "GET /items/{id} answered 404", start: 120),
                alarm(
                    "api-5xx-errors-dev", metric: "\(api) 5XXError \(dimensions)", threshold: 5,
                    fault: "GET /items/{id} answered 500", start: 180),
            ],
            reconciliation: [
                .init(metric: "Count", client: 3142, cloudWatch: 3142, tolerance: 0, verdict: .pass),
                .init(metric: "4XXError", client: 19, cloudWatch: 19, tolerance: 0, verdict: .pass),
                .init(metric: "5XXError", client: 11, cloudWatch: 11, tolerance: 0, verdict: .pass),
                .init(metric: "CacheHitCount", client: 561, cloudWatch: 561, tolerance: 2, verdict: .pass),
                .init(metric: "CacheMissCount", client: 510, cloudWatch: 511, tolerance: 2, verdict: .pass),
            ])
    }

    static func checks() -> [Check] {
        func check(
            _ id: String, _ kind: Check.Kind, _ name: String, _ expected: String, _ actual: String, _ reason: String
        )
            -> Check
        { Check(id: id, kind: kind, name: name, verdict: .pass, expected: expected, actual: actual, reason: reason) }
        var checks = [
            check(
                "threshold.http_req_duration.read", .threshold, "http_req_duration{name:read} p(95)<250",
                "p(95) < 250 ms",
                "9.6 ms", "500 samples, all of the load phase."),
            check(
                "threshold.http_req_failed", .threshold, "http_req_failed rate<0.01", "rate < 0.01", "0.0007",
                "2 of 2,998 requests failed."),
            check("cache.ttl", .cache, "cache TTL", "30 s", "30 to 30.5 s", "The promised TTL lies in the interval."),
            check(
                "cache.bleed", .cache, "no bleed between items", "0 of 24", "0 of 24",
                "Every read answered with its own item."),
            check(
                "stream.lost", .stream, "no record lost", "30 delivered", "30 delivered",
                "Every probe write was processed."),
            check("reconciliation.Count", .reconciliation, "Count agrees", "3,142", "3,142", "The counts are equal."),
            check(
                "generator.cpu", .generator, "generator CPU", "at most 80%", "31.4%", "The generator had room to spare."
            ),
        ]
        for name in ["api-lambda-errors-dev", "stream-lambda-errors-dev", "api-4xx-errors-dev", "api-5xx-errors-dev"] {
            checks.append(
                check(
                    "alarm.\(name).silent", .alarm, "\(name) stays OK below its threshold", "OK", "OK",
                    "It did not ring."))
            checks.append(
                check(
                    "alarm.\(name).fires", .alarm, "\(name) fires at its threshold", "ALARM", "ALARM",
                    "It fired after 2 min 40 s."))
        }
        return checks
    }

    static let passed = RunReport(
        result: result(), judgement: Judgement(verdict: .pass, exitCode: .passed, checks: checks()))

    /// A 4xx alarm that watches a dimension nobody writes, and records lost because the mapping is off.
    static let failed: RunReport = {
        var report = passed
        report.result.alarms[2] = alarm(
            "api-4xx-errors-dev", metric: "AWS/ApiGateway 4XXError {ApiName=serverless-api-prod, Stage=dev} Sum/300s",
            threshold: 10, fault: "GET /items/{id} answered 404", start: 120, fires: false)
        report.result.alarms[2].findings = [
            Finding(
                id: "alarm.dimension", resource: "api-4xx-errors-dev",
                message:
                    "The alarm watches ApiName=serverless-api-prod, but the API is called serverless-api-dev, so it "
                    + "never gets a datapoint.", remedy: "Set the dimension ApiName to serverless-api-dev.")
        ]
        report.result.findings = [
            Finding(
                id: "mapping.disabled", resource: "StreamMapping",
                message: "The event source mapping of stream-handler-dev is disabled.",
                remedy: "Set Enabled to true on the mapping.")
        ]
        report.result.stream = stream(lost: 30)
        report.result.stream?.lag = LatencySummary()
        report.result.reconciliation[1] = .init(
            metric: "4XXError", client: 19, cloudWatch: nil, tolerance: 0, verdict: .fail)
        func fail(_ id: String, _ expected: String, _ actual: String, _ reason: String) {
            for index in report.judgement.checks.indices where report.judgement.checks[index].id == id {
                report.judgement.checks[index].verdict = .fail
                report.judgement.checks[index].expected = expected
                report.judgement.checks[index].actual = actual
                report.judgement.checks[index].reason = reason
            }
        }
        fail(
            "alarm.api-4xx-errors-dev.fires", "ALARM", "OK",
            report.result.alarms[2].findings.map(\.message).joined(separator: "; "))
        fail("stream.lost", "30 delivered", "0 delivered", "No probe write was ever processed.")
        for finding in report.result.findings + report.result.alarms[2].findings {
            report.judgement.checks.append(
                Check(
                    id: "\(finding.id).\(finding.resource)", kind: .wiring, name: finding.resource, verdict: .fail,
                    expected: finding.remedy, actual: finding.id, reason: finding.message))
        }
        report.judgement.verdict = .fail
        report.judgement.exitCode = .verificationFailed
        return report
    }()

    static let invalid: RunReport = {
        var report = passed
        report.result.generator.cpu = 0.973
        report.judgement.verdict = .invalid
        report.judgement.exitCode = .invalidRun
        for index in report.judgement.checks.indices where report.judgement.checks[index].id == "generator.cpu" {
            report.judgement.checks[index].verdict = .invalid
            report.judgement.checks[index].actual = "97.3%"
            report.judgement.checks[index].reason = "The generator was saturated; its latencies are its own."
        }
        return report
    }()

    static let interrupted: RunReport = {
        var report = passed
        report.result.run.interrupted = true
        report.result.run.wallSeconds = 12.4
        report.result.timeline = timeline(seconds: 7)
        report.result.stream = nil
        report.result.alarms = []
        report.result.reconciliation = []
        report.judgement.exitCode = .interrupted
        report.judgement.checks = report.judgement.checks.map { check in
            var check = check
            if [.alarm, .stream, .reconciliation].contains(check.kind) {
                (check.verdict, check.actual, check.reason) = (
                    .skipped, "not reached", "The run was interrupted before it."
                )
            }
            return check
        }
        return report
    }()

    /// Load only, and hardly that: no probe, no sample.
    static let empty = RunReport(
        result: RunResult(
            tool: .init(name: "firedrill", version: "0.1.0"),
            run: RunInformation(
                id: "empty", scenario: "empty", scenarioFile: "empty.yaml",
                target: .init(kind: "url", baseURL: "http://127.0.0.1:9"), startedAt: "2026-01-31T08:05:09.123Z",
                seed: 0,
                host: .init(name: "", cores: 0, system: "")),
            total: RequestSummary(name: "all", method: "")),
        judgement: Judgement(verdict: .pass, exitCode: .passed, checks: []))

    /// Every text that comes from outside, hostile.
    static let hostile: RunReport = {
        var report = failed
        var next = 0
        func evil() -> String {
            defer { next += 1 }
            return hostileNames[next % hostileNames.count]
        }
        report.result.run.scenario = evil()
        report.result.run.scenarioFile = evil()
        report.result.run.target.baseURL = evil()
        report.result.run.host.name = evil()
        for index in report.result.requests.indices {
            report.result.requests[index].name = evil()
            report.result.requests[index].outcomes[evil()] = 3
        }
        for index in report.result.alarms.indices {
            report.result.alarms[index].name = evil()
            report.result.alarms[index].metric = evil()
            report.result.alarms[index].fault = evil()
            report.result.alarms[index].actions = [evil()]
            for event in report.result.alarms[index].timeline.indices {
                report.result.alarms[index].timeline[event].text = evil()
            }
        }
        for index in report.judgement.checks.indices {
            report.judgement.checks[index].name = evil()
            report.judgement.checks[index].expected = evil()
            report.judgement.checks[index].actual = evil()
            report.judgement.checks[index].reason = evil()
        }
        report.result.findings = hostileNames.map { Finding(id: $0, resource: $0, message: $0, remedy: $0) }
        for index in report.result.run.phases.indices { report.result.run.phases[index].name = evil() }
        report.result.reconciliation[0].metric = evil()
        return report
    }()

    /// Ten minutes with twenty endpoints.
    static let long: RunReport = {
        var report = passed
        report.result.timeline = timeline(seconds: 600)
        report.result.requests = (1...20).map { request("endpoint \($0)", "GET", count: 9000, median: Double($0)) }
        return report
    }()

    static let named: [(name: String, report: RunReport)] = [
        ("passed", passed), ("failed", failed), ("invalid", invalid), ("interrupted", interrupted), ("empty", empty),
        ("hostile", hostile), ("long", long),
    ]
}
