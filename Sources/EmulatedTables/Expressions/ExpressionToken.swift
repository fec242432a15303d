/// A token of an expression.
enum ExpressionToken: Equatable {
    /// A bare word: attribute name, keyword or function.
    case word(String)
    /// `#name`, with the sign.
    case namePlaceholder(String)
    /// `:value`, with the colon.
    case valuePlaceholder(String)
    case number(String)
    /// One of `( ) [ ] . , = <> < <= > >= + -`.
    case symbol(String)
    case end

    /// The token as the expression has it.
    var text: String {
        switch self {
        case .word(let text), .namePlaceholder(let text), .valuePlaceholder(let text), .number(let text),
            .symbol(let text):
            text
        case .end: "<EOF>"
        }
    }
}

/// Splits an expression into tokens.
struct ExpressionTokenizer {
    /// A character that no token starts with.
    struct Fault: Error {
        var character: String
        var near: String
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The tokens with the places where each starts, the end last.
    static func tokens(of text: String) throws(Fault) -> [ExpressionToken] {
        var tokenizer = ExpressionTokenizer(text)
        var tokens: [ExpressionToken] = []
        while true {
            let token = try tokenizer.next()
            tokens.append(token)
            if token == .end { return tokens }
        }
    }

    private mutating func next() throws(Fault) -> ExpressionToken {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        guard position < bytes.count else { return .end }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "#"):
            return .namePlaceholder(try placeholder())
        case UInt8(ascii: ":"):
            return .valuePlaceholder(try placeholder())
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(take { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        case _ where Self.isWordByte(byte) && byte != UInt8(ascii: "_"):
            return .word(take(Self.isWordByte))
        default:
            for symbol in ["<>", "<=", ">=", "(", ")", "[", "]", ".", ",", "=", "<", ">", "+", "-"]
            where bytes[position...].starts(with: symbol.utf8) {
                position += symbol.utf8.count
                return .symbol(symbol)
            }
            throw fault()
        }
    }

    private mutating func placeholder() throws(Fault) -> String {
        let start = position
        position += 1
        guard position < bytes.count, Self.isWordByte(bytes[position]) else {
            position = start
            throw fault()
        }
        let sign = String(decoding: bytes[start...start], as: UTF8.self)
        return sign + take(Self.isWordByte)
    }

    private mutating func take(_ isPart: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func fault() -> Fault {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        // A whole character, though it may take several bytes.
        var end = position + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return Fault(
            character: text(position..<end), near: text(max(0, position - 1)..<min(bytes.count, end + 1)))
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
}
