import ExactJSON
import Testing

@testable import StackEmulator

@Suite struct GatewayAnswersTests {
    @Test(
        "a mock's status is found in templates that are no JSON, too",
        arguments: [
            (#"{"statusCode": 204}"#, 204), ("{ statusCode: 200 }", 200), (#"{'statusCode':"503"}"#, 503),
            ("{}", nil), ("", nil), (#"{"statusCode": "x"}"#, nil), (#"{"statusCode": 9}"#, nil),
        ] as [(String, Int?)])
    func status(_ template: String, _ status: Int?) {
        #expect(MockIntegration.status(in: template) == status)
    }

    private let mock = MockIntegration(
        requestTemplates: ["application/json": "{ statusCode: 200 }", "text/plain": "{statusCode: 404}"],
        answers: [
            .init(status: 204, selectionPattern: nil, headers: [("Vary", "Origin")], templates: [:]),
            .init(status: 410, selectionPattern: "4\\d\\d", headers: [], templates: ["application/json": "gone"]),
        ])

    @Test("a mock's answer is chosen by selection pattern, with a default") func chooses() throws {
        #expect(try #require(mock.response(contentType: nil)).status == 204)
        #expect(try #require(mock.response(contentType: nil)).headers["vary"] == ["Origin"])
        let chosen = try #require(mock.response(contentType: "text/plain; charset=utf-8"))
        #expect(chosen.status == 410)
        #expect(chosen.body == Array("gone".utf8))
    }

    @Test("a mock without a fitting answer has none") func fitsNone() {
        let mock = MockIntegration(
            requestTemplates: ["application/json": "{statusCode: 200}"],
            answers: [.init(status: 404, selectionPattern: "404", headers: [], templates: [:])])
        #expect(mock.response(contentType: nil) == nil)
    }

    @Test(
        "the gateway's own answers have AWS's status, message and error type",
        arguments: [
            (.missingAuthenticationToken, 403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
            (.default5XX, 502, "Internal server error", "InternalServerErrorException"),
            (.integrationTimeout, 504, "Endpoint request timed out", "InternalServerErrorException"),
            (.throttled, 429, "Too Many Requests", "TooManyRequestsException"),
            (.requestTooLarge, 413, "Request Too Long", "RequestTooLongException"),
        ] as [(GatewayResponseType, Int, String, String)])
    func own(_ type: GatewayResponseType, _ status: Int, _ message: String, _ errorType: String) throws {
        let response = GatewayResponses().response(type)
        #expect(response.status == status)
        #expect(try JSONValue(parsing: response.body) == ["message": .string(message)])
        #expect(response.headers["x-amzn-ErrorType"] == [errorType])
    }

    @Test("headers of DEFAULT_4XX and DEFAULT_5XX are on the answers that have no setting of their own") func defaults()
    {
        let responses = GatewayResponses(settings: [
            "DEFAULT_4XX": .init(status: nil, headers: [.init(name: "X", value: "four")]),
            "DEFAULT_5XX": .init(status: nil, headers: [.init(name: "X", value: "five")]),
            "THROTTLED": .init(status: 503, headers: []),
        ])
        #expect(responses.response(.missingAuthenticationToken).headers["x"] == ["four"])
        #expect(responses.response(.default5XX).headers["x"] == ["five"])
        #expect(responses.response(.integrationTimeout).headers["x"] == ["five"])
        #expect(responses.response(.throttled).status == 503)
        #expect(responses.response(.throttled).headers["x"].isEmpty)
    }
}
