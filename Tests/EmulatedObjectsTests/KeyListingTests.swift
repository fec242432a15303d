import Testing

@testable import EmulatedObjects

@Suite("Listing keys")
struct KeyListingTests {
    private static let keys = ["a", "a/1", "a/2", "a/b/3", "b", "b//x", "c/", "c/1", "d"].map { ObjectKey($0) }.sorted()

    /// All entries, page after page.
    private func walk(_ listing: KeyListing, by limit: Int, without deleted: Set<String> = []) -> [[String]] {
        var listing = listing
        var pages: [[String]] = []
        while pages.count < 100 {
            let page = listing.page(Self.keys, limit: limit) { !deleted.contains($0.description) }
            pages.append(page.entries.map(\.key.description))
            guard page.isTruncated else { return pages }
            listing.after = page.entries.last?.key
        }
        return pages
    }

    @Test(
        "prefixes and delimiters fold keys",
        arguments: [
            ("", "", ["a", "a/1", "a/2", "a/b/3", "b", "b//x", "c/", "c/1", "d"]),
            ("", "/", ["a", "a/", "b", "b/", "c/", "d"]), ("a/", "/", ["a/1", "a/2", "a/b/"]),
            ("a", "/", ["a", "a/"]), ("c/", "/", ["c/", "c/1"]), ("b/", "/", ["b//"]), ("x", "/", []),
            ("", "/b", ["a", "a/1", "a/2", "a/b", "b", "b//x", "c/", "c/1", "d"]),
            ("", "zz", ["a", "a/1", "a/2", "a/b/3", "b", "b//x", "c/", "c/1", "d"]),
        ])
    func folds(prefix: String, delimiter: String, expected: [String]) {
        let listing = KeyListing(prefix: ObjectKey(prefix), delimiter: ObjectKey(delimiter))
        #expect(walk(listing, by: 1000) == [expected])
        // However small the pages, each entry comes once and in the same order.
        for limit in 1...4 { #expect(walk(listing, by: limit).flatMap(\.self) == expected) }
    }

    @Test("a page never claims that more comes when nothing does") func knowsTheEnd() {
        #expect(walk(KeyListing(), by: 9).count == 1)
        #expect(walk(KeyListing(), by: 8).count == 2)
        #expect(walk(KeyListing(), by: 8, without: ["d"]).count == 1)
        #expect(walk(KeyListing(delimiter: ObjectKey("/")), by: 5, without: ["d"]).count == 1)
    }

    @Test("a folder of deleted keys alone is not listed") func leavesOutDeleted() {
        let listing = KeyListing(delimiter: ObjectKey("/"))
        #expect(walk(listing, by: 2, without: ["c/", "c/1", "a/1"]).flatMap(\.self) == ["a", "a/", "b", "b/", "d"])
    }

    @Test("a start within a folder still shows the folder") func startsWithin() {
        let listing = KeyListing(delimiter: ObjectKey("/"), after: ObjectKey("a/1"))
        #expect(walk(listing, by: 10) == [["a/", "b", "b/", "c/", "d"]])
    }
}
