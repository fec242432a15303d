import CArchive
import EmulatorCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Unpacks the zip archive of a function into a folder of its own.
///
/// Nothing is ever written outside of that folder, whatever the archive says: absolute names, `..` and links that lead
/// out are refused, and no link is followed while writing.
struct ZipExtraction {
    /// Lambda's limit for unpacked code, 250 MB.
    static let maximumBytes = 262_144_000
    /// Lambda names no limit; this one keeps an archive of empty files from filling a disk's directory.
    static let maximumEntries = 100_000

    /// An existing folder, without links in its path.
    let folder: String
    private var bytes = 0
    private var entries = 0

    private init(folder: String) { self.folder = folder }

    /// - Parameters:
    ///   - archive: The whole zip archive.
    ///   - folder: An existing folder.
    /// - Throws: `InvalidParameterValueException`; what was unpacked until then stays.
    static func extract(_ archive: [UInt8], into folder: String) throws(AWSServiceError) {
        guard let real = realpath(folder, nil) else { throw unreadable("there is no folder \(folder)") }
        defer { free(real) }
        // libarchive gives names in the character set of the thread's locale, and a process starts with one of ASCII.
        let utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let previous = uselocale(utf8)
        defer {
            uselocale(previous)
            if let utf8 { freelocale(utf8) }
        }
        guard let reader = archive_read_new() else { throw unreadable("out of memory") }
        defer { archive_read_free(reader) }
        // Member by member, without a filter or another format: a package is a zip archive and nothing else.
        archive_read_support_format_zip(reader)
        var extraction = ZipExtraction(folder: String(cString: real))
        var outcome = Result<Void, AWSServiceError>.success(())
        archive.withUnsafeBytes { buffer in
            guard archive_read_open_memory(reader, buffer.baseAddress, buffer.count) == ARCHIVE_OK else {
                outcome = .failure(failure(of: reader))
                return
            }
            do throws(AWSServiceError) { try extraction.extract(from: reader) } catch { outcome = .failure(error) }
        }
        try outcome.get()
    }

    private mutating func extract(from reader: OpaquePointer) throws(AWSServiceError) {
        guard let writer = archive_write_disk_new() else { throw Self.unreadable("out of memory") }
        defer { archive_write_free(writer) }
        archive_write_disk_set_options(
            writer,
            ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_SYMLINKS
                | ARCHIVE_EXTRACT_SECURE_NODOTDOT)
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(reader, &entry) {
            case ARCHIVE_EOF: return
            case ARCHIVE_OK, ARCHIVE_WARN: break
            default: throw Self.failure(of: reader)
            }
            guard let entry else { throw Self.failure(of: reader) }
            entries += 1
            guard entries <= Self.maximumEntries else {
                throw FunctionCode.refusal("The archive has more than \(Self.maximumEntries) entries.")
            }
            try place(entry)
            guard archive_write_header(writer, entry) == ARCHIVE_OK else { throw Self.failure(of: writer) }
            try copy(from: reader, to: writer)
            guard archive_write_finish_entry(writer) == ARCHIVE_OK else { throw Self.failure(of: writer) }
        }
    }

    /// Checks an entry's name and kind and moves it into the folder; only the execute bit of its permissions counts.
    private func place(_ entry: OpaquePointer) throws(AWSServiceError) {
        guard let text = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
            throw Self.unreadable("an entry has no name")
        }
        let name = String(cString: text)
        guard Self.staysInside(name) else { throw Self.unreadable("the entry \(name) leads outside of the folder") }
        let mode: mode_t
        switch archive_entry_filetype(entry) {
        case S_IFREG: mode = archive_entry_perm(entry) & 0o111 == 0 ? 0o644 : 0o755
        case S_IFDIR: mode = 0o755
        case S_IFLNK:
            let target = archive_entry_symlink_utf8(entry).map { String(cString: $0) } ?? ""
            let above = name.split(separator: "/").dropLast().joined(separator: "/")
            guard !target.hasPrefix("/"), Self.staysInside(above.isEmpty ? target : "\(above)/\(target)") else {
                throw Self.unreadable("the link \(name) leads outside of the folder")
            }
            mode = 0o777
        default: throw Self.unreadable("the entry \(name) is neither a file nor a folder")
        }
        archive_entry_set_perm(entry, mode)
        archive_entry_copy_pathname(entry, "\(folder)/\(name)")
    }

    /// Whether a name, its `..` taken one after the other, never leaves the folder that it starts in.
    static func staysInside(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("/"), !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "\\"))
        else {
            return false
        }
        var depth = 0
        for part in name.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }

    private mutating func copy(from reader: OpaquePointer, to writer: OpaquePointer) throws(AWSServiceError) {
        while true {
            var block: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            switch archive_read_data_block(reader, &block, &count, &offset) {
            case ARCHIVE_EOF: return
            case ARCHIVE_OK: break
            default: throw Self.failure(of: reader)
            }
            bytes += count
            guard bytes <= Self.maximumBytes else {
                throw FunctionCode.refusal("Unzipped size must be smaller than \(Self.maximumBytes) bytes")
            }
            guard archive_write_data_block(writer, block, count, offset) >= ARCHIVE_OK else {
                throw Self.failure(of: writer)
            }
        }
    }

    /// Lambda's words, with the cause behind them.
    private static func unreadable(_ cause: String) -> AWSServiceError {
        FunctionCode.refusal(
            "Could not unzip uploaded file. Please check your file, then try to upload again. (\(cause))")
    }

    private static func failure(of archive: OpaquePointer) -> AWSServiceError {
        unreadable(archive_error_string(archive).map { String(cString: $0) } ?? "the archive is damaged")
    }
}
