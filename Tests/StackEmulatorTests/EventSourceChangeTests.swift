import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

/// Event source mappings and asynchronous invocations that change while the stack runs.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EventSourceChangeTests {
    private static let group = "/aws/lambda/worker"

    @Test("a mapping that is disabled stops, and goes on where it was when it is enabled") func pause() async throws {
        try await RunningStack.with { stack in
            let id = try await stack.mappingID()
            try await stack.put("1", "2", "3", "4")
            try await stack.advance(1)
            #expect(try await stack.updateMapping(id, ["Enabled": false])["State"] == "Disabling")
            try await stack.put("5", "6", "7", "8")
            try await stack.advance(30)
            #expect(try await stack.log(Self.group, "records") == ["records 1,2,3,4"])
            #expect(try await stack.updateMapping(id, ["Enabled": true, "BatchSize": 2])["State"] == "Enabling")
            try await stack.advance(30)
            #expect(
                try await stack.log(Self.group, "records") == ["records 1,2,3,4", "records 5,6", "records 7,8"])
        }
    }

    @Test("only records that a filter lets through reach the function") func filter() async throws {
        try await RunningStack.with { stack in
            let pattern = #"{"dynamodb": {"Keys": {"id": {"S": [{"prefix": "yes"}]}}}}"#
            _ = try await stack.updateMapping(
                try await stack.mappingID(), ["FilterCriteria": ["Filters": [["Pattern": .string(pattern)]]]])
            try await stack.put("yes-1", "no-1", "yes-2", "no-2")
            try await stack.advance(10)
            #expect(try await stack.log(Self.group, "records") == ["records yes-1,yes-2"])
        }
    }

    @Test("several lanes work at once, and the record of one item after the other") func lanes() async throws {
        try await RunningStack.with { stack in
            _ = try await stack.updateMapping(
                try await stack.mappingID(), ["ParallelizationFactor": 4, "MaximumBatchingWindowInSeconds": 0])
            let ids = (0..<24).map { "item-\($0)" }
            for id in ids { try await stack.put(id) }
            try await stack.advance(10)
            let seen = try await stack.log(Self.group, "records").flatMap { line in
                line.dropFirst("records ".count).split(separator: ",").map(String.init)
            }
            #expect(seen.sorted() == ids.sorted())
        }
    }

    @Test("after a restart a mapping goes on behind the last record that its function has seen") func restart()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("firedrill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await RunningStack.with(dataDirectory: folder.path) { stack in
            try await stack.put("1", "2", "3", "4")
            try await stack.advance(1)
            #expect(try await stack.log(Self.group, "records") == ["records 1,2,3,4"])
            try await stack.put("5", "6", "7", "8")
        }
        try await RunningStack.with(dataDirectory: folder.path) { stack in
            try await stack.put("9", "10", "11", "12")
            try await stack.advance(10)
            let delivered = try await stack.log(Self.group, "records")
            // The clock may have given the first life's last records to the function before it ended.
            #expect(delivered.last == "records 9,10,11,12")
            #expect(!delivered.contains("records 1,2,3,4"))
        }
    }

    @Test("a deleted mapping delivers nothing more") func deleted() async throws {
        try await RunningStack.with { stack in
            let id = try await stack.mappingID()
            let url = stack.address.endpointURL + "/2015-03-31/event-source-mappings/" + id
            #expect(try await stack.send("DELETE", url).json?["State"] == "Deleting")
            #expect(try await stack.send("GET", url).status == 404)
            try await stack.put("1", "2", "3", "4")
            try await stack.advance(30)
            #expect(try await stack.log(Self.group, "records").isEmpty)
        }
    }

    @Test("a failed event is tried three times in all, and its destination is told") func events() async throws {
        try await RunningStack.with { stack in
            let url = stack.address.endpointURL
            let queue = "arn:aws:sqs:us-west-2:123456789012:failures"
            let config = try await stack.send(
                "PUT", url + "/2019-09-25/functions/worker/event-invoke-config",
                body: JSONValue.object(["DestinationConfig": ["OnFailure": ["Destination": .string(queue)]]])
                    .serialized())
            #expect(config.status == 200, "\(config.text)")
            let answer = try await stack.invoke(["do": "error"], headers: ["X-Amz-Invocation-Type": "Event"])
            #expect(answer.status == 202)
            try await stack.advance(1)
            #expect(try await stack.log(Self.group, "REPORT").count == 1)
            try await stack.advance(60)
            #expect(try await stack.log(Self.group, "REPORT").count == 2)
            try await stack.advance(121)
            #expect(try await stack.log(Self.group, "REPORT").count == 3)
            let record = try #require(try await stack.failureRecord())
            #expect(record["requestContext"]?["condition"] == "RetriesExhausted")
            #expect(record["requestContext"]?["approximateInvokeCount"] == 3)
            #expect(record["requestContext"]?["functionArn"]?.stringValue?.hasSuffix(":worker:$LATEST") == true)
            #expect(record["requestPayload"] == ["do": "error"])
            #expect(record["responsePayload"]?["errorType"] == "Bad")
            #expect(record["requestContext"]?["requestId"]?.stringValue == answer.headers["x-amzn-requestid"])
        }
    }
}

extension RunningStack {
    func mappingID() async throws -> String {
        let list = try await send("GET", address.endpointURL + "/2015-03-31/event-source-mappings?FunctionName=worker")
        return try #require(list.json?["EventSourceMappings"]?[0]?["UUID"]?.stringValue)
    }

    func updateMapping(_ id: String, _ change: JSONValue) async throws -> JSONValue {
        let answer = try await send(
            "PUT", address.endpointURL + "/2015-03-31/event-source-mappings/" + id, body: change.serialized())
        #expect(answer.status == 202, "\(answer.text)")
        return try #require(answer.json)
    }
}
