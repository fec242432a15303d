import ExactJSON
import Testing

@Suite("The listing") struct ItemsListingTests {
    @Test("pages through everything exactly once", arguments: [1, 3, 7, 10, 100])
    func pages(limit: Int) async throws {
        let api = APIFixture()
        // Ids with characters that differ between Base64 and its URL form.
        let ids = (0..<10).map { "id-\($0)\u{3FF}\u{3FE}~" }
        for id in ids { _ = try await api.create(["id": .string(id)]) }
        var seen: [String] = []
        var token: String?
        repeat {
            var query = ["limit": String(limit)]
            query["nextToken"] = token
            let page = try await api.send("GET", "/items", query: query)
            #expect(page.status == 200)
            let items = try #require(page.body["items"]?.arrayValue)
            #expect(page.body["count"]?.intValue == items.count)
            #expect(items.count <= limit)
            seen += items.compactMap { $0["id"]?.stringValue }
            token = page.body["nextToken"]?.stringValue
            #expect(token?.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") } ?? true)
        } while token != nil && seen.count <= ids.count
        #expect(seen == ids.sorted())
    }

    @Test("has 50 items on a page unless asked otherwise")
    func defaultLimit() async throws {
        let api = APIFixture()
        for index in 0..<51 { _ = try await api.create(["id": .string("\(index)")]) }
        let page = try await api.send("GET", "/items")
        #expect(page.body["count"] == 50)
        #expect(page.body["nextToken"] != nil)
    }

    @Test("of an empty table is empty and ends there")
    func empty() async throws {
        let page = try await APIFixture().send("GET", "/items")
        #expect(page.body["items"] == [])
        #expect(page.body["count"] == 0)
        #expect(page.body["nextToken"] == nil)
    }

    @Test(
        "takes a limit from 1 to 100",
        arguments: [
            ("1", 200), ("100", 200), ("0", 400), ("101", 400), ("-1", 400), ("ten", 400), ("", 400), ("1.5", 400),
            ("99999999999999999999", 400),
        ])
    func limits(limit: String, status: Int) async throws {
        #expect(try await APIFixture().send("GET", "/items", query: ["limit": limit]).status == status)
    }

    @Test(
        "refuses a token that it did not give out",
        arguments: [
            "", "!", "abc", "e30", "eyJpZCI6eyJTIjoiIn19", "eyJpZCI6eyJOIjoiMSJ9fQ", "eyJpZCI6eyJTIjoiYSJ9LCJ4IjoxfQ",
            String(repeating: "A", count: 10_000),
        ])
    func badTokens(token: String) async throws {
        let answer = try await APIFixture().send("GET", "/items", query: ["nextToken": token])
        #expect(answer.status == 400)
        #expect(answer.body["error"]?.stringValue?.contains("nextToken") == true)
    }
}
