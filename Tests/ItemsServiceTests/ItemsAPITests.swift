import ExactJSON
import Testing

@Suite("The items API") struct ItemsAPITests {
    @Test("GET / tells that it is healthy and which stage it is")
    func health() async throws {
        let answer = try await APIFixture(stage: "qa").send("GET", "/")
        #expect(answer.status == 200)
        #expect(answer.body["stage"] == "qa")
        #expect(answer.body["message"]?.stringValue?.isEmpty == false)
    }

    @Test("an item lives from creation to deletion")
    func life() async throws {
        let api = APIFixture()
        let item: JSONValue = ["id": "a", "name": "lamp", "price": 5]
        let created = try await api.create(item)
        #expect(created.status == 201)
        #expect(created.body["item"] == item)
        #expect(created.body["message"] != nil)
        #expect(try await api.read("a").body["item"] == item)

        let updated = try await api.send("PUT", "/items/{id}", id: "a", body: #"{"price": 7, "color-of-shade": "red"}"#)
        #expect(updated.status == 200)
        #expect(updated.body["item"] == ["id": "a", "name": "lamp", "price": 7, "color-of-shade": "red"])
        #expect(try await api.read("a").body["item"] == updated.body["item"])

        let deleted = try await api.send("DELETE", "/items/{id}", id: "a")
        #expect(deleted.status == 200)
        #expect(deleted.body["item"] == updated.body["item"])
        #expect(try await api.read("a").status == 404)
        #expect(try await api.send("DELETE", "/items/{id}", id: "a").status == 404)
    }

    @Test(
        "a number comes back with every digit",
        arguments: [
            "0", "-1", "1.10", "0.1", "1e5", "1E-130", "12345678901234567890123456789012345678",
            "-0.12345678901234567890123456789012345678", "9.9999999999999999999999999999999999999E+125",
            "9007199254740993",
        ])
    func numbers(literal: String) async throws {
        let api = APIFixture()
        let created = try await api.send(
            "POST", "/items", body: #"{"id": "n", "n": \#(literal), "deep": [{"n": \#(literal)}]}"#)
        #expect(created.status == 201)
        for answer in [created, try await api.read("n"), try await api.send("GET", "/items")] {
            #expect(
                answer.text.contains(#""n":\#(literal)}"#) || answer.text.contains(#""n":\#(literal),"#),
                "\(answer.text)")
            #expect(answer.text.contains(#""deep":[{"n":\#(literal)}]"#))
        }
    }

    @Test("every kind of JSON value comes back as it was")
    func values() async throws {
        let api = APIFixture()
        let item: JSONValue = [
            "id": "v", "null": nil, "yes": true, "no": false, "empty": "", "text": "é\u{1F600}\"\\\n",
            "list": [1, "a", [nil], [:]],
            "map": ["a-b": ["c.d": [1.5]], "": "empty name"], "#n0": ":v0",
        ]
        _ = try await api.create(item)
        #expect(try await api.read("v").body["item"] == item)
    }

    @Test("sets and binary values of other writers can be read")
    func foreignTypes() async throws {
        let api = APIFixture()
        api.table.put(raw: [
            "id": ["S": "f"], "s": ["SS": ["a", "b"]], "n": ["NS": ["1", "2.50"]], "b": ["B": "aGk="],
        ])
        let item = try await api.read("f").body["item"]
        #expect(item == ["id": "f", "s": ["a", "b"], "n": [1, .number("2.50")], "b": "aGk="])
    }

    @Test(
        "a bad request is answered, with the reason, and never thrown",
        arguments: [
            ("POST", "/items", nil, nil, 400, "JSON object"),
            ("POST", "/items", nil, "{bad", 400, "JSON object"),
            ("POST", "/items", nil, "", 400, "JSON object"),
            ("POST", "/items", nil, "[1]", 400, "JSON object"),
            ("POST", "/items", nil, "\"text\"", 400, "JSON object"),
            ("POST", "/items", nil, "{}", 400, "id"),
            ("POST", "/items", nil, #"{"id": ""}"#, 400, "id"),
            ("POST", "/items", nil, #"{"id": 7}"#, 400, "id"),
            ("POST", "/items", nil, #"{"id": null}"#, 400, "id"),
            ("POST", "/items", nil, #"{"id": "taken"}"#, 409, "exists already"),
            ("POST", "/items", nil, #"{"id": "x", "n": 123456789012345678901234567890123456789}"#, 400, "38"),
            ("GET", "/items/{id}", "nobody", nil, 404, "no item"),
            ("GET", "/items/{id}", "", nil, 400, "path"),
            ("GET", "/items/{id}", "%zz", nil, 400, "path"),
            ("GET", "/items/{id}", "%ff", nil, 400, "path"),
            ("PUT", "/items/{id}", "nobody", #"{"a": 1}"#, 404, "no item"),
            ("PUT", "/items/{id}", "taken", "{}", 400, "nothing to update"),
            ("PUT", "/items/{id}", "taken", #"{"id": "taken"}"#, 400, "nothing to update"),
            ("PUT", "/items/{id}", "taken", #"{"id": "other", "a": 1}"#, 400, "not the one in the path"),
            ("PUT", "/items/{id}", "taken", "nope", 400, "JSON object"),
            ("PUT", "/items/{id}", "taken", #"{"n": 123456789012345678901234567890123456789}"#, 400, "38"),
            ("DELETE", "/items/{id}", "nobody", nil, 404, "no item"),
            ("PATCH", "/items/{id}", "taken", nil, 404, "PATCH"),
            ("GET", "/nowhere", nil, nil, 404, "/nowhere"),
        ] as [(String, String, String?, String?, Int, String)])
    func badRequests(method: String, resource: String, id: String?, body: String?, status: Int, says: String)
        async throws
    {
        let api = APIFixture()
        _ = try await api.create(["id": "taken"])
        let answer = try await api.send(method, resource, id: id, body: body)
        #expect(answer.status == status)
        #expect(answer.body["error"]?.stringValue?.contains(says) == true, "\(answer.text)")
        #expect(answer.headers["Access-Control-Allow-Origin"] == "https://example.com")
        #expect(try await api.read("taken").body["item"] == ["id": "taken"])
    }

    @Test(
        "an id in the path is percent-decoded once",
        arguments: [
            ("a%20b", "a b"), ("a%2Fb", "a/b"), ("%C3%A9", "é"), ("a+b", "a+b"), ("100%25", "100%"), ("%2525", "%25"),
        ])
    func ids(path: String, id: String) async throws {
        let api = APIFixture()
        _ = try await api.create(["id": .string(id)])
        #expect(try await api.read(path).body["item"]?["id"] == .string(id))
        #expect(try await api.send("PUT", "/items/{id}", id: path, body: #"{"a": 1}"#).status == 200)
        #expect(try await api.send("DELETE", "/items/{id}", id: path).status == 200)
    }

    @Test("a trailing slash changes nothing: the resource decides")
    func trailingSlash() async throws {
        let event: JSONValue = ["resource": "/items", "path": "/items/", "httpMethod": "GET", "headers": nil]
        #expect(try await APIFixture().send(event: event).status == 200)
    }

    @Test(
        "a Base64 body is decoded; one that is none is a bad request",
        arguments: [("eyJpZCI6ImIifQ==", 201), ("e%", 400)])
    func base64(body: String, status: Int) async throws {
        let event: JSONValue = [
            "resource": "/items", "httpMethod": "POST", "body": .string(body), "isBase64Encoded": true,
        ]
        #expect(try await APIFixture().send(event: event).status == status)
    }

    @Test("a read is consistent, so that it sees the write before it")
    func consistency() async throws {
        let api = APIFixture()
        _ = try await api.read("a")
        #expect(api.table.calls.map(\.operation) == ["GetItem"])
        #expect(api.table.calls.first?.input["ConsistentRead"] == true)
    }

    @Test("every answer has CORS headers and an origin marker of its own, in header and body")
    func origin() async throws {
        let api = APIFixture()
        let answers = [
            try await api.send("GET", "/"), try await api.send("GET", "/"), try await api.read("nobody"),
            try await api.send("POST", "/items"),
        ]
        #expect(Set(answers.compactMap { $0.headers["x-origin-id"] }).count == answers.count)
        for answer in answers {
            #expect(answer.body["origin"]?.stringValue == answer.headers["x-origin-id"])
            #expect(answer.headers["Content-Type"] == "application/json")
            #expect(answer.headers["Access-Control-Allow-Origin"] == "https://example.com")
            #expect(answer.headers["Access-Control-Allow-Methods"] == "GET,POST,PUT,DELETE,OPTIONS")
            #expect(answer.headers["Access-Control-Allow-Headers"] == "Content-Type,X-Amz-Date,Authorization,X-Api-Key")
        }
    }

    @Test("each request leaves one line of JSON in the log")
    func logging() async throws {
        let api = APIFixture()
        _ = try await api.read("nobody")
        let line = try JSONValue(parsing: try #require(api.notes.lines.first))
        #expect(api.notes.lines.count == 1)
        #expect(line["level"] == "info")
        #expect(line["status"] == 404)
        #expect(line["requestId"] == "request-1")
    }

    @Test(
        "an error that is not the caller's is thrown, so that it counts as one of the function",
        arguments: [
            ("ProvisionedThroughputExceededException", 400), ("InternalServerError", 500), ("Transport", 0),
            ("AccessDeniedException", 400),
        ])
    func unexpected(code: String, status: Int) async throws {
        let api = APIFixture()
        api.table.fail(with: code, status: status)
        for (method, resource, id) in [
            ("GET", "/items", nil), ("GET", "/items/{id}", "a"), ("DELETE", "/items/{id}", "a"),
        ] {
            await #expect(throws: (any Error).self) { try await api.send(method, resource, id: id) }
        }
        #expect(api.notes.lines.count == 3)
        #expect(api.notes.lines.allSatisfy { $0.contains(#""level":"error""#) && $0.contains(#""error":"dynamodb:"#) })
    }

    @Test("an event of another kind is thrown", arguments: ["", "{}", "[]", #"{"Records": []}"#, "nonsense"])
    func foreignEvent(payload: String) async throws {
        await #expect(throws: (any Error).self) {
            try await APIFixture().handler.handle(Array(payload.utf8), context: APIFixture.context)
        }
    }
}
