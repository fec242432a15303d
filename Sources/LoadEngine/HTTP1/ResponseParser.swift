/// Reads HTTP/1.1 responses (RFC 9112) from bytes as they come, without copying and without keeping any.
///
/// A pull parser: the caller hands in what it has and takes events until `.needMore`. Only an unfinished head must be
/// handed in again, together with what came after it; everything else is consumed as it comes.
struct ResponseParser {
    enum Event: Equatable {
        /// Everything that could be used was; bytes from the position on must be handed in again.
        case needMore
        /// The final answer's header lines, without the status line and the empty line.
        case head(Range<Int>)
        /// A part of the body.
        case body(Range<Int>)
        /// The answer is whole.
        case end
        case malformed
    }

    private enum Phase {
        case head, fixed, untilClose, chunkSize, chunkExtension, chunkData, chunkDataEnd, trailer, ended, failed
    }

    /// Longest head, and longest trailer section.
    static let maximumHeadBytes = 65_536

    private var phase = Phase.head
    private var isHeadRequest = false
    private var remaining: UInt64 = 0
    private var digits = 0
    private var trailerLine = 0
    private var trailerBytes = 0
    private(set) var status = 0
    /// The connection can carry another request after this answer.
    private(set) var keepsAlive = true
    /// A byte of the answer has come.
    private(set) var hasBegun = false

    /// Ready for the answer to a request.
    mutating func start(isHeadRequest: Bool) {
        self = ResponseParser()
        self.isHeadRequest = isHeadRequest
    }

    /// What the end of the stream means now.
    mutating func endOfStream() -> Event {
        if phase == .untilClose {
            phase = .ended
            keepsAlive = false
            return .end
        }
        return .malformed
    }

    /// The next event in `bytes` from `position` on.
    mutating func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Event {
        while true {
            switch phase {
            case .head:
                guard position < bytes.count else { return .needMore }
                hasBegun = true
                switch readHead(bytes, &position) {
                case .malformed: return fail()
                case .needMore: return bytes.count - position > Self.maximumHeadBytes ? fail() : .needMore
                case .head(let range):
                    // 100, 103 and the like come before the answer; 101 would leave HTTP, which nobody asked for.
                    if status == 101 { return fail() }
                    if status >= 200 { return .head(range) }
                default: break
                }
            case .fixed, .chunkData:
                if remaining == 0 {
                    if phase == .chunkData {
                        phase = .chunkDataEnd
                        continue
                    }
                    phase = .ended
                    return .end
                }
                guard position < bytes.count else { return .needMore }
                let count = Int(min(remaining, UInt64(bytes.count - position)))
                remaining -= UInt64(count)
                position += count
                return .body(position - count..<position)
            case .untilClose:
                guard position < bytes.count else { return .needMore }
                defer { position = bytes.count }
                return .body(position..<bytes.count)
            case .chunkSize, .chunkExtension, .chunkDataEnd, .trailer:
                guard position < bytes.count else { return .needMore }
                let byte = bytes[position]
                position += 1
                if !readFraming(byte) { return fail() }
                if phase == .ended { return .end }
            case .ended: return .end
            case .failed: return .malformed
            }
        }
    }

    private mutating func fail() -> Event {
        phase = .failed
        keepsAlive = false
        return .malformed
    }

    /// One byte of a chunked body's framing (RFC 9112 section 7.1); false when it does not belong there.
    private mutating func readFraming(_ byte: UInt8) -> Bool {
        switch phase {
        case .chunkSize:
            if let digit = Self.hexDigit(byte) {
                // 15 digits are an exabyte; one more could overflow with the sign of an Int.
                guard digits < 15 else { return false }
                digits += 1
                remaining = remaining << 4 | UInt64(digit)
                return true
            }
            guard digits > 0 else { return false }
            if byte == UInt8(ascii: "\n") { return endOfChunkSize() }
            guard byte == UInt8(ascii: "\r") || byte == UInt8(ascii: ";") || byte == 0x20 || byte == 0x09 else {
                return false
            }
            phase = .chunkExtension
            trailerBytes = 0
            return true
        case .chunkExtension:
            trailerBytes += 1
            guard trailerBytes <= Self.maximumHeadBytes else { return false }
            return byte == UInt8(ascii: "\n") ? endOfChunkSize() : true
        case .chunkDataEnd:
            if byte == UInt8(ascii: "\r"), digits == 0 {
                digits = 1
                return true
            }
            guard byte == UInt8(ascii: "\n") else { return false }
            (phase, remaining, digits) = (.chunkSize, 0, 0)
            return true
        default:
            trailerBytes += 1
            guard trailerBytes <= Self.maximumHeadBytes else { return false }
            if byte == UInt8(ascii: "\n") {
                if trailerLine == 0 { phase = .ended }
                trailerLine = 0
            } else if byte != UInt8(ascii: "\r") {
                trailerLine += 1
            }
            return true
        }
    }

    private mutating func endOfChunkSize() -> Bool {
        digits = 0
        if remaining == 0 {
            (phase, trailerLine, trailerBytes) = (.trailer, 0, 0)
        } else {
            phase = .chunkData
        }
        return true
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    // MARK: The head

    private mutating func readHead(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Event {
        guard var end = HeaderLines.endOfLine(bytes, from: position) else { return .needMore }
        let statusLine = HeaderLines.withoutCarriageReturn(bytes, position..<end)
        guard let (version, status) = Self.statusLine(bytes, statusLine) else { return .malformed }
        var framing = Framing(keepsAlive: version >= 1)
        var line = end + 1
        let first = line
        while true {
            guard let next = HeaderLines.endOfLine(bytes, from: line) else { return .needMore }
            end = next
            let range = HeaderLines.withoutCarriageReturn(bytes, line..<end)
            if range.isEmpty { break }
            guard framing.read(bytes, range) else { return .malformed }
            line = end + 1
        }
        position = end + 1
        self.status = status
        if status >= 200 { settle(framing) }
        return .head(first..<line)
    }

    /// Where the body ends (RFC 9112 section 6.3).
    private mutating func settle(_ framing: Framing) {
        keepsAlive = framing.keepsAlive
        if isHeadRequest || status == 204 || status == 304 {
            (phase, remaining) = (.fixed, 0)
        } else if framing.isChunked {
            (phase, remaining, digits) = (.chunkSize, 0, 0)
            // Both a length and chunks: whoever wrote that may not be trusted with another answer.
            if framing.length != nil { keepsAlive = false }
        } else if let length = framing.length, !framing.hasOtherCoding {
            (phase, remaining) = (.fixed, length)
        } else {
            phase = .untilClose
            keepsAlive = false
        }
    }

    /// `HTTP/1.x SSS reason`; the reason may be missing.
    private static func statusLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> (UInt8, Int)? {
        guard line.count >= 12 else { return nil }
        let start = line.lowerBound
        let prefix: StaticString = "HTTP/1."
        for index in 0..<7 where bytes[start + index] != prefix.utf8Start[index] { return nil }
        let version = bytes[start + 7] &- 0x30
        guard version <= 9, bytes[start + 8] == 0x20 else { return nil }
        var status = 0
        for index in 9..<12 {
            let digit = bytes[start + index] &- 0x30
            guard digit <= 9 else { return nil }
            status = status * 10 + Int(digit)
        }
        guard (100...599).contains(status), line.count == 12 || bytes[start + 12] == 0x20 else { return nil }
        return (version, status)
    }
}
