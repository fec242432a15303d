import EmulatorCore

/// Reads `{ ($.a.b = "x*") && $.n[0] > 3 || $.c NOT EXISTS }` by recursive descent, of bounded depth.
struct JSONConditionParser {
    private static let maximumDepth = 32

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func pattern() throws(AWSServiceError) -> JSONCondition {
        try expect("{")
        let condition = try or()
        try expect("}")
        skipSpaces()
        guard position == bytes.count else { throw fail("text after the closing brace") }
        return condition
    }

    private func fail(_ what: String) -> AWSServiceError {
        .invalidLogs("Invalid filter pattern: \(what) at character \(position).")
    }

    private mutating func or() throws(AWSServiceError) -> JSONCondition {
        var left = try and()
        while take("||") { left = .or(left, try and()) }
        return left
    }

    private mutating func and() throws(AWSServiceError) -> JSONCondition {
        var left = try primary()
        while take("&&") { left = .and(left, try primary()) }
        return left
    }

    private mutating func primary() throws(AWSServiceError) -> JSONCondition {
        guard take("(") else { return try comparison() }
        depth += 1
        guard depth <= Self.maximumDepth else { throw fail("too many parentheses") }
        let condition = try or()
        try expect(")")
        depth -= 1
        return condition
    }

    private mutating func comparison() throws(AWSServiceError) -> JSONCondition {
        let path = try path()
        if takeWord("IS") {
            if takeWord("NULL") { return .isNull(path) }
            if takeWord("TRUE") { return .isBool(path, true) }
            if takeWord("FALSE") { return .isBool(path, false) }
            throw fail("expected NULL, TRUE or FALSE")
        }
        if takeWord("NOT") {
            guard takeWord("EXISTS") else { throw fail("expected EXISTS") }
            return .notExists(path)
        }
        // The longer operators first, as one is the beginning of another.
        for text in ["!=", "<=", ">=", "=", "<", ">"] {
            if take(text), let comparison = JSONCondition.Comparison(rawValue: text) {
                return .compare(path, comparison, try operand(comparison))
            }
        }
        throw fail("expected a comparison")
    }

    private mutating func path() throws(AWSServiceError) -> [JSONCondition.Step] {
        try expect("$")
        var steps: [JSONCondition.Step] = []
        while let byte = current {
            if byte == UInt8(ascii: ".") {
                position += 1
                if current == UInt8(ascii: "[") { continue }
                let name = name { Self.isNameByte($0) }
                guard !name.isEmpty else { throw fail("expected a property name") }
                steps.append(.member(name))
            } else if byte == UInt8(ascii: "[") {
                position += 1
                steps.append(try bracketed())
            } else {
                break
            }
        }
        return steps
    }

    private mutating func bracketed() throws(AWSServiceError) -> JSONCondition.Step {
        let step: JSONCondition.Step
        if let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
            position += 1
            step = .member(name { $0 != quote })
            guard current == quote else { throw fail("a quote is not closed") }
            position += 1
        } else if current == UInt8(ascii: "*") {
            position += 1
            step = .anyElement
        } else {
            guard let index = Int(name { (0x30...0x39).contains($0) }) else { throw fail("expected an index") }
            step = .element(index)
        }
        guard current == UInt8(ascii: "]") else { throw fail("expected ']'") }
        position += 1
        return step
    }

    private mutating func operand(_ comparison: JSONCondition.Comparison) throws(AWSServiceError)
        -> JSONCondition.Operand
    {
        skipSpaces()
        var isQuoted = false
        var text = ""
        if current == UInt8(ascii: "\"") {
            isQuoted = true
            position += 1
            var content: [UInt8] = []
            while let byte = current, byte != UInt8(ascii: "\"") {
                position += 1
                if byte == UInt8(ascii: "\\"), let escaped = current {
                    content.append(escaped)
                    position += 1
                } else {
                    content.append(byte)
                }
            }
            guard current != nil else { throw fail("a quote is not closed") }
            position += 1
            text = String(decoding: content, as: UTF8.self)
        } else {
            let end = Array(" \t\n)}&|".utf8)
            text = name { !end.contains($0) }
            guard !text.isEmpty else { throw fail("expected a value") }
        }
        if !isQuoted, let number = Double(text), number.isFinite { return .number(number) }
        guard comparison == .equal || comparison == .notEqual else { throw fail("expected a number") }
        return .text(text.split(separator: "*", omittingEmptySubsequences: false).map(String.init))
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func name(_ isPart: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = current, isPart(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipSpaces() {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A { position += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        skipSpaces()
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        let end = position + word.utf8.count
        guard end <= bytes.count, String(decoding: bytes[position..<end], as: UTF8.self).uppercased() == word else {
            return false
        }
        if end < bytes.count, Self.isNameByte(bytes[end]) { return false }
        position = end
        return true
    }

    private mutating func expect(_ text: String) throws(AWSServiceError) {
        guard take(text) else { throw fail("expected '\(text)'") }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
