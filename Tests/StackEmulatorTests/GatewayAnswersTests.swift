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
        #expect(MockStatus.read(template) == status)
    }

    private static let mock: JSONValue = [
        "type": "MOCK",
        "requestTemplates": ["application/json": "{ statusCode: 200 }", "text/plain": "{statusCode: 404}"],
        "integrationResponses": [
            "204": ["statusCode": "204", "responseParameters": ["method.response.header.Vary": "'Origin'"]],
            "410": [
                "statusCode": "410", "selectionPattern": "4\\d\\d", "responseTemplates": ["application/json": "gone"],
            ],
        ],
    ]

    @Test("an integration's response is chosen by selection pattern, with a default") func chooses() throws {
        let mock = try MappedIntegration(Self.mock)
        let general = try #require(mock.response(to: "200"))
        #expect(general.status == 204)
        #expect(general.headers.map(\.name) == ["Vary"])
        #expect(general.headers.map(\.value) == [.fixed("Origin")])
        #expect(mock.response(to: "404")?.status == 410)
        #expect(mock.response(to: "4040")?.status == 204)
    }

    @Test("without a default, a result that no pattern matches has no response") func fitsNone() throws {
        let mock = try MappedIntegration([
            "integrationResponses": ["404": ["statusCode": "404", "selectionPattern": "404"]]
        ])
        #expect(mock.response(to: "200") == nil)
    }

    @Test(
        "a body without a template for its type is passed on or refused, as the integration says",
        arguments: [
            ("WHEN_NO_MATCH", ["application/json": "x"], true), ("WHEN_NO_TEMPLATES", ["application/json": "x"], false),
            ("WHEN_NO_TEMPLATES", [:], true), ("NEVER", [:], false),
        ] as [(String, JSONValue, Bool)])
    func passthrough(_ behavior: String, _ templates: JSONValue, _ passes: Bool) throws {
        let integration = try MappedIntegration([
            "passthroughBehavior": .string(behavior), "requestTemplates": templates,
        ])
        if case .passedOn = integration.payload(contentType: "text/plain") {
            #expect(passes)
        } else {
            #expect(!passes)
        }
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

    @Test("what is set for DEFAULT_4XX and DEFAULT_5XX holds for the types that have no setting of their own")
    func defaults() {
        func header(_ value: String) -> JSONValue { ["gatewayresponse.header.X": .string("'\(value)'")] }
        let responses = GatewayResponses(settings: [
            "DEFAULT_4XX": .init(["responseParameters": header("four")]),
            "DEFAULT_5XX": .init(["responseParameters": header("five")]), "THROTTLED": .init(["statusCode": "503"]),
        ])
        func answer(_ type: GatewayResponseType) -> ServerResponse {
            responses.response(GatewayRefusal(type)) {
                .init(
                    request: ServerRequest(method: "GET", target: "/"), pathParameters: [], context: [:],
                    stageVariables: [:])
            }
        }
        #expect(answer(.missingAuthenticationToken).headers["x"] == ["four"])
        #expect(answer(.default5XX).headers["x"] == ["five"])
        #expect(answer(.integrationTimeout).headers["x"] == ["five"])
        #expect(answer(.throttled).status == 503)
        #expect(answer(.throttled).headers["x"].isEmpty)
    }

    @Test("a response template is filled in with the error, by the type that the caller accepts") func templates()
        throws
    {
        let responses = GatewayResponses(settings: [
            "DEFAULT_4XX": .init([
                "responseTemplates": [
                    "application/json": #"{"error":$context.error.messageString,"by":"$context.error.responseType"}"#,
                    "text/plain": "$context.error.message at $stageVariables.place",
                ]
            ])
        ])
        func answer(_ accepted: String?) -> ServerResponse {
            responses.response(GatewayRefusal(.missingAuthenticationToken), accepted: accepted) {
                .init(
                    request: ServerRequest(method: "GET", target: "/"), pathParameters: [],
                    context: [
                        "error": [
                            "message": "No \"way\"", "messageString": #""No \"way\"""#, "responseType": "X",
                        ]
                    ], stageVariables: ["place": "home"])
            }
        }
        #expect(try JSONValue(parsing: answer(nil).body) == ["error": "No \"way\"", "by": "X"])
        #expect(answer("text/plain").body == Array("No \"way\" at home".utf8))
        #expect(answer("text/plain").headers["content-type"] == ["text/plain"])
    }
}
