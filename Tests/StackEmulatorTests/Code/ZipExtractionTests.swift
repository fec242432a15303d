import EmulatorCore
import Testing

@testable import StackEmulator

@Suite("Unpacking a function's archive") struct ZipExtractionTests {
    @Test("gives files, folders and links, and keeps the execute bit alone of the permissions")
    func unpacks() throws {
        let folder = try ScratchFolder()
        let archive = ZipArchive.bytes([
            .file("bootstrap", "#!/bin/sh\n", mode: 0o100711), .file("lib/größe.txt", "x", mode: 0o100600),
            .file("made-on-windows.txt", "y", mode: 0), .file("./here.txt", "z"),
            ZipArchive.Entry(name: "empty/", content: [], mode: 0o040700), .link("link", to: "lib/größe.txt"),
        ])
        try ZipExtraction.extract(archive, into: folder.path)
        #expect(
            folder.names == [
                "bootstrap", "empty", "here.txt", "lib", "lib/größe.txt", "link", "made-on-windows.txt",
            ])
        #expect(folder.text("link") == "x")
        #expect(folder.permissions("bootstrap") == 0o755)
        #expect(folder.permissions("lib/größe.txt") == 0o644)
        #expect(folder.permissions("made-on-windows.txt") == 0o644)
        #expect(folder.permissions("empty") == 0o755)
    }

    @Test(
        "never writes outside of the folder",
        arguments: [
            [.file("../outside", "x")], [.file("a/../../outside", "x")], [.file("/tmp/firedrill-outside", "x")],
            [.link("a", to: "/etc"), .file("a/outside", "x")], [.link("a", to: ".."), .file("a/outside", "x")],
            [.link("d/a", to: "../../x")], [.link("a", to: "."), .file("a/outside", "x")],
            [.file("..\\outside", "x")], [.file("socket", "", mode: 0o140644)], [.file("device", "", mode: 0o060644)],
        ] as [[ZipArchive.Entry]])
    func refuses(entries: [ZipArchive.Entry]) throws {
        let outer = try ScratchFolder()
        try outer.write("untouched", to: "inner/first")
        let error = #expect(throws: AWSServiceError.self) {
            try ZipExtraction.extract(ZipArchive.bytes(entries), into: outer.path + "/inner")
        }
        #expect(error?.code == "InvalidParameterValueException")
        #expect(error?.message.hasPrefix("Could not unzip uploaded file. Please check your file") == true)
        #expect(!outer.names.contains { $0.hasSuffix("outside") }, "\(outer.names)")
    }

    @Test("refuses what is no archive", arguments: [[], Array("no archive at all".utf8), Array("PK\u{3}\u{4}".utf8)])
    func noArchive(bytes: [UInt8]) throws {
        let folder = try ScratchFolder()
        let error = #expect(throws: AWSServiceError.self) { try ZipExtraction.extract(bytes, into: folder.path) }
        #expect(error?.code == "InvalidParameterValueException")
    }

    @Test("any damage to an archive is an error or has no consequence", arguments: [1, 2, 3] as [UInt64])
    func damage(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let whole = ZipArchive.bytes([.file("a.txt", "hello"), .link("b", to: "a.txt"), .file("d/c", "there")])
        let folder = try ScratchFolder()
        for round in 0..<100 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            try folder.write("", to: "\(round)/.keep")
            _ = try? ZipExtraction.extract(bytes, into: "\(folder.path)/\(round)")
        }
        // Each archive stayed in its own folder, whatever became of it.
        let top = Set(folder.names.compactMap { $0.split(separator: "/").first.map(String.init) })
        #expect(top == Set((0..<100).map(String.init)), "seed \(seed)")
    }
}
