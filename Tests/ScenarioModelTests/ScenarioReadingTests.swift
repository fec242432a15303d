import Foundation
import Testing

@testable import ScenarioModel

@Suite("Scenario reading")
struct ScenarioReadingTests {
    static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scenarios/items-crud.yaml")

    @Test("reads the ready-made scenario")
    func readsTheShippedScenario() throws {
        let scenario = try Scenario(
            yaml: String(contentsOf: Self.shipped, encoding: .utf8), file: "items-crud.yaml", environment: [:])
        #expect(scenario.name == "items-crud")
        #expect(scenario.seed == 42)
        #expect(scenario.target == .emulator(EmulatorSpecification()))
        let flow = try #require(scenario.flow(named: "crud"))
        #expect(flow.steps.map(\.name) == ["create", "read", "read again", "update", "list", "delete"])
        #expect(flow.steps.map(\.method) == ["POST", "GET", "GET", "PUT", "GET", "DELETE"])
        #expect(flow.steps.map(\.cached) == [false, true, true, false, false, false])
        #expect(flow.steps[1].think == ThinkTime(minimum: .milliseconds(20), maximum: .milliseconds(20)))
        #expect(
            flow.steps[0].captures == [
                Capture(variable: "id", source: .json(JSONPath(segments: [.member("item"), .member("id")])))
            ])
        #expect(flow.steps[0].expect.statuses == [201])
        let load = try #require(scenario.loads.first)
        #expect(load.executor == .constantArrivalRate(.perSecond(40)))
        #expect(load.arrivals == .poisson)
        #expect(load.duration == .seconds(10))
        #expect(scenario.cache?.ttl == .seconds(30))
        #expect(scenario.cache?.originMarkerHeader == "x-origin-id")
        #expect(scenario.stream?.samples == 30)
        #expect(scenario.stream?.observe.description == "$.probe")
        #expect(scenario.alarms.map(\.expect.maximumFailures) == [10, 5, 1, 1])
        guard case .header(let step, value: "status-500") = scenario.alarms[1].fault else {
            Issue.record("expected a header fault")
            return
        }
        #expect(step.url.pieces == [.literal("/items/"), .expression(.uuid)])
        guard case .streamRecord = scenario.alarms[3].fault else {
            Issue.record("expected a stream record fault")
            return
        }
        let staleness = try #require(scenario.thresholds.first { $0.metric == .cacheStaleness })
        #expect(staleness.limit == 31_000)
        #expect(scenario.thresholds.contains { $0.tags == ["name": "read again"] && $0.aggregation == .percentile(95) })
    }

    @Test("a fault may be an invocation, a throttled request, or left open")
    func faults() throws {
        let scenario = try Scenario(
            yaml: """
                version: 1
                name: x
                target: { emulator: {} }
                alarms:
                  - { name: open }
                  - { name: invoked, fault: { invoke: { function: f } } }
                  - { name: poisoned, fault: { invoke: { function: f, payload: "[]" } } }
                  - { name: throttled, fault: { throttle: { put: "/a" } } }
                """, file: "x.yaml", environment: [:])
        let faults = scenario.alarms.map(\.fault)
        #expect(faults[0] == .automatic)
        #expect(faults[1] == .invocation(function: "f", payload: AlarmFault.poison))
        #expect(faults[2] == .invocation(function: "f", payload: "[]"))
        guard case .throttle(let step) = faults[3] else {
            Issue.record("expected a throttled request, got \(faults[3])")
            return
        }
        #expect(step.method == "PUT" && step.url.source == "/a")
    }

    @Test("sends numbers as numbers and everything quoted as text")
    func jsonTypes() throws {
        let scenario = try Self.scenario(
            step: #"post: { url: /a, json: { a: 1.50, b: "1", c: true, d: null, e: x, f: [01, -2e3] } }"#)
        guard case .json(.object(let members))? = scenario.flows.first?.steps.first?.body else {
            Issue.record("expected a JSON body")
            return
        }
        #expect(members.map(\.name) == ["a", "b", "c", "d", "e", "f"])
        #expect(members[0].value == .number("1.50"))
        #expect(members[1].value == .string(Template(literal: "1")))
        #expect(members[2].value == .bool(true))
        #expect(members[3].value == .null)
        // 01 is no JSON number, so it stays the text that was written.
        #expect(members[5].value == .array([.string(Template(literal: "01")), .number("-2e3")]))
    }

    @Test("fills in the environment and keeps secrets out of every text")
    func environment() throws {
        let yaml = """
            version: 1
            name: n
            target: { baseURL: "${env.URL}/" }
            flows: { f: [ { get: { url: /a, headers: { Authorization: "Bearer ${secret.KEY}" } } } ] }
            scenarios: { s: { flow: f, executor: constant-arrival-rate, rate: 1/s, duration: 1s } }
            """
        let scenario = try Scenario(
            yaml: yaml, file: "f", environment: ["URL": "https://api.example.com/dev", "KEY": "hunter2"])
        #expect(scenario.target == .baseURL("https://api.example.com/dev"))
        let value = try #require(scenario.flows.first?.steps.first?.headers.first?.value)
        #expect(value.constant == "Bearer hunter2")
        var dumped = ""
        dump(scenario, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(scenario)".contains("hunter2"))
    }

    @Test("an emulated target names its template, its code and the Python that runs it") func emulator() throws {
        let target =
            "{ emulator: { template: t.json, parameters: { A: b }, functions: { F: cmd }, assets: cdk.out, pythonEnv: .venv } }"
        let scenario = try Self.scenario(
            step: "get: { url: /, name: n }", target: target)
        #expect(
            scenario.target
                == .emulator(
                    EmulatorSpecification(
                        template: "t.json", parameters: ["A": "b"], functions: ["F": "cmd"], assets: "cdk.out",
                        pythonEnvironment: ".venv")))
    }

    static func scenario(step: String, target: String = "{ emulator: {} }") throws(ScenarioError) -> Scenario {
        try Scenario(
            yaml: """
                version: 1
                name: n
                target: \(target)
                flows:
                  f:
                    - \(step)
                scenarios: { s: { flow: f, executor: constant-arrival-rate, rate: 1/s, duration: 1s } }
                """, file: "f.yaml", environment: [:])
    }
}
