import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

@Suite(.serialized, .timeLimit(.minutes(2))) struct EmulatorStartTests {
    private func failure(_ configuration: EmulatorConfiguration) async -> EmulatorError? {
        do throws(EmulatorError) {
            _ = try await Emulator(configuration: configuration).start()
            return nil
        } catch {
            return error
        }
    }

    @Test("a function without a command is named, with its place in the template") func noCommand() async throws {
        var configuration = TestStack.configuration("true")
        configuration.functions = [:]
        let error = try #require(await failure(configuration))
        #expect(error.code == .resource)
        #expect(error.message.contains("with --function Function=COMMAND"))
        #expect(error.location?.hasPrefix("test.yaml:") == true)
    }

    @Test("a command for a function that the template has not is refused, with those that it has") func misspelt()
        async throws
    {
        var configuration = TestStack.configuration("true")
        configuration.functions["Functoin"] = "true"
        let error = try #require(await failure(configuration))
        #expect(error.code == .command)
        #expect(error.message.contains("Functoin") && error.message.contains("the template has Function"))
    }

    @Test("an address that this machine has not is named with others", arguments: ["192.0.2.1", "nohost.invalid"])
    func noAddress(host: String) async throws {
        var configuration = TestStack.configuration("true")
        configuration.host = host
        let error = try #require(await failure(configuration))
        #expect(error.message.hasPrefix("this machine has no address \(host) to listen on"))
    }

    @Test("a port in use is named") func portInUse() async throws {
        try await RunningStack.with { stack in
            let (command, folder) = try TestStack.writeHandler()
            defer { try? FileManager.default.removeItem(at: folder) }
            var configuration = TestStack.configuration(command)
            configuration.port = stack.address.port
            let error = try #require(await failure(configuration))
            #expect(error.code == .port)
            #expect(error.message.contains("\(stack.address.port) is in use"))
        }
    }

    @Test("what is not emulated is listed whole, by logical id and property") func unsupported() async throws {
        let template = """
            Resources:
              Bus: { Type: AWS::Events::EventBus, Properties: { Name: b } }
              Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: a, Colour: red } }
              Queue: { Type: AWS::SQS::Queue, Properties: { Colour: red } }
              Wide: { Type: AWS::ApiGateway::RestApi, Properties: { Name: w, Breadth: 1 } }
              Slow:
                Type: AWS::CloudWatch::Alarm
                Properties:
                  Namespace: AWS/DynamoDB
                  MetricName: SuccessfulRequestLatency
                  Statistic: Sum
                  Period: 60
                  EvaluationPeriods: 1
                  Threshold: 1
                  ComparisonOperator: GreaterThanThreshold
              Fed:
                Type: AWS::Lambda::EventSourceMapping
                Properties: { FunctionName: f, EventSourceArn: "arn:aws:kinesis:us-west-2:123456789012:stream/s" }
            """
        let listed = [
            "test.yaml:2:3: Bus: AWS::Events::EventBus is not emulated",
            "test.yaml:3:3: Api: the property Colour of AWS::ApiGateway::RestApi is not emulated",
            "test.yaml:4:3: Queue: the property Colour of AWS::SQS::Queue is not emulated",
            "test.yaml:5:3: Wide: the property Breadth of AWS::ApiGateway::RestApi is not emulated",
            "test.yaml:6:3: Slow: the metric AWS/DynamoDB SuccessfulRequestLatency is not published, "
                + "so the alarm gets no data of it",
            "test.yaml:16:3: Fed: the event source arn:aws:kinesis:us-west-2:123456789012:stream/s is not emulated; "
                + "this mapping is left out",
        ]
        var configuration = TestStack.configuration("true", template: template)
        configuration.functions = [:]
        #expect(try await Emulator(configuration: configuration).start().notices == listed)
        configuration.refusesUnsupported = true
        let error = try #require(await failure(configuration))
        #expect(error.code == .unsupported)
        for line in listed { #expect(error.message.contains(line), "\(error.message)") }
    }

    @Test(
        "an undeclared cache key parameter is refused as API Gateway refuses it") func cacheKey() async throws
    {
        let template = TestStack.template.replacing("RequestParameters: { method.request.path.id: true }", with: "")
        let error = try #require(await failure(TestStack.configuration("true", template: template)))
        #expect(error.message.contains("Invalid cache key parameter specified: method.request.path.id"))
    }

    @Test(
        "a template that is none is refused with its place",
        arguments: [
            "", "Resources: [", "just text",
            "Resources: { A: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref Nobody } } }",
        ])
    func malformed(_ template: String) async throws {
        let error = try #require(await failure(TestStack.configuration("true", template: template)))
        #expect(error.code == .template)
        #expect(error.location?.hasPrefix("test.yaml") == true)
    }

    @Test("the clock of an emulator in real time cannot be advanced") func realClock() async throws {
        try await RunningStack.with(clockMode: .real) { stack in
            let url = stack.address.endpointURL + "/_firedrill/clock"
            let clock = try await stack.send("GET", url)
            #expect(clock.json?["mode"] == "real")
            let answer = try await stack.send("POST", url + "/advance", body: Array(#"{"seconds": 1}"#.utf8))
            #expect(answer.status == 409)
        }
    }

    @Test(
        "an advance that makes no sense is refused",
        arguments: [
            "", "{}", #"{"seconds": -1}"#, #"{"seconds": "1"}"#, #"{"seconds": 1e300}"#, "[", #"{"seconds": null}"#,
        ])
    func badAdvance(_ body: String) async throws {
        try await RunningStack.with { stack in
            let url = stack.address.endpointURL + "/_firedrill/clock/advance"
            let answer = try await stack.send("POST", url, body: Array(body.utf8))
            #expect(answer.status == 400)
        }
    }

    @Test("malformed calls get an error of the protocol they were made in") func malformedCalls() async throws {
        try await RunningStack.with { stack in
            let root = stack.address.endpointURL + "/"
            let garbage = try await stack.send(
                "POST", root, body: Array("{\"a\":".utf8), headers: ["X-Amz-Target": "DynamoDB_20120810.GetItem"])
            #expect(garbage.status == 400)
            #expect(garbage.json?["__type"] == "com.amazon.coral.service#SerializationException")
            #expect(garbage.headers["x-amz-crc32"] == String(CRC32.checksum(garbage.body)))
            for target in ["", "x", "Nobody.Nothing", "DynamoDB_20120810", "DynamoDB_20120810.Nothing"] {
                let answer = try await stack.send("POST", root, body: [], headers: ["X-Amz-Target": target])
                #expect((400..<500).contains(answer.status), "\(target): \(answer.status)")
            }
            let form = try await stack.send(
                "POST", root, body: Array("Action=Nothing&Version=2010-05-15".utf8),
                headers: ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(form.status == 400)
            #expect(form.text.contains("<Code>"))
            #expect(try await stack.send("GET", root + "nothing").status == 404)
        }
    }

    @Test("a compressed call is understood") func compressed() async throws {
        try await RunningStack.with { stack in
            // Python's gzip.compress(b'{}', mtime=0).
            let body = Array(Data(base64Encoded: "H4sIAAAAAAACA6uuBQBDv6ajAgAAAA==") ?? Data())
            let answer = try await stack.send(
                "POST", stack.address.endpointURL + "/", body: body,
                headers: ["X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Encoding": "gzip"])
            #expect(answer.json == ["TableNames": ["things"]])
        }
    }

    @Test("CloudFormation shows the stack, without any function's variables") func stackDescription() async throws {
        try await RunningStack.with { stack in
            let headers = ["Content-Type": "application/x-www-form-urlencoded"]
            for action in ["DescribeStacks", "ListStackResources", "DescribeStackResources"] {
                let answer = try await stack.send(
                    "POST", stack.address.endpointURL + "/",
                    body: Array("Action=\(action)&Version=2010-05-15&StackName=test".utf8), headers: headers)
                #expect(answer.status == 200)
                #expect(answer.text.contains("<\(action)Result>"))
                #expect(!answer.text.contains("top-secret"))
            }
            let identity = try await stack.send(
                "POST", stack.address.endpointURL + "/",
                body: Array("Action=GetCallerIdentity&Version=2011-06-15".utf8),
                headers: headers)
            #expect(identity.text.contains("<Account>123456789012</Account>"))
        }
    }
}
