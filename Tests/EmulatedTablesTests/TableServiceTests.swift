import EmulatorCore
import ExactJSON
import Foundation
import Synchronization
import Testing
import Timekeeping

@testable import EmulatedTables

@Suite struct TableServiceTests {
    static let now: Int64 = 1_769_846_400_250

    struct Bench {
        let clock = VirtualClock(realTime: { Timestamp(millisecondsSinceEpoch: TableServiceTests.now) })
        let service: TableService

        init(directory: String? = nil) throws {
            service = try TableService(account: EmulatedAccount(), clock: clock, directory: directory)
        }

        func call(_ operation: String, _ input: JSONValue) async throws -> JSONValue {
            try await service.call(operation, input)
        }

        func create(view: String? = "NEW_AND_OLD_IMAGES", range: String? = nil) async throws -> String {
            var input: [String: JSONValue] = [
                "TableName": "items", "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [["AttributeName": "id", "KeyType": "HASH"]],
                "AttributeDefinitions": [["AttributeName": "id", "AttributeType": "S"]],
            ]
            if let range {
                input["KeySchema"] = [
                    ["AttributeName": "id", "KeyType": "HASH"], ["AttributeName": "r", "KeyType": "RANGE"],
                ]
                input["AttributeDefinitions"] = [
                    ["AttributeName": "id", "AttributeType": "S"],
                    ["AttributeName": "r", "AttributeType": .string(range)],
                ]
            }
            if let view { input["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": .string(view)] }
            let answer = try await call("CreateTable", .object(input))
            return answer["TableDescription"]?["LatestStreamArn"]?.stringValue ?? ""
        }

        func put(_ item: JSONValue) async throws {
            _ = try await call("PutItem", ["TableName": "items", "Item": item])
        }

        func iterator(_ arn: String, _ more: [String: JSONValue] = ["ShardIteratorType": "TRIM_HORIZON"]) async throws
            -> JSONValue
        {
            let stream = try await service.streams.call("DescribeStream", ["StreamArn": .string(arn)])
            var input = more
            input["StreamArn"] = .string(arn)
            input["ShardId"] = stream["StreamDescription"]?["Shards"]?[0]?["ShardId"]
            let answer = try await service.streams.call("GetShardIterator", .object(input))
            return answer["ShardIterator"] ?? .null
        }

        func records(_ arn: String) async throws -> [JSONValue] {
            let answer = try await service.streams.call("GetRecords", ["ShardIterator": try await iterator(arn)])
            return answer["Records"]?.arrayValue ?? []
        }
    }

    static func code(_ body: () async throws -> Void) async -> String? {
        await #expect(throws: AWSServiceError.self) { try await body() }?.code
    }

    @Test(
        "a stream tells what its view says",
        arguments: [
            ("KEYS_ONLY", false, false), ("NEW_IMAGE", true, false), ("OLD_IMAGE", false, true),
            ("NEW_AND_OLD_IMAGES", true, true),
        ])
    func views(view: String, hasNew: Bool, hasOld: Bool) async throws {
        let bench = try Bench()
        let arn = try await bench.create(view: view)
        try await bench.put(["id": ["S": "a"], "n": ["N": "1"]])
        try await bench.put(["id": ["S": "a"], "n": ["N": "2"]])
        _ = try await bench.call("DeleteItem", ["TableName": "items", "Key": ["id": ["S": "a"]]])
        let records = try await bench.records(arn)
        #expect(records.compactMap { $0["eventName"]?.stringValue } == ["INSERT", "MODIFY", "REMOVE"])
        let modify = try #require(records[1]["dynamodb"])
        #expect(modify["Keys"] == ["id": ["S": "a"]])
        #expect(modify["NewImage"]?["n"] == (hasNew ? ["N": "2"] : nil))
        #expect(modify["OldImage"]?["n"] == (hasOld ? ["N": "1"] : nil))
        #expect(modify["ApproximateCreationDateTime"] == .integer(Self.now / 1000))
        #expect(records[0]["dynamodb"]?["OldImage"] == nil)
        #expect(records[2]["dynamodb"]?["NewImage"] == nil)
        let sequences = records.compactMap { $0["dynamodb"]?["SequenceNumber"]?.stringValue }
        #expect(sequences == sequences.sorted() && Set(sequences).count == 3)
        #expect(sequences.allSatisfy { (21...40).contains($0.count) })
    }

