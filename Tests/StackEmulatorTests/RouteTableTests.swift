import Testing

@testable import StackEmulator

@Suite struct RouteTableTests {
    private static let paths = [
        "/", "/items", "/items/{id}", "/items/{id}/parts/{part}", "/items/special", "/files/{path+}", "/files/fixed",
    ]

    private let table: RouteTable = {
        var table = RouteTable()
        for (index, path) in Self.paths.enumerated() { table.add(path, resource: index) }
        return table
    }()

    @Test(
        "a path finds its resource and its parameters, undecoded",
        arguments: [
            ("/", "/", ""),
            ("", "/", ""),
            ("/items", "/items", ""),
            ("/items/", "/items", ""),
            ("/items/a", "/items/{id}", "id=a"),
            ("/items/a/", "/items/{id}", "id=a"),
            ("/items/a%2Fb%20c", "/items/{id}", "id=a%2Fb%20c"),
            ("/items/special", "/items/special", ""),
            ("/items/special/parts/7", "/items/{id}/parts/{part}", "id=special part=7"),
            ("/files/a/b/c.txt", "/files/{path+}", "path=a/b/c.txt"),
            ("/files/fixed", "/files/fixed", ""),
            ("/files/fixed/more", "/files/{path+}", "path=fixed/more"),
        ])
    func finds(_ path: String, _ resource: String, _ parameters: String) throws {
        let match = try #require(table.match(path[...]))
        #expect(Self.paths[match.resource] == resource)
        #expect(match.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == parameters)
    }

    @Test(
        "a path of no resource finds nothing",
        arguments: ["/nothing", "/items/a/b", "/items//", "//", "/items/a/parts", "/files", "/items/a/parts//"])
    func misses(_ path: String) {
        #expect(table.match(path[...]) == nil)
    }
}
