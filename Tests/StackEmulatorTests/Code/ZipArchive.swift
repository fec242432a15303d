@testable import StackEmulator

/// Writes zip archives without compression, also such as no honest program would write (PKWARE's APPNOTE).
struct ZipArchive {
    struct Entry {
        var name: String
        var content: [UInt8]
        /// The file's type and permissions as Unix has them; 0 for an archive of a system that has none.
        var mode: UInt32

        static func file(_ name: String, _ text: String, mode: UInt32 = 0o100644) -> Entry {
            Entry(name: name, content: Array(text.utf8), mode: mode)
        }

        static func link(_ name: String, to target: String) -> Entry {
            Entry(name: name, content: Array(target.utf8), mode: 0o120777)
        }
    }

    static func bytes(_ entries: [Entry]) -> [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = body.count
            let common =
                little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 4)
                + little(UInt64(CRC32.checksum(entry.content)), 4) + little(UInt64(entry.content.count), 4)
                + little(UInt64(entry.content.count), 4) + little(UInt64(entry.name.utf8.count), 2) + little(0, 2)
            body += little(0x0403_4B50, 4) + common + Array(entry.name.utf8) + entry.content
            directory += little(0x0201_4B50, 4) + little(0x0314, 2) + common + little(0, 2) + little(0, 2)
            directory += little(0, 2) + little(UInt64(entry.mode) << 16, 4) + little(UInt64(offset), 4)
            directory += Array(entry.name.utf8)
        }
        let end =
            little(0x0605_4B50, 4) + little(0, 4) + little(UInt64(entries.count), 2) + little(UInt64(entries.count), 2)
            + little(UInt64(directory.count), 4) + little(UInt64(body.count), 4) + little(0, 2)
        return body + directory + end
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}
