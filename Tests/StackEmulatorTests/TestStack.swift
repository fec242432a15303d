import ExactJSON
import Foundation
import Testing
import Timekeeping

@testable import StackEmulator

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A small stack around one function, whose handler does what each event tells it to.
enum TestStack {
    static let template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties: { Description: test, KeyPolicy: { Statement: [] } }
          Table:
            Type: AWS::DynamoDB::Table
            Properties:
              TableName: things
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
              KeySchema: [{ AttributeName: id, KeyType: HASH }]
              StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
          Function:
            Type: AWS::Lambda::Function
            Properties:
              FunctionName: worker
              Runtime: provided.al2023
              Handler: bootstrap
              Role: arn:aws:iam::123456789012:role/none
              Timeout: 2
              Code: { ZipFile: none }
              KmsKeyArn: !GetAtt Key.Arn
              Environment: { Variables: { COLOUR: "top-secret-green" } }
          Mapping:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !Ref Function
              EventSourceArn: !GetAtt Table.StreamArn
              StartingPosition: TRIM_HORIZON
              BatchSize: 4
              MaximumBatchingWindowInSeconds: 5
              BisectBatchOnFunctionError: true
              MaximumRetryAttempts: 1
              FunctionResponseTypes: [ReportBatchItemFailures]
              DestinationConfig: { OnFailure: { Destination: !GetAtt Failures.Arn } }
          Failures:
            Type: AWS::SQS::Queue
            Properties: { QueueName: failures }
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties: { Name: test-api }
          Item:
            Type: AWS::ApiGateway::Resource
            Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: "{id}" }
          Get:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Item
              HttpMethod: GET
              AuthorizationType: NONE
              RequestParameters: { method.request.path.id: true }
              Integration:
                Type: AWS_PROXY
                IntegrationHttpMethod: POST
                Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations
                CacheKeyParameters: [method.request.path.id]
          Post:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Item
              HttpMethod: POST
              AuthorizationType: NONE
              Integration:
                Type: AWS_PROXY
                IntegrationHttpMethod: POST
                Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations
          Deployment:
            Type: AWS::ApiGateway::Deployment
            DependsOn: [Get, Post]
            Properties: { RestApiId: !Ref Api }
          Stage:
            Type: AWS::ApiGateway::Stage
            Properties:
              RestApiId: !Ref Api
              DeploymentId: !Ref Deployment
              StageName: test
              CacheClusterEnabled: true
              CacheClusterSize: "0.5"
              MethodSettings:
                - { ResourcePath: /*, HttpMethod: "*", CachingEnabled: true, CacheTtlInSeconds: 30, MetricsEnabled: true }
              AccessLogSetting:
                DestinationArn: !Sub arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:access
                Format: '{"id":"$context.requestId","status":"$context.status","path":"$context.path"}'
          Permission:
            Type: AWS::Lambda::Permission
            Properties:
              Action: lambda:InvokeFunction
              FunctionName: !Ref Function
              Principal: apigateway.amazonaws.com
        Outputs:
          ApiId: { Value: !Ref Api }
          QueueUrl: { Value: !Ref Failures }
        """

    /// A handler in the plainest Python: it speaks the Runtime API by itself. What to do is `do` of the event, of its
    /// query string, or of a record's new image.
    static let handler = #"""
        #!/usr/bin/env python3
        import http.client, json, os, signal, subprocess, sys, time
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        def call(method, path, body=None, headers={}):
            api.request(method, "/2018-06-01/runtime/" + path, body, headers)
            answer = api.getresponse()
            return answer, answer.read()
        mark = os.environ.get("MARK_FILE")
        if os.environ.get("INIT") == "exit": sys.exit(3)
        if os.environ.get("INIT") == "error":
            call("POST", "init/error", json.dumps({"errorType": "InitBad", "errorMessage": "no"}),
                 {"Lambda-Runtime-Function-Error-Type": "InitBad"})
            sys.exit(1)
        print("starting")
        count = 0
        while True:
            answer, body = call("GET", "invocation/next")
            request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.loads(body)
            count += 1
            query = event.get("queryStringParameters") or {} if isinstance(event, dict) else {}
            do = event.get("do") or query.get("do") or "echo" if isinstance(event, dict) else "echo"
            path = "invocation/%s/" % request
            if isinstance(event, dict) and "Records" in event:
                names = [r["dynamodb"]["NewImage"]["id"]["S"] for r in event["Records"]]
                print("records " + ",".join(names), flush=True)
                result = {"batchItemFailures": []}
                if any("poison" in n for n in names): do = "error"
                if any("reject" in n for n in names):
                    result["batchItemFailures"] = [{"itemIdentifier": r["dynamodb"]["SequenceNumber"]}
                        for r in event["Records"] if "reject" in r["dynamodb"]["NewImage"]["id"]["S"]]
            elif isinstance(event, dict) and "httpMethod" in event:
                result = {"statusCode": 200, "headers": {"x-count": str(count)}, "body": json.dumps(event)}
            else:
                result = {"event": event, "count": count, "pid": os.getpid(),
                    "environment": {k: os.environ.get(k) for k in ("COLOUR", "AWS_REGION", "AWS_DEFAULT_REGION",
                        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "_HANDLER", "AWS_ENDPOINT_URL")}}
            if do == "print": print("first line\nsecond line\nno end", end="", flush=True)
            if do == "exit": os._exit(7)
            if do == "kill": os.kill(os.getpid(), signal.SIGKILL)
            if do == "sleep": time.sleep(60)
            if do == "nap": time.sleep(1)
            if do == "fork":
                child = subprocess.Popen(["sleep", "60"])
                result["child"] = child.pid
            if do == "fork-sleep":
                child = subprocess.Popen(["sleep", "60"])
                print("child %d" % child.pid, flush=True)
                time.sleep(60)
            if do == "flood":
                for _ in range(4000): print("x" * 100)
                sys.stdout.flush()
            if do == "garbage":
                call("POST", path + "response", b"\x00\xff not json")
                continue
            if do == "malformed":
                call("POST", path + "response", json.dumps({"statusCode": 200, "oops": 1}))
                continue
            if do == "wrong":
                wrong, _ = call("POST", "invocation/none/response", "{}")
                lost, _ = call("GET", "nothing")
                result["wrong"] = [wrong.status, lost.status]
            if do == "error":
                call("POST", path + "error", json.dumps({"errorType": "Bad", "errorMessage": "on purpose"}),
                    {"Lambda-Runtime-Function-Error-Type": "Bad"})
                continue
            call("POST", path + "response", json.dumps(result))
        """#

    /// Writes the handler into a new folder; returns its command and the folder.
    static func writeHandler(_ text: String = handler) throws -> (command: String, folder: URL) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("firedrill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("handler.py")
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return (file.path, folder)
    }

    static func configuration(_ command: String, template: String = template) -> EmulatorConfiguration {
        EmulatorConfiguration(
            templateText: template, templateFile: "test.yaml", stackName: "test", functions: ["Function": command])
    }
}

/// A running emulator, and the calls that tests make of it.
struct RunningStack: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var json: JSONValue? { try? JSONValue(parsing: body) }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    var address: EmulatorAddress
    var api: String { address.apiURLs.first ?? "" }

    /// Starts a stack, lets the test use it, and ends it.
    static func with(
        _ template: String = TestStack.template, environment: [String: String] = [:],
        switches: EmulatorSwitches = EmulatorSwitches(), handler: String = TestStack.handler,
        clockMode: ClockMode = .skip, dataDirectory: String? = nil,
        _ body: @Sendable (RunningStack) async throws -> Void
    ) async throws {
        let (command, folder) = try TestStack.writeHandler(handler)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = TestStack.configuration(command, template: template)
        configuration.baseEnvironment.merge(environment) { _, new in new }
        configuration.switches = switches
        configuration.clockMode = clockMode
        configuration.dataDirectory = dataDirectory
        let emulator = Emulator(configuration: configuration)
        let stack = RunningStack(address: try await emulator.start())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await emulator.run() } catch is CancellationError {}
            }
            do {
                try await body(stack)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    func send(
        _ method: String, _ url: String, body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        guard let address = URL(string: url) else { throw EmulatorError(code: .resource, message: "no URL: \(url)") }
        var request = URLRequest(url: address, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: 60)
        request.httpMethod = method
        if let body { request.httpBody = Data(body) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = response as? HTTPURLResponse
        var fields: [String: String] = [:]
        for (name, value) in http?.allHeaderFields ?? [:] { fields["\(name)".lowercased()] = "\(value)" }
        return Answer(status: http?.statusCode ?? 0, headers: fields, body: Array(data))
    }

    /// One call of a JSON service.
    func call(_ target: String, _ input: JSONValue) async throws -> Answer {
        try await send(
            "POST", address.endpointURL + "/", body: input.serialized(),
            headers: ["X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"])
    }

    func invoke(_ event: JSONValue, headers: [String: String] = [:]) async throws -> Answer {
        try await send(
            "POST", address.endpointURL + "/2015-03-31/functions/worker/invocations", body: event.serialized(),
            headers: headers)
    }

    func put(_ ids: String...) async throws {
        for id in ids {
            let answer = try await call(
                "DynamoDB_20120810.PutItem", ["TableName": "things", "Item": ["id": ["S": .string(id)]]])
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    func advance(_ seconds: Double) async throws {
        let answer = try await send(
            "POST", address.endpointURL + "/_firedrill/clock/advance",
            body: JSONValue.object(["seconds": .double(seconds)]).serialized())
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// The messages of a log group, oldest first.
    func log(_ group: String, _ pattern: String = "") async throws -> [String] {
        let answer = try await call(
            "Logs_20140328.FilterLogEvents", ["logGroupName": .string(group), "filterPattern": .string(pattern)])
        return (answer.json?["events"]?.arrayValue ?? []).compactMap { $0["message"]?.stringValue }
    }

    /// The sum of a metric over the last hour.
    func sum(_ namespace: String, _ metric: String, _ dimensions: [String: String]) async throws -> Double? {
        let clock = try await send("GET", address.endpointURL + "/_firedrill/clock")
        let now = clock.json?["now"]?.doubleValue ?? 0
        let answer = try await call(
            "GraniteServiceVersion20100801.GetMetricStatistics",
            [
                "Namespace": .string(namespace), "MetricName": .string(metric), "Statistics": ["Sum"], "Period": 86400,
                "StartTime": .double(now - 7200), "EndTime": .double(now + 60),
                "Dimensions": .array(
                    dimensions.sorted { $0.key < $1.key }.map { ["Name": .string($0.key), "Value": .string($0.value)] }),
            ])
        let points = answer.json?["Datapoints"]?.arrayValue ?? []
        return points.isEmpty ? nil : points.compactMap { $0["Sum"]?.doubleValue }.reduce(0, +)
    }
}
