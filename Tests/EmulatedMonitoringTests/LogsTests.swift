import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import Testing
import Timekeeping

@Suite struct LogsTests {
    static let now: Int64 = 1_769_846_400_000
    static let group = "/aws/lambda/items"

    static func service(capacity: Int = 1 << 20) -> (service: LogsService, clock: VirtualClock) {
        let clock = VirtualClock(realTime: { Timestamp(millisecondsSinceEpoch: now) })
        return (LogsService(account: EmulatedAccount(), clock: clock, groupCapacity: capacity), clock)
    }

    static func messages(_ answer: JSONValue) -> [String] {
        (answer["events"]?.arrayValue ?? []).compactMap { $0["message"]?.stringValue }
    }

    @Test("events of all streams come back in order of time, filtered and page by page")
    func filter() async throws {
        let (service, _) = Self.service()
        for index in 0..<10 {
            let level = index % 2 == 0 ? "ERROR" : "INFO"
            service.append(
                group: Self.group, stream: "s\(index % 3)",
                events: [
                    LogEvent(timestamp: Self.now + Int64(index), message: "{\"level\":\"\(level)\",\"i\":\(index)}")
                ])
        }
        var token: JSONValue?
        var seen: [String] = []
        var pages = 0
        repeat {
            var input: [String: JSONValue] = [
                "logGroupName": .string(Self.group), "filterPattern": "{ $.level = \"ERROR\" }", "limit": 2,
            ]
            input["nextToken"] = token
            let answer = try await service.call("FilterLogEvents", .object(input))
            seen += Self.messages(answer)
            token = answer["nextToken"]
            pages += 1
        } while token != nil && pages < 10
        #expect(pages == 3)
        #expect(seen == [0, 2, 4, 6, 8].map { "{\"level\":\"ERROR\",\"i\":\($0)}" })

        let window = try await service.call(
            "FilterLogEvents",
            [
                "logGroupName": .string(Self.group), "startTime": .integer(Self.now + 3),
                "endTime": .integer(Self.now + 5), "logStreamNamePrefix": "s0",
            ])
        #expect(Self.messages(window) == ["{\"level\":\"INFO\",\"i\":3}"])
    }

    @Test("a stream is read in both directions, and the tokens stay at its ends")
    func directions() async throws {
        let (service, _) = Self.service()
        service.append(
            group: Self.group, stream: "s",
            events: (0..<5).map { LogEvent(timestamp: Self.now + $0, message: "m\($0)") })
        func get(_ more: [String: JSONValue]) async throws -> JSONValue {
            var input: [String: JSONValue] = ["logGroupName": .string(Self.group), "logStreamName": "s", "limit": 2]
            input.merge(more) { _, new in new }
            return try await service.call("GetLogEvents", .object(input))
        }
        let head = try await get(["startFromHead": true])
        #expect(Self.messages(head) == ["m0", "m1"])
        let next = try await get(["nextToken": head["nextForwardToken"] ?? .null])
        #expect(Self.messages(next) == ["m2", "m3"])
        let last = try await get(["nextToken": next["nextForwardToken"] ?? .null])
        #expect(Self.messages(last) == ["m4"])
        let end = try await get(["nextToken": last["nextForwardToken"] ?? .null])
        #expect(Self.messages(end) == [])
        #expect(end["nextForwardToken"] == last["nextForwardToken"])
        let back = try await get(["nextToken": last["nextBackwardToken"] ?? .null])
        #expect(Self.messages(back) == ["m2", "m3"])
        #expect(Self.messages(try await get([:])) == ["m3", "m4"])
    }

    @Test("a group that outgrows its capacity drops its oldest events and keeps the newest")
    func bounded() async throws {
        let (service, _) = Self.service(capacity: 10_000)
        for index in 0..<1000 {
            service.append(
                group: Self.group, stream: "s",
                events: [LogEvent(timestamp: Self.now + Int64(index), message: "line \(index)")])
        }
        let answer = try await service.call("FilterLogEvents", ["logGroupName": .string(Self.group)])
        let messages = Self.messages(answer)
        #expect(messages.last == "line 999")
        #expect((50...400).contains(messages.count))
        let groups = try await service.call("DescribeLogGroups", [:])
        #expect((groups["logGroups"]?[0]?["storedBytes"]?.intValue ?? .max) <= 10_000)
    }

