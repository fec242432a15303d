import ExactJSON
import ItemsService
import LambdaRuntime
import Testing
import Timekeeping

@Suite("The stream function") struct ItemsStreamTests {
    private struct Stream {
        let notes = Notes()
        let handler: ItemsStreamHandler

        init(stage: String = "dev", faults: String = "enabled") {
            let notes = notes
            handler = ItemsStreamHandler(
                configuration: ItemsConfiguration(stage: stage, faults: faults),
                now: { Timestamp(nanosecondsSinceEpoch: 1_800_000_000_123_004_500) }, log: { notes.add($0) })
        }

        func send(_ records: [JSONValue]) async throws -> JSONValue {
            let event: JSONValue = ["Records": .array(records)]
            return try JSONValue(parsing: await handler.handle(event.serialized(), context: APIFixture.context))
        }

        /// The lines about records, parsed.
        func records() throws -> [JSONValue] {
            try notes.lines.map { try JSONValue(parsing: $0) }.filter { $0["message"] == "record" }
        }
    }

    private static func record(
        _ name: String, _ sequence: String, id: String = "a", new: [String: JSONValue]? = nil,
        old: [String: JSONValue]? = nil
    ) -> JSONValue {
        func image(_ attributes: [String: JSONValue]) -> JSONValue {
            .object(attributes.merging(["id": ["S": .string(id)]]) { $1 })
        }
        var change: [String: JSONValue] = ["Keys": ["id": ["S": .string(id)]], "SequenceNumber": .string(sequence)]
        change["NewImage"] = new.map(image)
        change["OldImage"] = old.map(image)
        return [
            "eventID": .string("event-\(sequence)"), "eventName": .string(name), "eventVersion": "1.1",
            "dynamodb": .object(change),
        ]
    }

    @Test("logs each change with its fields, probe and time")
    func changes() async throws {
        let stream = Stream()
        let answer = try await stream.send([
            Self.record("INSERT", "1", new: ["probe": ["S": "p1"], "x": ["N": "1"]]),
            Self.record(
                "MODIFY", "2", new: ["probe": ["S": "p2"], "x": ["N": "1"], "y": ["NULL": true]],
                old: ["probe": ["S": "p1"], "x": ["N": "1"], "z": ["S": ""]]),
            Self.record("REMOVE", "3", old: ["probe": ["S": "p2"]]),
        ])
        #expect(answer == ["batchItemFailures": []])
        let lines = try stream.records()
        #expect(lines.map { $0["eventName"] } == ["INSERT", "MODIFY", "REMOVE"])
        #expect(lines.map { $0["changed"] } == [["id", "probe", "x"], ["probe", "y", "z"], ["id", "probe"]])
        #expect(lines.map { $0["probe"] } == ["p1", "p2", "p2"])
        #expect(lines.map { $0["sequenceNumber"] } == ["1", "2", "3"])
        #expect(lines.map { $0["eventID"] } == ["event-1", "event-2", "event-3"])
        for line in lines {
            #expect(line["level"] == "info")
            #expect(line["id"] == "a")
            #expect(line["requestId"] == "request-1")
            #expect(line["processedAt"] == .number("1800000000123.004500"))
        }
    }

    @Test(
        "a number as the probe is its literal, a missing one is null",
        arguments: [(["N": "12345678901234567890"], "12345678901234567890"), (nil, nil)] as [(JSONValue?, JSONValue)])
    func probes(attribute: JSONValue?, expected: JSONValue) async throws {
        let stream = Stream()
        var image: [String: JSONValue] = [:]
        image["probe"] = attribute
        _ = try await stream.send([Self.record("INSERT", "1", new: image)])
        #expect(try stream.records().first?["probe"] == expected)
    }

    @Test("throw fails the whole invocation each time")
    func throwing() async throws {
        let stream = Stream()
        for _ in 0..<3 {
            let error = await #expect(throws: ItemsError.self) {
                try await stream.send([Self.record("INSERT", "1", new: ["firedrillFault": ["S": "throw"]])])
            }
            #expect(error?.errorType == "InjectedFault")
        }
        #expect(try stream.records().isEmpty)
    }

    @Test("throw-once fails the first time that this process meets the change and lets it through afterwards")
    func throwingOnce() async throws {
        let stream = Stream()
        let first = Self.record("INSERT", "1", new: ["firedrillFault": ["S": "throw-once"], "probe": ["S": "p"]])
        let second = Self.record("INSERT", "2", new: ["firedrillFault": ["S": "throw-once"]])
        await #expect(throws: ItemsError.self) { try await stream.send([first, second]) }
        await #expect(throws: ItemsError.self) { try await stream.send([first, second]) }
        #expect(try await stream.send([first, second]) == ["batchItemFailures": []])
        #expect(try stream.records().suffix(2).map { $0["sequenceNumber"] } == ["1", "2"])
    }

    @Test("item fails that record alone and leaves those after it for the next attempt")
    func partial() async throws {
        let stream = Stream()
        let answer = try await stream.send([
            Self.record("INSERT", "1", new: [:]), Self.record("INSERT", "2", new: ["firedrillFault": ["S": "item"]]),
            Self.record("INSERT", "3", new: [:]),
        ])
        #expect(answer == ["batchItemFailures": [["itemIdentifier": "2"]]])
        #expect(try stream.records().map { $0["sequenceNumber"] } == ["1"])
    }

    @Test(
        "faults are ignored unless enabled, and always in prod", arguments: [("dev", "disabled"), ("prod", "enabled")])
    func ignored(stage: String, faults: String) async throws {
        for fault in ["throw", "throw-once", "item"] {
            let stream = Stream(stage: stage, faults: faults)
            #expect(
                try await stream.send([Self.record("INSERT", "1", new: ["firedrillFault": ["S": .string(fault)]])]) == [
                    "batchItemFailures": []
                ])
            #expect(try stream.records().count == 1)
        }
    }

    @Test("an unknown fault, and one in an item that is gone, do nothing")
    func harmless() async throws {
        let stream = Stream()
        #expect(
            try await stream.send([Self.record("INSERT", "1", new: ["firedrillFault": ["S": "dance"]])]) == [
                "batchItemFailures": []
            ])
        #expect(
            try await stream.send([Self.record("REMOVE", "2", old: ["firedrillFault": ["S": "throw"]])]) == [
                "batchItemFailures": []
            ])
    }

    @Test(
        "an event of another kind is thrown",
        arguments: ["", "{}", "[]", #"{"Records": [{}]}"#, #"{"Records": [{"eventName": "INSERT"}]}"#])
    func foreignEvent(payload: String) async throws {
        let error = await #expect(throws: ItemsError.self) {
            try await Stream().handler.handle(Array(payload.utf8), context: APIFixture.context)
        }
        #expect(error?.code == .event)
    }
}
