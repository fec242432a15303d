import AWSClients
import LoadMetrics
import ScenarioModel
import Testing
import Timekeeping

@testable import Drills

@Suite("Alarm plan")
struct AlarmPlanTests {
    static let read = Step(method: "GET", url: Template(literal: "/items/x"), name: "read")
    static let create = Step(method: "POST", url: Template(literal: "/items"), name: "create")

    static let faults: [String: AlarmFault] = [
        "api-4xx": .request(read), "api-5xx": .header(create, value: "status-500"),
        "api-lambda": .header(create, value: "throw"), "stream-lambda": .streamRecord(create),
    ]

    private func subject(_ alarm: MetricAlarm, failures: Int? = nil, fault: AlarmFault? = nil) -> AlarmCase {
        let specification = AlarmDrillSpecification(
            namePattern: alarm.name, fault: fault ?? Self.faults[alarm.name] ?? .request(Self.read),
            expect: .init(maximumFailures: failures))
        return AlarmCase(alarm: alarm, specification: specification, stack: healthyStack())
    }

    @Test("a fault that counts for two alarms is added up") func addsUp() {
        let plan = AlarmPlan(cases: healthyStack().alarms.map { subject($0) })
        #expect(plan.rounds.count == 1)
        let round = plan.rounds[0]
        // 4xx, 5xx, api-lambda, stream-lambda. One thrown error is a 5xx too: four more make five.
        #expect(round.at.faults == [0: 10, 1: 4, 2: 1, 3: 1])
        #expect(round.below.faults == [0: 9, 1: 4, 2: 0, 3: 0])
        #expect(plan.cases.indices.map { plan.value(of: round.at.minutes, on: plan.cases[$0].alarm) } == [10, 5, 1, 1])
        #expect(
            plan.cases.indices.map { plan.value(of: round.below.minutes, on: plan.cases[$0].alarm) ?? 0 } == [
                9, 4, 0, 0,
            ])
    }

    @Test("alarms whose faults would ring each other are drilled one after the other") func separates() {
        var alarms = healthyStack().alarms
        // Ten thrown errors are ten 5xx: twice what the 5xx alarm needs.
        alarms[2] = alarm("api-lambda", "AWS/Lambda", "Errors", ["FunctionName": "api-handler-dev"], 10)
        let plan = AlarmPlan(cases: alarms.map { subject($0) })
        #expect(plan.rounds.count == 2)
        for round in plan.rounds {
            for index in round.members {
                let alarm = plan.cases[index].alarm
                #expect(plan.value(of: round.at.minutes, on: alarm) == alarm.threshold)
                #expect(plan.value(of: round.below.minutes, on: alarm) ?? 0 == alarm.threshold - 1)
            }
        }
    }

    @Test("a threshold beyond what the scenario allows is a finding, and no more than allowed is sent") func caps() {
        let stack = healthyStack()
        var wild = stack.alarms[0]
        wild.threshold = 500
        let subject = subject(wild, failures: 10)
        #expect(subject.findings.map(\.id) == ["alarm.threshold"])
        #expect(AlarmPlan(cases: [subject]).rounds[0].at.faults == [0: 10])
    }

    @Test("an alarm on a metric that its fault does not move is named") func namesUnmoved() {
        let other = alarm("api-5xx", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-dev"], 5)
        #expect(subject(other).findings.map(\.id) == ["alarm.notMoved"])
    }

    @Test("a fault that would stay in the cache for others is refused, one with a fresh id is not") func cachedFault() {
        let fixed = Step(method: "GET", url: Template(literal: "/items/x"), name: "read")
        let fresh = Step(
            method: "GET", url: Template(uuidsAnd: [.literal("/items/"), .expression(.uuid)]), name: "read")
        let alarm = healthyStack().alarms[0]
        #expect(AlarmGate.cachedFault(subject(alarm, fault: .request(fixed)), healthyStack()) != nil)
        #expect(AlarmGate.cachedFault(subject(alarm, fault: .request(fresh)), healthyStack()) == nil)
        #expect(AlarmGate.cachedFault(subject(alarm, fault: .request(Self.create)), healthyStack()) == nil)
    }

    struct Caused: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fault: AlarmFault
        var status: Int
        var isHit = false
        var happened: Bool
    }

    static let caused: [Caused] = [
        Caused(testDescription: "a 404 that was asked for", fault: .request(read), status: 404, happened: true),
        Caused(testDescription: "a 200 instead", fault: .request(read), status: 200, happened: false),
        Caused(
            testDescription: "an old 404 from the cache", fault: .request(read), status: 404, isHit: true,
            happened: false),
        Caused(testDescription: "a thrown error", fault: .header(create, value: "throw"), status: 502, happened: true),
        Caused(
            testDescription: "a fault not honoured", fault: .header(create, value: "throw"), status: 201,
            happened: false),
        Caused(
            testDescription: "a 429 by header", fault: .header(create, value: "status-429"), status: 429, happened: true
        ),
        Caused(testDescription: "a record written", fault: .streamRecord(create), status: 201, happened: true),
        Caused(testDescription: "a record refused", fault: .streamRecord(create), status: 409, happened: false),
    ]

    @Test("an answer tells whether its fault happened", arguments: caused) func seesFault(item: Caused) {
        #expect((FaultEffect.obstacle(item.fault, status: item.status, isHit: item.isHit) == nil) == item.happened)
    }

    @Test("an alarm that cannot be computed is sent nothing, and says why") func sendsNothing() {
        let trimmed = alarm(
            "api-4xx", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-dev"], 0.05,
            changes: ["Statistic": .null, "ExtendedStatistic": "tm99"])
        #expect(AlarmPlan(cases: [subject(trimmed, failures: 100_000)]).failingRequests == 0)
        #expect(subject(trimmed).findings.map(\.id) == ["alarm.undrillable"])
    }

    private static let minute = Timestamp(secondsSinceEpoch: 1_800_000_000)

    private func journal(evaluated: [Double], actions: [String], cleared: Bool) -> AlarmJournal {
        var journal = AlarmJournal()
        journal.belowSide = .init(sent: 9, requests: 9, datapoint: 9, state: "OK", verdict: .pass)
        journal.at = .init(since: Self.minute, total: 10, requests: 10)
        journal.firedAt = evaluated.isEmpty ? nil : Self.minute + .seconds(65)
        journal.evaluated = evaluated
        journal.actions = actions
        journal.clearedAt = cleared ? Self.minute + .seconds(700) : nil
        journal.stateAtEnd = "OK"
        return journal
    }

    @Test("rang on our datapoint, told the topic, cleared: passed") func passes() {
        var subject = subject(healthyStack().alarms[0])
        subject.specification.expect.action = .sns
        let action = "Successfully executed action arn:aws:sns:us-west-2:1:alarms"
        let seen = journal(evaluated: [10], actions: [action], cleared: true)
            .observation(of: subject, began: Self.minute)
        #expect(seen.verdict == .pass && seen.findings.isEmpty)
        #expect(seen.firedAfterSeconds == 65 && seen.clearedAfterSeconds == 635)
    }

    @Test(
        "silence, another datapoint, a missing action and a stuck alarm fail",
        arguments: [
            ([], true, true, "alarm.silent"), ([11], true, true, "alarm.datapoint"),
            ([10], false, true, "alarm.noAction"),
        ] as [([Double], Bool, Bool, String)])
    func fails(evaluated: [Double], acted: Bool, cleared: Bool, finding: String) {
        var subject = subject(healthyStack().alarms[0])
        subject.specification.expect.action = .sns
        let actions = acted ? ["Successfully executed action arn:aws:sns:us-west-2:1:alarms"] : []
        let seen = journal(evaluated: evaluated, actions: actions, cleared: cleared)
            .observation(of: subject, began: Self.minute)
        #expect(seen.verdict == .fail)
        #expect(seen.findings.map(\.id) == [finding])
    }
}
