import EmulatorCore
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where the bytes of objects are kept: a file each in a directory, or memory when there is none.
///
/// Content is never changed after it has been kept; objects name it, parts of an upload become parts of an object.
final class ContentStore: Sendable {
    /// Names kept content.
    struct Content: Sendable, Hashable {
        var id: String
        var size: Int
    }

    private let directory: String?
    private let memory = Mutex<[String: [UInt8]]>([:])

    /// - Parameter directory: is made when it is not there.
    init(directory: String?) throws(ContentError) {
        self.directory = directory
        guard let directory else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ContentError(message: "\(error)")
        }
    }

    /// Keeps bytes; with a directory they are on the disk when this returns.
    func keep(_ bytes: [UInt8]) throws(AWSServiceError) -> Content {
        let content = Content(id: UUID().uuidString.lowercased(), size: bytes.count)
        if let directory {
            do throws(ContentError) {
                try Self.write(bytes, to: "\(directory)/\(content.id)")
            } catch {
                throw AWSServiceError("InternalError", "The content could not be stored: \(error.message)", status: 500)
            }
        } else {
            memory.withLock { $0[content.id] = bytes }
        }
        return content
    }

    /// The bytes of a range of content that lies in several pieces; nil when one of them has been removed meanwhile.
    func read(_ contents: [Content], _ range: Range<Int>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(range.count)
        var start = 0
        for content in contents {
            let wanted = range.clamped(to: start..<start + content.size)
            if !wanted.isEmpty {
                guard let bytes = read(content, wanted.lowerBound - start..<wanted.upperBound - start) else {
                    return nil
                }
                output += bytes
            }
            start += content.size
        }
        return output
    }

    func remove(_ contents: [Content]) {
        if let directory {
            for content in contents { unlink("\(directory)/\(content.id)") }
        } else if !contents.isEmpty {
            memory.withLock { memory in
                for content in contents { memory[content.id] = nil }
            }
        }
    }

    /// Removes what nothing names: content that was kept just before the process ended.
    func removeAll(but kept: Set<String>) {
        guard let directory, let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names where !kept.contains(name) { unlink("\(directory)/\(name)") }
    }

    private func read(_ content: Content, _ range: Range<Int>) -> [UInt8]? {
        guard let directory else {
            return memory.withLock { $0[content.id] }.map { range == 0..<$0.count ? $0 : Array($0[range]) }
        }
        let file = open("\(directory)/\(content.id)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            count = 0
            while count < range.count {
                let read = pread(
                    file, buffer.baseAddress?.advanced(by: count), range.count - count, range.lowerBound + count)
                if read < 0, errno == EINTR { continue }
                if read <= 0 { break }
                count += read
            }
            isWhole = count == range.count
        }
        return isWhole ? bytes : nil
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(ContentError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ContentError(message: String(cString: strerror(errno))) }
        defer { close(file) }
        var failure = bytes.withUnsafeBytes { buffer -> Int32 in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return errno == 0 ? EIO : errno }
                written += count
            }
            return 0
        }
        if failure == 0, fsync(file) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(path)
            throw ContentError(message: String(cString: strerror(failure)))
        }
    }
}

/// Why content cannot be kept.
struct ContentError: Error, Sendable {
    var message: String
}
