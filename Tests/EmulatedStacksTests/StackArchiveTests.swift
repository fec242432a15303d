import EmulatorCore
import Foundation
import StackTemplate
import Testing
import Timekeeping

@testable import EmulatedStacks

@Suite struct StackArchiveTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    private func record(_ name: String, createdAt seconds: Double) -> StackRecord {
        let source = StackSource(
            templateText: "Resources: {}", templateFile: "t.yaml", parameters: ["P": "1"], tags: ["team": "a"],
            capabilities: ["CAPABILITY_IAM"], notificationARNs: ["arn:x"], roleARN: "arn:role")
        return StackRecord(
            name: name, id: "arn:stack/\(name)", source: source, status: .createComplete,
            createdAt: Timestamp(secondsSinceEpoch: seconds))
    }

    @Test("stacks come back whole and in the order in which they were made; deleted ones do not")
    func roundTrip() throws {
        try withFolder { folder in
            let archive = StackArchive(directory: folder)
            #expect(try archive.entries().isEmpty)
            var gone = record("gone", createdAt: 1)
            for stack in [record("late", createdAt: 3), record("early", createdAt: 2), gone] {
                try archive.record(stack)
            }
            gone.status = .deleteComplete
            try archive.record(gone)
            let entries = try StackArchive(directory: folder).entries()
            #expect(entries.map(\.name) == ["early", "late"])
            #expect(entries[0].source == record("early", createdAt: 2).source)
            #expect(entries[0].id == "arn:stack/early")
        }
    }

    @Test("a file that is no stack is named")
    func broken() throws {
        try withFolder { folder in
            let archive = StackArchive(directory: folder)
            try archive.record(record("a", createdAt: 1))
            try Data("{".utf8).write(to: URL(fileURLWithPath: folder).appendingPathComponent("stacks/b.json"))
            #expect { try archive.entries() } throws: { error in
                (error as? AWSServiceError)?.message.contains("stacks/b.json") == true
            }
        }
    }
}
