import DurableDocuments
import EmulatedServices
import EmulatorCore
import ExactJSON
import Testing

@Suite("Query protocol")
struct QueryProtocolTests {
    @Test(
        "forms become structures and lists",
        arguments: [
            ("Action=A&Version=1&StackName=x+y%2B", ["StackName": "x y+"]),
            ("Action=A&Tags.member.2.Key=b&Tags.member.1.Key=a", ["Tags": [["Key": "a"], ["Key": "b"]]]),
            (
                "Action=A&Attributes.entry.1.key=k&Attributes.entry.1.value=v",
                ["Attributes": [["key": "k", "value": "v"]]]
            ),
            ("Action=A", [:]),
        ] as [(String, JSONValue)])
    func readsForm(body: String, input: JSONValue) {
        #expect(QueryForm(parsing: Array(body.utf8))?.input == input)
    }

    @Test(
        "what is no form is nil",
        arguments: ["", "StackName=x", "Action=%zz", "Action=A&\(String(repeating: "a.", count: 40))=1"])
    func refusesForm(body: String) { #expect(QueryForm(parsing: Array(body.utf8)) == nil) }

    @Test("answers escape what XML cannot say") func writesXML() {
        let bytes = QueryXML.answer(
            operation: "Op", namespace: "n", result: ["A": "<&>\"\u{1}", "L": ["x", ["B": true]], "N": nil],
            requestID: "r")
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "<OpResponse xmlns=\"n\"><OpResult><A>&lt;&amp;&gt;&quot;</A><L><member>x</member><member><B>true</B>"
                + "</member></L></OpResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></OpResponse>")
    }
}

@Suite("Keys, queues and topics")
struct MessagingTests {
    private let account = EmulatedAccount()
    private let clock = VirtualClock()

    @Test("what a key seals only that key opens, in the same context") func sealsAndOpens() throws {
        let keys = try KeyService(account: account, clock: clock, documents: DocumentStore(directory: nil))
        let (id, arn) = keys.create(description: "k")
        let blob = try keys.seal(Array("secret".utf8), keyID: id, context: ["f": "a"])
        #expect(!blob.contains(sequence: Array("secret".utf8)))
        #expect(try keys.open(blob, context: ["f": "a"]).plaintext == Array("secret".utf8))
        #expect(try keys.open(blob, context: ["f": "a"]).keyARN == arn)
        #expect(throws: AWSServiceError.self) { try keys.open(blob, context: ["f": "b"]) }
        #expect(throws: AWSServiceError.self) { try keys.open(Array(blob.dropLast()), context: ["f": "a"]) }
    }

    @Test("a disabled key refuses until it is enabled again") func refusesDisabled() async throws {
        let keys = try KeyService(account: account, clock: clock, documents: DocumentStore(directory: nil))
        let (id, arn) = keys.create(description: "k")
        let blob = try keys.seal([1], keyID: arn)
        _ = try await keys.call("DisableKey", ["KeyId": .string(id)])
        #expect(throws: AWSServiceError("DisabledException", "\(arn) is disabled.")) { try keys.open(blob) }
        _ = try await keys.call("EnableKey", ["KeyId": .string(arn)])
        #expect(try keys.open(blob).plaintext == [1])
    }

    @Test("an alias names its key") func resolvesAlias() async throws {
        let keys = try KeyService(account: account, clock: clock, documents: DocumentStore(directory: nil))
        let (id, _) = keys.create(description: "k")
        keys.createAlias("alias/a", keyID: id)
        let answer = try await keys.call("DescribeKey", ["KeyId": "alias/a"])
        #expect(answer["KeyMetadata"]?["KeyId"] == .string(id))
        await #expect(throws: AWSServiceError.self) { try await keys.call("DescribeKey", ["KeyId": "alias/b"]) }
    }

    private func topics() throws -> (TopicService, QueueService) {
        let documents = try DocumentStore(directory: nil)
        let endpoint: @Sendable () -> String = { "http://127.0.0.1:1" }
        let queues = try QueueService(account: account, clock: clock, documents: documents, endpointURL: endpoint)
        let topics = try TopicService(
            account: account, clock: clock, queues: queues, documents: documents, endpointURL: endpoint)
        return (topics, queues)
    }

    @Test("an alarm's message reaches the queue that has subscribed and lets the topic send") func fansOut()
        async throws
    {
        let (topics, queues) = try topics()
        let arn = try await topics.create(name: "t")
        let policy = Self.allow(["Service": "sns.amazonaws.com"], action: "sqs:SendMessage")
        try await queues.create(name: "q", attributes: ["Policy": policy.text])
        try await topics.subscribe(topic: arn, protocol: "sqs", endpoint: queues.arn(ofQueue: "q"))
        try topics.publish(
            topicARN: arn, subject: "s", message: "m", service: "cloudwatch.amazonaws.com", sourceARN: "arn:a")
        let url = JSONValue.string(queues.url(ofQueue: "q"))
        let received = try await queues.call("ReceiveMessage", ["QueueUrl": url])
        let body = try #require(received["Messages"]?[0]?["Body"]?.stringValue)
        #expect(try JSONValue(parsing: body)["Message"] == "m")
        // Taken and not deleted: invisible for a while, then back.
        #expect(try await queues.call("ReceiveMessage", ["QueueUrl": url]) == [:])
        await clock.advance(by: .seconds(31))
        #expect(try await queues.call("ReceiveMessage", ["QueueUrl": url])["Messages"]?.arrayValue?.count == 1)
    }

    static let policies: [(JSONValue?, Bool)] = [
        (nil, true), (["Statement": []], false),
        (allow(["Service": "cloudwatch.amazonaws.com"]), true), (allow(["Service": "events.amazonaws.com"]), false),
        (allow("*"), true), (allow(["Service": "cloudwatch.amazonaws.com"], action: "sns:Subscribe"), false),
        (
            allow(
                ["Service": "cloudwatch.amazonaws.com"], condition: ["ArnLike": ["aws:SourceArn": "arn:*:alarm:*-dev"]]),
            true
        ),
        (
            allow(
                ["Service": "cloudwatch.amazonaws.com"], condition: ["ArnLike": ["aws:SourceArn": "arn:*:alarm:*-prod"]]
            ), false
        ),
        (
            allow(["Service": "cloudwatch.amazonaws.com"], condition: ["StringEquals": ["aws:SourceAccount": "1"]]),
            false
        ),
        (
            [
                "Statement": [
                    allow("*")["Statement"]?[0] ?? .null, ["Effect": "Deny", "Principal": "*", "Action": "sns:*"],
                ]
            ], false
        ),
    ]

    private static func allow(
        _ principal: JSONValue, action: JSONValue = "sns:Publish", condition: JSONValue = [:]
    ) -> JSONValue {
        ["Statement": [["Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition]]]
    }

    @Test("a topic's policy decides who may publish", arguments: policies)
    func checksPolicy(policy: JSONValue?, allowed: Bool) async throws {
        let (topics, _) = try topics()
        let arn = try await topics.create(name: "t")
        if let policy { try await topics.set("Policy", policy.text, ofTopic: arn) }
        let result = Result {
            try topics.publish(
                topicARN: arn, subject: nil, message: "m", service: "cloudwatch.amazonaws.com",
                sourceARN: "arn:aws:cloudwatch:us-west-2:1:alarm:x-dev")
        }
        #expect(((try? result.get()) != nil) == allowed)
        #expect(topics.published.isEmpty == !allowed)
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}
