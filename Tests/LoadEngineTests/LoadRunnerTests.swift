import LoadMetrics
import ScenarioModel
import Synchronization
import Testing

@testable import LoadEngine

@Suite("LoadRunner")
struct LoadRunnerTests {
    private func plan(
        _ server: LoopbackServer, steps: String, rate: String = "200/s", duration: String = "500ms",
        more: String = "", top: String = "", path: String = ""
    ) throws -> LoadPlan {
        let scenario = try Scenario(
            yaml: """
                version: 1
                name: test
                seed: 7
                target: { emulator: {} }
                flows:
                  f: [ \(steps) ]
                scenarios:
                  s: { flow: f, executor: constant-arrival-rate, rate: \(rate), duration: \(duration)\(more) }
                \(top)
                """, file: "test.yaml", environment: [:])
        return try LoadPlan(scenario: scenario, baseURL: server.url + path, runID: "run")
    }

    private func run(_ plan: LoadPlan) async throws -> LoadResult {
        try await LoadRunner(plan: plan).run { _ in }
    }

    @Test("sends what was scheduled, no more and no less, and measures both latencies")
    func sendsTheSchedule() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let result = try await run(plan(server, steps: "{ get: /a }", path: "/dev"))
        #expect(result.total.count == 100)
        #expect(result.total.errors == 0)
        #expect(result.total.outcomes == ["status_2xx": 100])
        #expect(result.requests.map(\.name) == ["GET /a"])
        #expect(result.generator.iterations == 100)
        #expect(result.generator.dropped == 0)
        #expect(result.generator.scheduleLag.count == 100)
        #expect(result.traffic.answered == 100)
        #expect(result.total.responseTime.count == 100)
        #expect(result.total.serviceTime.p50 > 0)
        #expect(result.total.responseTime.p50 >= result.total.serviceTime.p50)
        #expect(result.timeline.map(\.offered).reduce(0, +) == 100)
        #expect(result.timeline.map(\.started).reduce(0, +) == 100)
        #expect(result.timeline.map(\.requests).reduce(0, +) == 100)
        #expect(server.requests.count == 100)
        #expect(server.requests.allSatisfy { $0.target == "/dev/a" })
        let request = try #require(server.requests.first)
        #expect(
            request.head.hasPrefix("GET /dev/a HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: firedrill"))
    }

    @Test("carries captured values on, each where it belongs and written as it must be")
    func journeys() async throws {
        let server = LoopbackServer { request in
            switch request.method {
            case "POST":
                .ok(#"{"x":[],"item":{"id":"a b/\"é","n":12345678901234567890.10}}"#, headers: "ETag: \"v1\"\r\n")
            default: .ok(#"{"id":"a b/\"é"}"#)
            }
        }
        defer { server.stop() }
        let steps = #"""
            { post: { url: /items, name: create, json: { id: "{{ uuid }}", n: "{{ random.int(5, 9) }}", s: "{{ seq }}", at: "{{ timestamp }}" }, capture: { id: $.item.id, n: $.item.n, tag: { header: etag } } } },
            { get: { url: "/items/{{ id }}?n={{ n }}", name: read, headers: { If-Match: "{{ tag }}" }, expect: { status: 200, json: { $.id: "{{ id }}" } } } },
            { put: { url: /p, name: update, json: { id: "{{ id }}", n: "{{ n }}", text: "id={{ id }}" } } }
            """#
        let result = try await run(plan(server, steps: steps, rate: "40/s"))
        #expect(result.requests.map(\.count) == [20, 20, 20])
        #expect(result.total.errors == 0, "\(result.total.outcomes)")
        let requests = server.requests
        let read = try #require(requests.first { $0.method == "GET" })
        #expect(read.target == "/items/a%20b%2F%22%C3%A9?n=12345678901234567890.10")
        #expect(read.header("if-match") == #""v1""#)
        let update = try #require(requests.first { $0.method == "PUT" })
        #expect(
            String(decoding: update.body, as: UTF8.self)
                == #"{"id":"a b/\"é","n":12345678901234567890.10,"text":"id=a b/\"é"}"#)
        #expect(update.header("content-type") == "application/json")
        let bodies = requests.filter { $0.method == "POST" }.map { String(decoding: $0.body, as: UTF8.self) }
        let form =
            /\{"id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","n":[5-9],"s":(\d+),"at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}/
        let numbers = bodies.compactMap { try? form.wholeMatch(in: $0)?.1 }.compactMap { Int($0) }
        #expect(numbers.sorted() == Array(0..<20), "\(bodies.first ?? "")")
        #expect(Set(bodies.map { $0.prefix(44) }).count == 20)
    }

    @Test("numbers repeat with the seed, identities differ from run to run")
    func seeds() async throws {
        func bodies(runID: String) async throws -> [String] {
            let server = LoopbackServer { _ in .ok("{}") }
            defer { server.stop() }
            let scenario = try Scenario(
                yaml: """
                    version: 1
                    name: test
                    seed: 7
                    target: { emulator: {} }
                    flows: { f: [ { post: { url: /a, body: "{{ random.int(1, 1000000) }} {{ uuid }}" } } ] }
                    scenarios: { s: { flow: f, executor: constant-arrival-rate, rate: 50/s, duration: 200ms } }
                    """, file: "t", environment: [:])
            _ = try await run(LoadPlan(scenario: scenario, baseURL: server.url, runID: runID))
            return server.requests.map { String(decoding: $0.body, as: UTF8.self) }.sorted()
        }
        let (first, again, other) = try await (bodies(runID: "a"), bodies(runID: "a"), bodies(runID: "b"))
        #expect(first == again)
        #expect(first != other)
        #expect(first.map { $0.prefix { $0 != " " } } == other.map { $0.prefix { $0 != " " } })
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        var outcome: String
        var reply: LoopbackServer.Reply
        var testDescription: String { outcome }
    }

    static let failures: [Failure] = [
        Failure(outcome: "reset", reply: .close),
        Failure(outcome: "reset", reply: .reset),
        Failure(
            outcome: "truncated", reply: .sendAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".utf8))),
        Failure(outcome: "truncated", reply: .sendAndClose(Array("HTTP/1.1 20".utf8))),
        Failure(outcome: "malformed", reply: .send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))),
        Failure(outcome: "timeout", reply: .silence),
        Failure(outcome: "status_503", reply: .ok("", status: "503 Slow Down")),
        Failure(outcome: "status_404", reply: .ok("", status: "404 Not Found")),
        Failure(outcome: "expectation", reply: .ok("", status: "302 Found")),
        Failure(outcome: "expectation", reply: .ok(#"{"a":2}"#)),
        Failure(outcome: "expectation", reply: .ok(#"{"a":"1"}"#)),
        Failure(outcome: "expectation", reply: .ok("no JSON")),
    ]

    @Test("counts every failure as what it is and sends nothing twice", arguments: failures)
    func countsFailures(failure: Failure) async throws {
        let server = LoopbackServer { _ in failure.reply }
        defer { server.stop() }
        var plan = try plan(
            server, steps: "{ get: { url: /a, expect: { status: 200, json: { $.a: 1 } } } }", rate: "40/s",
            duration: "250ms")
        if failure.outcome == "timeout" { plan.requestTimeout = 20_000_000 }
        let result = try await run(plan)
        #expect(result.total.outcomes == [failure.outcome: 10])
        #expect(result.total.errors == 10)
        #expect(server.requests.count == 10)
        let isTransport = !failure.outcome.hasPrefix("status") && failure.outcome != "expectation"
        #expect(result.traffic.transportFailures == (isTransport ? 10 : 0))
        #expect(result.traffic.answered == (isTransport ? 0 : 10))
        #expect(result.traffic.status5xx == (failure.outcome == "status_503" ? 10 : 0))
        #expect(result.traffic.status4xx == (failure.outcome == "status_404" ? 10 : 0))
    }

    @Test("an expected 404 is no error, a number is compared as a number, a header as a text")
    func expectations() async throws {
        let server = LoopbackServer { _ in
            .ok(#"{"a":1.0,"b":"x","c":null,"d":true}"#, headers: "X-Kind: small\r\n", status: "404 Not Found")
        }
        defer { server.stop() }
        let result = try await run(
            plan(
                server,
                steps:
                    "{ get: { url: /a, expect: { status: [200, 404], json: { $.a: 1, $.b: x, $.c: null, $.d: true }, headers: { x-kind: small } } } }",
                duration: "100ms"))
        #expect(result.total.outcomes == ["status_404": 20])
        #expect(result.total.errors == 0)
        #expect(result.traffic.status4xx == 20)
    }

    @Test("a missing capture is an error and ends the journey")
    func missingCapture() async throws {
        let server = LoopbackServer { _ in .ok(#"{"item":{}}"#) }
        defer { server.stop() }
        let result = try await run(
            plan(
                server, steps: #"{ post: { url: /a, capture: { id: $.item.id } } }, { get: "/a/{{ id }}" }"#,
                duration: "100ms"))
        #expect(result.requests.map(\.count) == [20, 0])
        #expect(result.total.outcomes == ["expectation": 20])
        #expect(server.requests.count == 20)
    }

    @Test("reads bodies in chunks, in pieces and until the end alike")
    func framings() async throws {
        let json = #"{"item":{"id":"abc"}}"#
        let server = LoopbackServer { request in
            switch request.number % 3 {
            case 0:
                .pieces(
                    [
                        "HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: chunked\r\n\r\n5\r\n", #"{"ite"#, "\r\n10\r\n",
                        #"m":{"id":"abc"}}"#, "\r\n0\r\n\r\n",
                    ]
                    .map { Array($0.utf8) })
            case 1:
                .pieces(
                    [
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"item\":",
                        #"{"id":"abc"}}"#,
                    ].map { Array($0.utf8) })
            default: .sendAndClose(Array("HTTP/1.1 200 OK\r\n\r\n\(json)".utf8))
            }
        }
        defer { server.stop() }
        let result = try await run(
            plan(server, steps: "{ get: { url: /a, expect: { json: { $.item.id: abc } } } }", rate: "100/s"))
        #expect(result.total.outcomes == ["status_2xx": 50])
    }

    @Test("tells hits from misses by the origin marker, and counts them in the traffic too")
    func cacheCounts() async throws {
        // Every third answer comes from the origin.
        let calls = Mutex(0)
        let server = LoopbackServer { _ in
            let call = calls.withLock { calls in
                defer { calls += 1 }
                return calls
            }
            return .ok("{}", headers: "x-origin-id: m\(call / 3)\r\n")
        }
        defer { server.stop() }
        let result = try await run(
            plan(
                server, steps: "{ get: { url: /a, name: cached, cached: true } }, { get: { url: /a, name: plain } }",
                rate: "60/s",
                top: "cache: { request: { get: /a }, ttl: 30s, originMarker: { header: X-Origin-Id } }"))
        let cached = try #require(result.requests.first)
        #expect((cached.cacheHits ?? 0) + (cached.cacheMisses ?? 0) == 30)
        #expect(result.traffic.cacheHits == cached.cacheHits)
        #expect(result.traffic.cacheMisses == cached.cacheMisses)
        // 60 answers bear 20 markers; each cached answer is the first bearer of its marker at most once.
        #expect((10...20).contains(result.traffic.cacheMisses))
        #expect(result.requests[1].cacheHits == nil)
    }

    @Test("arrivals beyond the limit are dropped and counted, not queued")
    func drops() async throws {
        let server = LoopbackServer { _ in .silence }
        defer { server.stop() }
        let result = try await run(
            plan(
                server, steps: "{ get: /a }", rate: "100/s", duration: "200ms",
                more: ", maxInFlight: 3, gracefulStop: 0s"))
        #expect(result.generator.dropped == 17)
        #expect(result.generator.iterations == 3)
        #expect(result.total.outcomes == ["interrupted": 3])
        #expect(result.timeline.map(\.dropped).reduce(0, +) == 17)
        #expect(result.timeline.map(\.offered).reduce(0, +) == 20)
        #expect(server.requests.count == 3)
    }

    @Test("a think time holds the next step back without making it late")
    func thinkTime() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let result = try await run(
            plan(server, steps: "{ get: /a }, { think: 300ms }, { get: /b }", rate: "100/s", duration: "100ms"))
        #expect(result.requests.map(\.count) == [10, 10])
        // The think time is in neither latency.
        #expect(result.requests[1].responseTime.p50 < 300)
        #expect(result.generator.scheduleLag.count == 20)
    }

    @Test("warm-up shows in the traffic and in nothing else")
    func warmup() async throws {
        let server = LoopbackServer { _ in .ok("", status: "500 Oops") }
        defer { server.stop() }
        let result = try await run(
            plan(
                server, steps: "{ get: /a }", rate: "50/s", duration: "200ms",
                top: "warmup: { flow: f, rate: 100/s, duration: 100ms }"))
        #expect(result.total.count == 10)
        #expect(result.generator.iterations == 10)
        #expect(result.traffic.answered == 20)
        #expect(result.traffic.status5xx == 20)
        #expect(result.timeline.map(\.requests).reduce(0, +) == 10)
        #expect(result.warmupStartedAt < result.startedAt)
        #expect(result.startedAt < result.endedAt)
    }

    @Test("a server that closes its idle connections costs no error")
    func idleClose() async throws {
        let server = LoopbackServer { _ in
            .sendAndClose(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8))
        }
        defer { server.stop() }
        let result = try await run(plan(server, steps: "{ get: /a }", rate: "4/s", duration: "1s"))
        #expect(result.total.outcomes == ["status_2xx": 4])
        #expect(server.requests.count == 4)
    }

    @Test("several loads run side by side or one after the other")
    func severalLoads() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let scenario = try Scenario(
            yaml: """
                version: 1
                name: test
                target: { emulator: {} }
                flows: { f: [ { get: /f } ], g: [ { get: /g } ] }
                scenarios:
                  second: { flow: g, executor: constant-arrival-rate, rate: 50/s, duration: 200ms, startAfter: first }
                  first: { mix: { f: 1, g: 1 }, executor: constant-arrival-rate, rate: 100/s, duration: 200ms, arrivals: poisson }
                """, file: "t", environment: [:])
        var plan = try LoadPlan(scenario: scenario, baseURL: server.url, runID: "r")
        plan.workers = 3
        let expected = plan.loads.map { Array($0.schedule).count }.reduce(0, +)
        let result = try await run(plan)
        #expect(result.total.count == UInt64(expected))
        #expect(result.generator.workers == 3)
        let last = try #require(server.requests.last)
        #expect(last.target == "/g")
        #expect(result.requests.map(\.name) == ["GET /f", "GET /g"])
    }

    @Test("stops early when asked, finishing what is under way")
    func stops() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let runner = LoadRunner(plan: try plan(server, steps: "{ get: /a }", rate: "100/s", duration: "1h"))
        let result = try await runner.run { _ in runner.stop() }
        #expect(result.interrupted)
        #expect(result.total.errors == 0)
        #expect(result.total.count >= 50)
        #expect(result.timeline.map(\.offered).reduce(0, +) == result.total.count)
        await #expect(throws: LoadError.self) { try await runner.run { _ in } }
    }

    @Test("a run that was stopped before it began sends nothing")
    func stoppedBefore() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let runner = LoadRunner(
            plan: try plan(server, steps: "{ get: /a }", top: "warmup: { flow: f, rate: 10/s, duration: 1h }"))
        runner.stop()
        let result = try await runner.run { _ in }
        #expect(result.interrupted)
        #expect(result.traffic == Traffic())
        #expect(server.requests.isEmpty)
    }

    @Test("an address where nobody listens is one clear error")
    func unreachable() async throws {
        let server = LoopbackServer { _ in .silence }
        let plan = try plan(server, steps: "{ get: /a }")
        server.stop()
        let error = await #expect(throws: LoadError.self) { _ = try await run(plan) }
        #expect(error?.code == .unreachable)
        #expect(error?.description.contains(server.url) == true)
        let nowhere = try LoadPlan(
            scenario: Scenario(file: "f", name: "n", target: .baseURL("")), baseURL: "http://no-such-host.invalid",
            runID: "r")
        let unresolved = await #expect(throws: LoadError.self) { _ = try await run(nowhere) }
        #expect(unresolved?.description.contains("cannot resolve no-such-host.invalid") == true)
    }

    @Test(
        "a base URL that is none is refused before anything is sent",
        arguments: ["", "localhost", "ftp://a", "http://", "http://a:99999", "http://a b", "http://a/?q"])
    func badBaseURL(url: String) {
        #expect(throws: ScenarioError.self) {
            try LoadPlan(scenario: Scenario(file: "f", name: "n", target: .baseURL(url)), baseURL: url, runID: "r")
        }
    }

    @Test("a server that goes away under a closed loop is an error each time, not a crash")
    func staticLoadLosesItsServer() async throws {
        // The server ends with its first request; every connection after that is refused.
        let box = Mutex<LoopbackServer?>(nil)
        let server = LoopbackServer { _ in
            box.withLock { $0 }?.stop()
            return .close
        }
        box.withLock { $0 = server }
        let outcome = try await StaticLoad(url: server.url, connections: 8, duration: .milliseconds(200)).run()
        #expect(outcome.errors == outcome.requests)
        #expect((8...400).contains(outcome.errors))
        box.withLock { $0 = nil }
    }

    @Test("a scenario without loads measures nothing")
    func noLoads() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let plan = try LoadPlan(
            scenario: Scenario(file: "f", name: "n", target: .baseURL("")), baseURL: server.url, runID: "r")
        let result = try await run(plan)
        #expect(result.total.count == 0)
        #expect(result.timeline.isEmpty)
        #expect(result.requests.isEmpty)
    }

    @Test("the closed loop keeps every connection busy")
    func staticLoad() async throws {
        let server = LoopbackServer { _ in .ok("{}") }
        defer { server.stop() }
        let outcome = try await StaticLoad(
            url: server.url + "/x?y=1", connections: 4, duration: .milliseconds(200), threads: 2
        ).run()
        #expect(outcome.errors == 0)
        #expect(outcome.requests > 100)
        #expect(outcome.cpuMicrosecondsPerRequest > 0)
        #expect(server.requests.allSatisfy { $0.target == "/x?y=1" })
        #expect((4...5).contains(server.connections))
    }
}
