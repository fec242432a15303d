import DurableDocuments
import EmulatorCore
import ExactJSON
import Foundation
import Testing

@Suite("Document store")
struct DocumentStoreTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "documents-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test("what was committed is there for the next process, in the order it was recorded") func survives() async throws
    {
        try await withDirectory { directory in
            let store = try DocumentStore(directory: directory)
            for number in 0..<100 { store.record([.init("a", "x", ["n": .integer(number)])]) }
            store.record([.init("a", "gone", [:]), .init("b", "x", "other")])
            try await store.record([.init("a", "gone", nil)]).wait()
            let again = try DocumentStore(directory: directory)
            #expect(try again.documents(in: "a") == ["x": ["n": 99]])
            #expect(try again.documents(in: "b") == ["x": "other"])
        }
    }

    @Test("many tasks record at once and every one of them is kept") func takesAll() async throws {
        try await withDirectory { directory in
            let store = try DocumentStore(directory: directory)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask { try await store.record([.init("a", "\(number)", .integer(number))]).wait() }
                }
                try await group.waitForAll()
            }
            #expect(try DocumentStore(directory: directory).documents(in: "a").count == 200)
        }
    }

    @Test("nobody else may read the file") func isPrivate() async throws {
        try await withDirectory { directory in
            let store = try DocumentStore(directory: directory)
            try await store.record([.init("a", "x", [:])]).wait()
            for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test("a file that is no database is refused with its place") func refuses() async throws {
        try await withDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Data(repeating: 0x41, count: 5000).write(to: URL(fileURLWithPath: directory + "/services.sqlite"))
            let error = #expect(throws: DocumentStoreError.self) { try DocumentStore(directory: directory) }
            #expect(error?.location == directory)
        }
    }

    @Test("without a directory every commit is there at once") func keepsNothing() async throws {
        let store = try DocumentStore(directory: nil)
        try await store.record([.init("a", "x", [:])]).wait()
        #expect(try store.documents(in: "a").isEmpty)
    }
}
