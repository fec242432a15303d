import HTTPExchange

/// A body in the content encoding `aws-chunked`: chunks with their sizes, each perhaps signed, and headers at the end
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
struct ChunkedBody: Sendable, Equatable {
    var bytes: [UInt8]
    /// The headers after the last chunk, names in lower case: checksums.
    var trailers: [HTTPHeader]

    /// Takes a body apart; nil when it is malformed or cut short. The chunks' signatures are not checked.
    init?(_ body: [UInt8]) {
        bytes = []
        trailers = []
        bytes.reserveCapacity(body.count)
        var position = 0
        while true {
            guard let line = Self.line(in: body, at: &position), let size = Self.size(line) else { return nil }
            if size == 0 { break }
            let (end, overflow) = position.addingReportingOverflow(size)
            guard !overflow, end + 2 <= body.count, body[end] == UInt8(ascii: "\r"), body[end + 1] == UInt8(ascii: "\n")
            else { return nil }
            bytes += body[position..<end]
            position = end + 2
        }
        while position < body.count {
            guard let line = Self.line(in: body, at: &position) else { return nil }
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                let name = String(validating: line[..<colon], as: UTF8.self),
                let value = String(validating: line[(colon + 1)...], as: UTF8.self)
            else { return nil }
            trailers.append(HTTPHeader(name.lowercased(), Self.withoutBlanks(value)))
        }
    }

    /// The bytes up to the next line end, which is passed over.
    private static func line(in body: [UInt8], at position: inout Int) -> ArraySlice<UInt8>? {
        guard position <= body.count, let end = body[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = body[position..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        position = end + 1
        return line
    }

    private static func withoutBlanks(_ text: String) -> String {
        let bytes = text.utf8.drop { $0 == UInt8(ascii: " ") }
        return String(decoding: bytes.reversed().drop { $0 == UInt8(ascii: " ") }.reversed(), as: UTF8.self)
    }

    /// The hexadecimal size in front of a chunk's extensions.
    private static func size(_ line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard !digits.isEmpty, digits.count <= 15,
            digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
