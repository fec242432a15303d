import AWSClients
@testable import AWSQueryClients
import Synchronization
import Testing

@testable import Drills

/// What keeps a drill from doing harm: its gates, its journal, its estimate.
@Suite("Drill safety")
struct DrillSafetyTests {
    static let header = DrillJournal.Header(runID: "r-1", stack: "items", region: "us-west-2", endpointURL: nil)

    static let reversals: [Reversal] = [
        .reservedConcurrency(function: "f", 7), .reservedConcurrency(function: "g", nil), .deleteAlarm("a"),
        .deleteQueue("q"), .unsubscribe(topic: "arn:aws:sns:us-west-2:1:t", queueARN: "arn:aws:sqs:us-west-2:1:q"),
    ]

    @Test("a journal read again has what was noted and not undone, latest first") func journal() throws {
        let lines = Mutex<[String]>([])
        let journal = try DrillJournal(header: Self.header) { line throws(DrillError) in
            lines.withLock { $0.append(line) }
        }
        for reversal in Self.reversals { _ = try journal.note(reversal) }
        var text = lines.withLock { $0.joined(separator: "\n") }
        text += "\n{\"undone\":2}\n{\"change\":6,\"undo\":\"deleteAl"
        let read = try DrillJournal(reading: text) { _ throws(DrillError) in }
        #expect(read.header == Self.header)
        #expect(read.outstanding.map(\.number) == [5, 4, 3, 1])
        #expect(read.outstanding.map(\.reversal) == [4, 3, 2, 0].map { Self.reversals[$0] })
    }

    @Test("what is no journal is refused", arguments: ["", "x", "{}", "[1]", "{\"run\":1}"]) func noJournal(
        text: String
    ) {
        #expect(throws: DrillError.self) { try DrillJournal(reading: text) { _ throws(DrillError) in } }
    }

    @Test("a change is not made when it cannot be noted") func unwritable() throws {
        let isFull = Mutex(false)
        let journal = try DrillJournal(header: Self.header) { _ throws(DrillError) in
            if isFull.withLock({ $0 }) { throw DrillError(code: .configuration, message: "full") }
        }
        isFull.withLock { $0 = true }
        #expect(throws: DrillError.self) { try journal.note(.deleteAlarm("a")) }
        #expect(journal.outstanding.isEmpty)
    }

    struct Stack: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name = "items"
        var parameters: [String: String] = [:]
        var tags: [String: String] = [:]
        var isProtected = false
        var stage = "dev"
        var looksLikeProduction: Bool
    }

    static let stacks: [Stack] = [
        Stack(testDescription: "a stack for development", looksLikeProduction: false),
        Stack(testDescription: "its name", name: "items-prod", looksLikeProduction: true),
        Stack(testDescription: "its name in camel case", name: "ItemsProdStack", looksLikeProduction: true),
        Stack(testDescription: "products are none", name: "product-delivery", looksLikeProduction: false),
        Stack(testDescription: "its stage", stage: "live", looksLikeProduction: true),
        Stack(testDescription: "a parameter", parameters: ["Environment": "production"], looksLikeProduction: true),
        Stack(testDescription: "a tag", tags: ["env": "PROD"], looksLikeProduction: true),
        Stack(testDescription: "deletion protection", isProtected: true, looksLikeProduction: true),
    ]

    @Test("production is recognised by its words", arguments: stacks) func production(item: Stack) {
        let stack = StackDescription(
            name: item.name, id: "", status: "", parameters: item.parameters, outputs: [:], tags: item.tags,
            isProtected: item.isProtected)
        #expect((ProductionGate.sign(stack, stage: item.stage) != nil) == item.looksLikeProduction)
    }

    @Test("whoever would be woken must have been allowed for; a queue is nobody") func paging() {
        func gate(_ channel: String) -> PagingGate {
            PagingGate(listeners: [
                .init(
                    topic: "arn:aws:sns:us-west-2:1:alarms",
                    subscription: .init(arn: "a", channel: channel, endpoint: "x"))
            ])
        }
        var allowed = DrillOptions()
        allowed.pages = true
        for channel in ["email", "email-json", "sms", "http", "https", "lambda", "application"] {
            #expect(gate(channel).refusal(DrillOptions(), isEmulated: false)?.contains("--page") == true)
            #expect(gate(channel).refusal(allowed, isEmulated: false) == nil)
            #expect(gate(channel).refusal(DrillOptions(), isEmulated: true) == nil)
        }
        #expect(gate("sqs").refusal(DrillOptions(), isEmulated: false) == nil)
    }

    @Test("a cost is told in whole cents, rounded up") func cost() {
        #expect(CostEstimate(requests: 100, monitoringCalls: 50).text == "under 0.01 USD")
        // A million requests: 3.50 for the API, 0.20 and 0.42 for the function, 0.63 for the table.
        #expect(CostEstimate(requests: 1_000_000, monitoringCalls: 0).text == "about 4.75 USD")
        #expect(CostEstimate(requests: 0, monitoringCalls: 100_000).text == "about 1.00 USD")
    }
}
