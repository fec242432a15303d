import AWSClients
import AWSQueryClients
import AWSSigning
import ExactJSON
import HTTPExchange
import Synchronization
import Testing

/// Answers from a list, one a request, and remembers what was asked.
final class ScriptedTransport: HTTPTransport {
    private let state: Mutex<(answers: [Result<HTTPResponse, HTTPTransportError>], requests: [HTTPRequest])>

    init(_ answers: [Result<HTTPResponse, HTTPTransportError>]) { state = Mutex((answers, [])) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty
                ? .failure(HTTPTransportError(code: .other, message: "the script is at its end"))
                : state.answers.removeFirst()
        }
        return try answer.get()
    }
}

func answer(_ status: Int, _ body: String) -> Result<HTTPResponse, HTTPTransportError> {
    .success(HTTPResponse(status: status, body: Array(body.utf8)))
}

func connection(_ transport: ScriptedTransport) -> AWSConnection {
    let configuration = AWSClientConfiguration(
        region: "us-west-2", credentials: AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret"),
        endpointURL: "http://127.0.0.1:1/")
    return AWSConnection(
        configuration: configuration, transport: transport,
        retries: RetryPolicy(maximumRetries: 3, pause: { _ in }, random: { 0.5 }))
}

@Suite("AWS connection")
struct AWSConnectionTests {
    @Test("a read that is throttled or lost is tried again") func retriesReads() async throws {
        let transport = ScriptedTransport([
            answer(400, #"{"__type":"com.amazonaws.x#ThrottlingException","message":"slow"}"#), answer(500, "oops"),
            .failure(HTTPTransportError(code: .reset, message: "reset")), answer(200, #"{"MetricAlarms":[]}"#),
        ])
        let alarms = try await CloudWatchClient(connection: connection(transport)).alarms(named: ["a"])
        #expect(alarms.isEmpty && transport.requests.count == 4)
        let request = transport.requests[0]
        #expect(request.headers.first("x-amz-target") == "GraniteServiceVersion20100801.DescribeAlarms")
        #expect(request.headers.first("authorization")?.contains("/us-west-2/monitoring/aws4_request") == true)
    }

    @Test("a write is never sent twice") func doesNotRepeatWrites() async {
        let transport = ScriptedTransport([answer(500, "{}"), answer(200, "{}")])
        let client = JSONServiceClient(service: .dynamoDB, connection: connection(transport))
        await #expect(throws: AWSCallError.self) { try await client.call("PutItem", [:]) }
        #expect(transport.requests.count == 1)
    }

    @Test("retries end, and the last failure is told") func givesUp() async {
        let transport = ScriptedTransport(Array(repeating: answer(503, "{}"), count: 9))
        let client = JSONServiceClient(service: .logs, connection: connection(transport))
        let error = await #expect(throws: AWSCallError.self) { try await client.call("DescribeLogGroups", [:]) }
        #expect(error?.status == 503 && transport.requests.count == 4)
    }

    @Test("a denied action names the permission that is missing") func namesPermission() async {
        let body = #"{"__type":"AccessDeniedException","Message":"User is not authorized"}"#
        let transport = ScriptedTransport([answer(400, body)])
        let error = await #expect(throws: AWSCallError.self) {
            try await CloudWatchClient(connection: connection(transport)).metrics(namespace: "AWS/Lambda", name: nil)
        }
        #expect(error?.description.contains("Allow cloudwatch:ListMetrics") == true)
    }

    @Test("an answer that is no JSON is asked for again, and in the end an error") func refusesGarbage() async {
        let transport = ScriptedTransport(Array(repeating: answer(200, #"{"logGroups":["#), count: 9))
        let client = JSONServiceClient(service: .logs, connection: connection(transport))
        let error = await #expect(throws: AWSCallError.self) { try await client.call("DescribeLogGroups", [:]) }
        #expect(error?.code == "MalformedAnswer" && transport.requests.count == 4)
    }

    @Test("all pages are read, and a repeated token ends the reading") func readsPages() async throws {
        let transport = ScriptedTransport([
            answer(200, #"{"events":[{"timestamp":1,"message":"a"}],"nextToken":"t1"}"#),
            answer(200, #"{"events":[{"timestamp":2,"message":"b"}],"nextToken":"t1"}"#),
        ])
        let events = try await LogsClient(connection: connection(transport)).events(
            group: "g", since: .init(millisecondsSinceEpoch: 0))
        #expect(events.map(\.message) == ["a", "b"])
    }

    @Test("CloudFormation's XML is read, errors too") func readsXML() async throws {
        let stack = """
            <DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
            <member><StackName>items</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member>
            <OutputKey>ApiUrl</OutputKey><OutputValue>https://x/dev</OutputValue></member></Outputs></member></Stacks>
            </DescribeStacksResult></DescribeStacksResponse>
            """
        let page = { (name: String, token: String) in
            """
            <ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member>
            <LogicalResourceId>\(name)</LogicalResourceId><PhysicalResourceId>p</PhysicalResourceId>
            <ResourceType>AWS::SNS::Topic</ResourceType></member></StackResourceSummaries>\(token)
            </ListStackResourcesResult></ListStackResourcesResponse>
            """
        }
        let failure = """
            <ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not exist
            </Message></Error><RequestId>r</RequestId></ErrorResponse>
            """
        let transport = ScriptedTransport([
            answer(200, stack), answer(200, page("A", "<NextToken>n</NextToken>")), answer(200, page("B", "")),
            answer(400, failure),
        ])
        let client = CloudFormationClient(connection: connection(transport))
        #expect(try await client.stack(named: "items").outputs == ["ApiUrl": "https://x/dev"])
        #expect(try await client.resources(ofStack: "items").map(\.logicalID) == ["A", "B"])
        let error = await #expect(throws: AWSCallError.self) { try await client.stack(named: "x") }
        #expect(error?.code == "ValidationError")
    }

    @Test("a stage's own method settings go before the wildcard") func resolvesSettings() async throws {
        let body = """
            {"stageName":"dev","cacheClusterEnabled":true,"cacheClusterStatus":"AVAILABLE","methodSettings":{
            "*/*":{"cachingEnabled":true,"cacheTtlInSeconds":30},"~1items/GET":{"cachingEnabled":false}}}
            """
        let stage = try await APIGatewayClient(connection: connection(ScriptedTransport([answer(200, body)])))
            .stage("dev", ofAPI: "a")
        func method(_ path: String) -> APIMethod {
            APIMethod(
                resourceID: "", path: path, httpMethod: "GET", cacheKeyParameters: [], cacheNamespace: "",
                integrationURI: "")
        }
        #expect(stage.settings(for: method("/items"))?.cachingEnabled == false)
        #expect(stage.settings(for: method("/items/{id}"))?.cacheTTLSeconds == 30)
    }
}
