import ExactJSON
import Testing

@testable import StackEmulator

@Suite(.serialized, .timeLimit(.minutes(2))) struct EmulatorStreamTests {
    @Test("a full batch goes at once, the rest after the window, and in order") func batches() async throws {
        try await RunningStack.with { stack in
            try await stack.put("1", "2", "3", "4", "5")
            try await stack.advance(1)
            #expect(try await stack.log("/aws/lambda/worker", "records") == ["records 1,2,3,4"])
            try await stack.advance(5)
            #expect(try await stack.log("/aws/lambda/worker", "records") == ["records 1,2,3,4", "records 5"])
            try await stack.advance(120)
            #expect(try await stack.sum("AWS/Lambda", "IteratorAge", ["FunctionName": "worker"]) != nil)
        }
    }

    @Test("a bad record is found by bisecting, tried again, and put aside with a record about it") func poison()
        async throws
    {
        try await RunningStack.with { stack in
            try await stack.put("a", "b", "poison", "d")
            try await stack.advance(30)
            #expect(
                try await stack.log("/aws/lambda/worker", "records") == [
                    "records a,b,poison,d", "records a,b", "records poison,d", "records poison", "records poison",
                    "records d",
                ])
            let message = try #require(try await stack.failureRecord())
            #expect(message["requestContext"]?["condition"] == "RetryAttemptsExhausted")
            #expect(message["requestContext"]?["functionArn"]?.stringValue?.hasSuffix(":function:worker") == true)
            let batch = try #require(message["DDBStreamBatchInfo"])
            #expect(batch["batchSize"] == 1)
            #expect(batch["startSequenceNumber"] == batch["endSequenceNumber"])
            #expect(batch["streamArn"]?.stringValue?.contains("table/things/stream/") == true)
            #expect(batch["shardId"]?.stringValue?.hasPrefix("shardId-") == true)
        }
    }

    @Test("a partial failure goes on from the record that failed") func partial() async throws {
        try await RunningStack.with { stack in
            try await stack.put("a", "b", "reject", "d")
            try await stack.advance(30)
            let log = try await stack.log("/aws/lambda/worker", "records")
            #expect(log.prefix(2) == ["records a,b,reject,d", "records reject,d"])
            #expect(log.last == "records d")
            #expect(try await stack.failureRecord()?["DDBStreamBatchInfo"]?["batchSize"] == 1)
        }
    }

    @Test("records are still delivered after the clock has gone on for hours") func later() async throws {
        try await RunningStack.with { stack in
            try await stack.put("1")
            try await stack.advance(10)
            try await stack.advance(7200)
            try await stack.put("2")
            try await stack.advance(10)
            #expect(try await stack.log("/aws/lambda/worker", "records").last == "records 2")
            try await stack.advance(30 * 3600)
            try await stack.put("3")
            try await stack.advance(10)
            #expect(try await stack.log("/aws/lambda/worker", "records").last == "records 3")
        }
    }

    @Test("a disabled mapping delivers nothing and says so") func disabled() async throws {
        let template = TestStack.template.replacing("BatchSize: 4", with: "BatchSize: 4\n      Enabled: false")
        try await RunningStack.with(template) { stack in
            try await stack.put("1")
            try await stack.advance(60)
            #expect(try await stack.log("/aws/lambda/worker", "records").isEmpty)
            let list = try await stack.send(
                "GET", stack.address.endpointURL + "/2015-03-31/event-source-mappings/?FunctionName=worker")
            #expect(list.json?["EventSourceMappings"]?[0]?["State"] == "Disabled")
            #expect(list.json?["EventSourceMappings"]?[0]?["BatchSize"] == 4)
        }
    }
}

extension RunningStack {
    /// The record about a batch that was given up; nil when there is none.
    func failureRecord() async throws -> JSONValue? {
        let answer = try await call(
            "AmazonSQS.ReceiveMessage",
            ["QueueUrl": .string("\(address.endpointURL)/123456789012/failures"), "MaxNumberOfMessages": 10])
        let messages = answer.json?["Messages"]?.arrayValue ?? []
        #expect(messages.count <= 1)
        return messages.first?["Body"]?.stringValue.flatMap { try? JSONValue(parsing: $0) }
    }
}
