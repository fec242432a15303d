import Testing

@testable import StackEmulator

/// The contract of https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
@Suite struct ProxyOutputTests {
    private func answer(_ text: String) -> ServerResponse? { ProxyOutput.response(from: Array(text.utf8)) }

    @Test(
        "what keeps the contract is an answer",
        arguments: [
            (#"{"statusCode": 201, "body": "x"}"#, 201, "x"),
            (#"{"statusCode": "200", "body": "x"}"#, 200, "x"),
            (#"{"body": "x"}"#, 200, "x"),
            (#"{"statusCode": 204}"#, 204, ""),
            (#"{"statusCode": 200, "body": null, "headers": null}"#, 200, ""),
            (#"{"statusCode": 200, "body": "eA==", "isBase64Encoded": true}"#, 200, "eA=="),
        ])
    func keeps(_ text: String, _ status: Int, _ body: String) throws {
        let response = try #require(answer(text))
        #expect(response.status == status)
        #expect(String(decoding: response.body, as: UTF8.self) == body)
    }

    @Test(
        "what breaks the contract is none",
        arguments: [
            "", "{}", "null", "[]", "\"text\"", "200", "not json", #"{"statusCode": 200, "other": 1}"#,
            #"{"statusCode": "abc"}"#, #"{"statusCode": 200.5}"#, #"{"statusCode": true}"#, #"{"statusCode": 99}"#,
            #"{"statusCode": 100}"#,
            #"{"statusCode": 600}"#, #"{"statusCode": 200, "headers": {"a": 1}}"#,
            #"{"statusCode": 200, "headers": {"a": null}}"#, #"{"statusCode": 200, "headers": {"a": ["b"]}}"#,
            #"{"statusCode": 200, "headers": []}"#, #"{"statusCode": 200, "multiValueHeaders": {"a": "b"}}"#,
            #"{"statusCode": 200, "body": {"a": 1}}"#, #"{"statusCode": 200, "body": 1}"#,
            #"{"statusCode": 200, "isBase64Encoded": "yes"}"#, #"{"statusCode": 200, "headers": {"a": "b\r\nc: d"}}"#,
            #"{"statusCode": 200, "headers": {"a b": "c"}}"#, #"{"statusCode": 99999999999999999999}"#,
        ])
    func breaks(_ text: String) {
        #expect(answer(text) == nil)
    }

    @Test("a missing content type becomes application/json, one that is set stays") func contentType() throws {
        #expect(try #require(answer(#"{"body": ""}"#)).headers["content-type"] == ["application/json"])
        let set = try #require(answer(#"{"headers": {"content-type": "text/plain"}}"#))
        #expect(set.headers["Content-Type"] == ["text/plain"])
    }

    @Test("multi-value headers come first, and a value that both have is said once") func merges() throws {
        let text = #"{"headers": {"x": "1", "y": true}, "multiValueHeaders": {"x": ["1", "2"]}}"#
        let headers = try #require(answer(text)).headers
        #expect(headers["x"] == ["1", "2"])
        #expect(headers["y"] == ["true"])
        let other = try #require(answer(#"{"headers": {"x": "3"}, "multiValueHeaders": {"x": ["1"]}}"#))
        #expect(other.headers["x"] == ["1", "3"])
    }

    @Test("headers of the connection are renamed") func remaps() throws {
        let headers = try #require(answer(#"{"headers": {"Date": "x", "Content-Length": "999"}}"#)).headers
        #expect(headers["Content-Length"].isEmpty)
        #expect(headers["x-amzn-Remapped-Content-Length"] == ["999"])
        #expect(headers["x-amzn-Remapped-Date"] == ["x"])
    }
}