    @Test("events past the retention are gone")
    func retention() async throws {
        let (service, clock) = Self.service()
        service.append(group: Self.group, stream: "s", events: [LogEvent(timestamp: Self.now, message: "old")])
        _ = try await service.call("PutRetentionPolicy", ["logGroupName": .string(Self.group), "retentionInDays": 1])
        await clock.advance(by: .seconds(86_401))
        service.append(
            group: Self.group, stream: "s", events: [LogEvent(timestamp: Self.now + 86_401_000, message: "new")])
        #expect(
            Self.messages(try await service.call("FilterLogEvents", ["logGroupName": .string(Self.group)])) == ["new"])
    }

    @Test("put events are kept, and those too old or too new are named")
    func put() async throws {
        let (service, _) = Self.service()
        _ = try await service.call("CreateLogGroup", ["logGroupName": "g"])
        _ = try await service.call("CreateLogStream", ["logGroupName": "g", "logStreamName": "s"])
        let answer = try await service.call(
            "PutLogEvents",
            [
                "logGroupName": "g", "logStreamName": "s",
                "logEvents": [
                    ["timestamp": .integer(Self.now), "message": "b"],
                    ["timestamp": .integer(Self.now + 7_300_000), "message": "c"],
                ],
            ])
        #expect(answer["rejectedLogEventsInfo"] == ["tooNewLogEventStartIndex": 1])
        let old = try await service.call(
            "PutLogEvents",
            [
                "logGroupName": "g", "logStreamName": "s",
                "logEvents": [
                    ["timestamp": .integer(Self.now - 14 * 86_400_000 - 5), "message": "a"],
                    ["timestamp": .integer(Self.now - 14 * 86_400_000 + 5), "message": "z"],
                ],
            ])
        #expect(old["rejectedLogEventsInfo"] == ["tooOldLogEventEndIndex": 1])
        #expect(Self.messages(try await service.call("FilterLogEvents", ["logGroupName": "g"])) == ["z", "b"])
        _ = try await service.call("PutRetentionPolicy", ["logGroupName": "g", "retentionInDays": 3])
        let expired = try await service.call(
            "PutLogEvents",
            [
                "logGroupName": "g", "logStreamName": "s",
                "logEvents": [
                    ["timestamp": .integer(Self.now - 3 * 86_400_000 - 5), "message": "a"],
                    ["timestamp": .integer(Self.now - 3 * 86_400_000 + 5), "message": "y"],
                ],
            ])
        #expect(expired["rejectedLogEventsInfo"] == ["expiredLogEventEndIndex": 1])
        #expect(Self.messages(try await service.call("FilterLogEvents", ["logGroupName": "g"])) == ["y", "b"])
    }

    @Test(
        "mistakes have AWS's names",
        arguments: [
            ("CreateLogGroup", ["logGroupName": "g"], "ResourceAlreadyExistsException"),
            ("CreateLogGroup", ["logGroupName": "bad name"], "InvalidParameterException"),
            ("CreateLogStream", ["logGroupName": "none", "logStreamName": "s"], "ResourceNotFoundException"),
            ("DeleteLogGroup", ["logGroupName": "none"], "ResourceNotFoundException"),
            ("PutRetentionPolicy", ["logGroupName": "g", "retentionInDays": 2], "InvalidParameterException"),
            ("GetLogEvents", ["logGroupName": "g", "logStreamName": "none"], "ResourceNotFoundException"),
            ("FilterLogEvents", ["logGroupName": "g", "filterPattern": "{"], "InvalidParameterException"),
            ("FilterLogEvents", ["logGroupName": "g", "nextToken": "x"], "InvalidParameterException"),
            ("PutSubscriptionFilter", [:], "UnknownOperationException"),
        ] as [(String, JSONValue, String)])
    func mistakes(operation: String, input: JSONValue, code: String) async throws {
        let (service, _) = Self.service()
        _ = try await service.call("CreateLogGroup", ["logGroupName": "g"])
        let error = await #expect(throws: AWSServiceError.self) { _ = try await service.call(operation, input) }
        #expect(error?.code == code)
    }
}
