#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Cuts a stream of bytes into lines, without their ends; a line that gets too long is cut into several.
struct LineSplitter: Sendable {
    private var unfinished: [UInt8] = []
    private let maximumLineBytes: Int

    init(maximumLineBytes: Int) { self.maximumLineBytes = max(1, maximumLineBytes) }

    /// Takes in what came and hands out the lines that are complete; empty ones are left out.
    mutating func split(_ bytes: UnsafeRawBufferPointer, line: (UnsafeRawBufferPointer) -> Void) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = maximumLineBytes - unfinished.count
            let window = UnsafeRawBufferPointer(rebasing: rest.prefix(room))
            let end = Self.lineEnd(in: window)
            let piece = UnsafeRawBufferPointer(rebasing: window.prefix(end ?? window.count))
            rest = rest.dropFirst(piece.count + (end == nil ? 0 : 1))
            if end != nil || piece.count == room {
                if unfinished.isEmpty {
                    Self.emit(piece, line)
                } else {
                    unfinished.append(contentsOf: piece)
                    finish(line)
                }
            } else {
                unfinished.append(contentsOf: piece)
            }
        }
    }

    /// Hands out what there is of a line without end.
    mutating func finish(_ line: (UnsafeRawBufferPointer) -> Void) {
        unfinished.withUnsafeBytes { Self.emit($0, line) }
        unfinished.removeAll(keepingCapacity: true)
    }

    private static func emit(_ bytes: UnsafeRawBufferPointer, _ line: (UnsafeRawBufferPointer) -> Void) {
        let text = bytes.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes
        if !text.isEmpty { line(text) }
    }

    // The C library looks at many bytes at once, in debug builds too.
    private static func lineEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress,
            let found = memchr(base, Int32(UInt8(ascii: "\n")), bytes.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

/// The last bytes of a log.
struct LogTail: Sendable {
    private let capacity: Int
    /// At most twice the capacity: cutting for each line would move all of it each time.
    private var kept: [UInt8] = []

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var bytes: [UInt8] { Array(kept.suffix(capacity)) }

    mutating func clear() { kept.removeAll(keepingCapacity: true) }

    mutating func append(line: some BidirectionalCollection<UInt8>) {
        kept.append(contentsOf: line.suffix(capacity))
        kept.append(UInt8(ascii: "\n"))
        if kept.count > 2 * capacity { kept.removeFirst(kept.count - capacity) }
    }
}