    @Test("a write that changes nothing, or fails its condition, makes no record and tells nobody")
    func unchanged() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        let counter = Counter()
        bench.service.onStreamRecords(streamARN: arn) { counter.add() }
        try await bench.put(["id": ["S": "a"], "n": ["N": "1"]])
        try await bench.put(["id": ["S": "a"], "n": ["N": "1.0"]])
        _ = try await bench.call(
            "UpdateItem",
            [
                "TableName": "items", "Key": ["id": ["S": "a"]], "UpdateExpression": "SET n = :one",
                "ExpressionAttributeValues": [":one": ["N": "1"]],
            ])
        _ = try await bench.call("DeleteItem", ["TableName": "items", "Key": ["id": ["S": "none"]]])
        let code = await Self.code {
            _ = try await bench.call(
                "PutItem",
                [
                    "TableName": "items", "Item": ["id": ["S": "a"], "n": ["N": "9"]],
                    "ConditionExpression": "attribute_not_exists(id)",
                ])
        }
        #expect(code == "ConditionalCheckFailedException")
        #expect(try await bench.records(arn).count == 1)
        #expect(counter.count == 1)
    }

    final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    @Test("many writers at once: every acknowledged write has its record, in the order of the items' states")
    func concurrent() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for _ in 0..<25 {
                        _ = try await bench.call(
                            "UpdateItem",
                            [
                                "TableName": "items", "Key": ["id": ["S": .string("k\(writer % 2)")]],
                                "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": [":one": ["N": "1"]],
                            ])
                    }
                }
            }
            try await group.waitForAll()
        }
        let records = try await bench.records(arn)
        #expect(records.count == 200)
        for key in ["k0", "k1"] {
            let values = records.filter { $0["dynamodb"]?["Keys"]?["id"]?["S"] == .string(key) }
                .compactMap { $0["dynamodb"]?["NewImage"]?["n"]?["N"]?.stringValue }
            #expect(values == (1...100).map(String.init))
        }
    }

    @Test("a data directory that is opened again has its tables, items, streams and places in them")
    func reopened() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tables-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var arn = ""
        var iterator = JSONValue.null
        do {
            let bench = try Bench(directory: directory)
            arn = try await bench.create()
            try await bench.put(["id": ["S": "a"], "n": ["N": "1"]])
            iterator = try await bench.iterator(arn, ["ShardIteratorType": "LATEST"])
            try await bench.put(["id": ["S": "b"], "n": ["N": "2"]])
        }
        let bench = try Bench(directory: directory)
        let item = try await bench.call("GetItem", ["TableName": "items", "Key": ["id": ["S": "b"]]])
        #expect(item["Item"]?["n"] == ["N": "2"])
        #expect(try await bench.records(arn).count == 2)
        try await bench.put(["id": ["S": "c"]])
        let answer = try await bench.service.streams.call("GetRecords", ["ShardIterator": iterator])
        let keys = answer["Records"]?.arrayValue?.compactMap { $0["dynamodb"]?["Keys"]?["id"]?["S"]?.stringValue }
        #expect(keys == ["b", "c"])
    }

    @Test("a directory that cannot be made is one clear error")
    func unusable() throws {
        let error = #expect(throws: TablesError.self) { _ = try Bench(directory: "/dev/null/tables") }
        #expect(error?.code == .cannotOpen)
        #expect(error?.location == "/dev/null/tables")
    }

    @Test("iterators expire after 15 minutes, records after 24 hours")
    func expiry() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        try await bench.put(["id": ["S": "a"]])
        let old = try await bench.iterator(arn)
        let first = try #require(try await bench.records(arn).first?["dynamodb"]?["SequenceNumber"])
        await bench.clock.advance(by: .seconds(15 * 60))
        _ = try await bench.service.streams.call("GetRecords", ["ShardIterator": old])
        await bench.clock.advance(by: .seconds(1))
        let expired = await Self.code { _ = try await bench.service.streams.call("GetRecords", ["ShardIterator": old]) }
        #expect(expired == "ExpiredIteratorException")

        await bench.clock.advance(by: .seconds(86_400))
        #expect(try await bench.records(arn).isEmpty)
        let at: [String: JSONValue] = ["ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": first]
        let trimmed = await Self.code { _ = try await bench.iterator(arn, at) }
        #expect(trimmed == "TrimmedDataAccessException")
        // The write drops what is past its time, which changes nothing for readers.
        try await bench.put(["id": ["S": "b"]])
        #expect(try await bench.records(arn).count == 1)
        #expect(await Self.code { _ = try await bench.iterator(arn, at) } == "TrimmedDataAccessException")
    }

    @Test("an idle reader is not overtaken by trimming")
    func idleReader() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        try await bench.put(["id": ["S": "a"]])
        var iterator = try await bench.iterator(arn)
        for _ in 0..<200 {
            let answer = try await bench.service.streams.call("GetRecords", ["ShardIterator": iterator])
            iterator = try #require(answer["NextShardIterator"])
            await bench.clock.advance(by: .seconds(14 * 60))
        }
        try await bench.put(["id": ["S": "b"]])
        let answer = try await bench.service.streams.call("GetRecords", ["ShardIterator": iterator])
        #expect(answer["Records"]?.arrayValue?.count == 1)
    }

    @Test("sequence numbers position a reader at or after a record, and pages follow each other")
    func positions() async throws {
        let bench = try Bench()
        let arn = try await bench.create(view: "KEYS_ONLY")
        for index in 0..<5 { try await bench.put(["id": ["S": .string("k\(index)")]]) }
        let sequence = try #require(try await bench.records(arn)[2]["dynamodb"]?["SequenceNumber"])
        func keys(_ iterator: JSONValue, limit: Int = 1000) async throws -> ([String], JSONValue) {
            let answer = try await bench.service.streams.call(
                "GetRecords", ["ShardIterator": iterator, "Limit": .integer(limit)])
            let keys = answer["Records"]?.arrayValue?.compactMap { $0["dynamodb"]?["Keys"]?["id"]?["S"]?.stringValue }
            return (keys ?? [], answer["NextShardIterator"] ?? .null)
        }
        let at = try await bench.iterator(arn, ["ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": sequence])
        #expect(try await keys(at).0 == ["k2", "k3", "k4"])
        let after = try await bench.iterator(
            arn, ["ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": sequence])
        #expect(try await keys(after).0 == ["k3", "k4"])
        let (first, next) = try await keys(try await bench.iterator(arn), limit: 2)
        #expect(first == ["k0", "k1"])
        #expect(try await keys(next).0 == ["k2", "k3", "k4"])
    }

    @Test("the stream of a deleted table ends, and can be read to its end")
    func deleted() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        try await bench.put(["id": ["S": "a"]])
        _ = try await bench.call("DeleteTable", ["TableName": "items"])
        let answer = try await bench.service.streams.call(
            "GetRecords", ["ShardIterator": try await bench.iterator(arn)])
        #expect(answer["Records"]?.arrayValue?.count == 1)
        #expect(answer["NextShardIterator"] == nil)
        let read = await Self.code {
            _ = try await bench.call("GetItem", ["TableName": "items", "Key": ["id": ["S": "a"]]])
        }
        #expect(read == "ResourceNotFoundException")
        await bench.clock.advance(by: .seconds(86_401))
        #expect(await Self.code { _ = try await bench.iterator(arn) } == "ResourceNotFoundException")
    }

    @Test(
        "range keys are sorted by their type",
        arguments: [
            ("S", [["S": "10"], ["S": "9"], ["S": "B"], ["S": "a"], ["S": "é"]]),
            ("N", [["N": "-100"], ["N": "-0.5"], ["N": "0"], ["N": "9"], ["N": "10"], ["N": "1000"]]),
            ("B", [["B": "AA=="], ["B": "AAE="], ["B": "Aw=="], ["B": "/w=="]]),
        ] as [(String, [JSONValue])])
    func sorting(type: String, keys: [JSONValue]) async throws {
        let bench = try Bench()
        _ = try await bench.create(view: nil, range: type)
        for key in keys.reversed() { try await bench.put(["id": ["S": "a"], "r": key]) }
        let query: [String: JSONValue] = [
            "TableName": "items", "KeyConditionExpression": "id = :a", "ExpressionAttributeValues": [":a": ["S": "a"]],
        ]
        let forward = try await bench.call("Query", .object(query))
        #expect(forward["Items"]?.arrayValue?.compactMap { $0["r"] } == keys)
        var turned = query
        turned["ScanIndexForward"] = false
        turned["Limit"] = 2
        let backward = try await bench.call("Query", .object(turned))
        #expect(backward["Items"]?.arrayValue?.compactMap { $0["r"] } == keys.suffix(2).reversed())
        turned["ExclusiveStartKey"] = backward["LastEvaluatedKey"]
        let next = try await bench.call("Query", .object(turned))
        #expect(next["Items"]?[0]?["r"] == keys.dropLast(2).last)
    }

    @Test("pages end at 1 MB, and a scan in segments sees every item once")
    func paging() async throws {
        let bench = try Bench()
        _ = try await bench.create(view: nil)
        let text = String(repeating: "x", count: 100_000)
        for index in 0..<25 { try await bench.put(["id": ["S": .string("k\(index)")], "text": ["S": .string(text)]]) }
        let first = try await bench.call("Scan", ["TableName": "items", "Select": "COUNT"])
        #expect(first["Count"] == 11)
        #expect(first["Items"] == nil)
        var seen: [String] = []
        for segment in 0..<3 {
            var start: JSONValue?
            repeat {
                var input: [String: JSONValue] = [
                    "TableName": "items", "Segment": .integer(segment), "TotalSegments": 3,
                    "ProjectionExpression": "id",
                ]
                input["ExclusiveStartKey"] = start
                let page = try await bench.call("Scan", .object(input))
                seen += page["Items"]?.arrayValue?.compactMap { $0["id"]?["S"]?.stringValue } ?? []
                start = page["LastEvaluatedKey"]
            } while start != nil
        }
        #expect(seen.sorted() == (0..<25).map { "k\($0)" }.sorted())
    }

    @Test(
        "mistakes have AWS's codes and words",
        arguments: [
            ("PutItem", ["Item": ["x": ["S": "a"]]], "Missing the key id in the item"),
            ("PutItem", ["Item": ["id": ["N": "1"]]], "Type mismatch for key id expected: S actual: N"),
            ("PutItem", ["Item": ["id": ["S": ""]]], "cannot contain an empty string value. Key: id"),
            ("PutItem", ["Item": ["id": ["S": "a"], "s": ["SS": []]]], "An string set  may not be empty"),
            (
                "PutItem", ["Item": ["id": ["S": "a"], "s": ["NS": ["1", "1.0"]]]],
                "Input collection contains duplicates"
            ),
            ("PutItem", ["Item": ["id": ["S": "a"], "s": ["N": "x"]]], "cannot be converted to a numeric value: x"),
            ("PutItem", ["Item": ["id": ["S": "a"], "s": [:]]], "Supplied AttributeValue is empty"),
            ("PutItem", ["Item": ["id": ["S": "a"], "s": ["S": "a", "N": "1"]]], "more than one datatypes set"),
            (
                "PutItem", ["Item": ["id": ["S": .string(String(repeating: "k", count: 2049))]]],
                "Size of hashkey has exceeded"
            ),
            (
                "PutItem", ["Item": ["id": ["S": "a"], "t": ["S": .string(String(repeating: "t", count: 409_600))]]],
                "Item size has exceeded the maximum allowed size"
            ),
            (
                "PutItem", ["Item": ["id": ["S": "a"]], "ReturnValues": "ALL_NEW"],
                "ReturnValues can only be ALL_OLD or NONE"
            ),
            ("GetItem", ["Key": ["x": ["S": "a"]]], "The provided key element does not match the schema"),
            (
                "GetItem", ["Key": ["id": ["S": "a"], "x": ["S": "a"]]],
                "The provided key element does not match the schema"
            ),
            (
                "UpdateItem",
                [
                    "Key": ["id": ["S": "a"]], "UpdateExpression": "SET id = :v",
                    "ExpressionAttributeValues": [":v": ["S": "b"]],
                ], "Cannot update attribute id. This attribute is part of the key"
            ),
            ("Query", [:], "Either the KeyConditions or KeyConditionExpression parameter must be specified"),
            ("Scan", ["Segment": 3, "TotalSegments": 3], "zero-based and must be less than parameter TotalSegments"),
            ("CreateTable", [:], "1 validation error detected"),
        ] as [(String, JSONValue, String)])
    func mistakes(operation: String, input: JSONValue, words: String) async throws {
        let bench = try Bench()
        _ = try await bench.create()
        var members = try #require(input.objectValue)
        if operation != "CreateTable" { members["TableName"] = "items" }
        let error = await #expect(throws: AWSServiceError.self) {
            _ = try await bench.call(operation, .object(members))
        }
        #expect(error?.code == "ValidationException")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("a batch is checked whole before it writes, and its reads leave out what is not there")
    func batches() async throws {
        let bench = try Bench()
        let arn = try await bench.create()
        func put(_ id: String) -> JSONValue { ["PutRequest": ["Item": ["id": ["S": .string(id)]]]] }
        let duplicate = await Self.code {
            _ = try await bench.call("BatchWriteItem", ["RequestItems": ["items": [put("a"), put("a")]]])
        }
        #expect(duplicate == "ValidationException")
        #expect(try await bench.records(arn).isEmpty)
        _ = try await bench.call("BatchWriteItem", ["RequestItems": ["items": [put("a"), put("b")]]])
        _ = try await bench.call(
            "BatchWriteItem",
            ["RequestItems": ["items": [put("c"), ["DeleteRequest": ["Key": ["id": ["S": "a"]]]]]]])
        let keys: JSONValue = .array(["a", "b", "c"].map { ["id": ["S": $0]] })
        let answer = try await bench.call("BatchGetItem", ["RequestItems": ["items": ["Keys": keys]]])
        #expect(answer["Responses"]?["items"]?.arrayValue?.compactMap { $0["id"]?["S"] } == ["b", "c"])
        #expect(try await bench.records(arn).count == 4)
    }

    @Test("an update without an item creates it, unless all it does is remove")
    func upsert() async throws {
        let bench = try Bench()
        _ = try await bench.create()
        func update(_ id: String, _ expression: String?) async throws {
            var input: [String: JSONValue] = ["TableName": "items", "Key": ["id": ["S": .string(id)]]]
            if let expression { input["UpdateExpression"] = .string(expression) }
            _ = try await bench.call("UpdateItem", .object(input))
        }
        try await update("removed", "REMOVE x")
        try await update("bare", nil)
        let scan = try await bench.call("Scan", ["TableName": "items"])
        #expect(scan["Items"] == [["id": ["S": "bare"]]])
    }
}
