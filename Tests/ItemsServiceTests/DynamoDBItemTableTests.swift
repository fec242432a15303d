import AWSClients
import ExactJSON
import HTTPExchange
import ItemsService
import Synchronization
import Testing
import Timekeeping

@Suite("The table over the wire") struct DynamoDBItemTableTests {
    /// Answers everything alike and remembers what it was asked.
    private final class Recorder: HTTPTransport {
        private let requests = Mutex<[HTTPRequest]>([])
        private let response: HTTPResponse

        init(_ status: Int, _ body: String) { response = HTTPResponse(status: status, body: Array(body.utf8)) }

        var sent: [HTTPRequest] { requests.withLock { $0 } }

        func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
            requests.withLock { $0.append(request) }
            return response
        }
    }

    private func table(_ recorder: Recorder, _ environment: [String: String]) throws -> DynamoDBItemTable {
        let base = ["AWS_REGION": "us-west-2", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]
        let configuration = try #require(AWSClientConfiguration(environment: base.merging(environment) { $1 }))
        return DynamoDBItemTable(
            connection: AWSConnection(configuration: configuration, transport: recorder, now: { APIFixture.start }))
    }

    @Test(
        "goes to the endpoint that the environment names, or to the region's own",
        arguments: [
            ([:], "https://dynamodb.us-west-2.amazonaws.com/"),
            (["AWS_ENDPOINT_URL": "http://127.0.0.1:4566"], "http://127.0.0.1:4566/"),
            (["AWS_ENDPOINT_URL": "http://one:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://two:2"], "http://two:2/"),
        ])
    func endpoint(environment: [String: String], url: String) async throws {
        let recorder = Recorder(200, "{}")
        _ = try await table(recorder, environment).call("GetItem", ["TableName": "t"])
        let request = try #require(recorder.sent.first)
        #expect(request.url == url)
        #expect(request.method == "POST")
        #expect(request.headers.first("X-Amz-Target") == "DynamoDB_20120810.GetItem")
        #expect(request.headers.first("Content-Type") == "application/x-amz-json-1.0")
        #expect(
            request.headers.first("Authorization")?.contains("AKID/20270115/us-west-2/dynamodb/aws4_request") == true)
        #expect(request.body == Array(#"{"TableName":"t"}"#.utf8))
    }

    @Test("a refused write is an error with DynamoDB's name for it, and is not sent twice")
    func refusal() async throws {
        let recorder = Recorder(
            400,
            #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#
        )
        let table = try table(recorder, [:])
        let error = await #expect(throws: AWSCallError.self) { _ = try await table.call("PutItem", [:]) }
        #expect(error?.code == "ConditionalCheckFailedException")
        #expect(recorder.sent.count == 1)
    }
}
