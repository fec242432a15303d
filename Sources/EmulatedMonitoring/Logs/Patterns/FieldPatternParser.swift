import EmulatorCore

/// Reads a filter pattern in brackets by recursive descent, of bounded depth.
struct FieldPatternParser {
    private static let maximumDepth = 32

    private var reader: PatternReader
    private var depth = 0

    init(_ bytes: [UInt8]) { reader = PatternReader(bytes) }

    mutating func pattern() throws(AWSServiceError) -> FieldPattern {
        try reader.expect("[")
        var leading: [FieldPattern.Field] = []
        var trailing: [FieldPattern.Field]?
        if !reader.take("]") {
            repeat {
                if reader.take("...") {
                    guard trailing == nil else { throw reader.fail("a second '...'") }
                    trailing = []
                } else if trailing == nil {
                    leading.append(try field())
                } else {
                    trailing?.append(try field())
                }
            } while reader.take(",")
            try reader.expect("]")
        }
        reader.skipSpaces()
        guard reader.current == nil else { throw reader.fail("text after the closing bracket") }
        return FieldPattern(leading: leading, trailing: trailing)
    }

    private mutating func field() throws(AWSServiceError) -> FieldPattern.Field {
        var name = ""
        let condition = try or(&name)
        return FieldPattern.Field(name: name, condition: condition)
    }

    private mutating func or(_ name: inout String) throws(AWSServiceError) -> FieldPattern.Condition {
        var left = try and(&name)
        while reader.take("||") { left = .or(left, try and(&name)) }
        return left
    }

    private mutating func and(_ name: inout String) throws(AWSServiceError) -> FieldPattern.Condition {
        var left = try primary(&name)
        while reader.take("&&") { left = .and(left, try primary(&name)) }
        return left
    }

    private mutating func primary(_ name: inout String) throws(AWSServiceError) -> FieldPattern.Condition {
        if reader.take("(") {
            depth += 1
            guard depth <= Self.maximumDepth else { throw reader.fail("too many parentheses") }
            let condition = try or(&name)
            try reader.expect(")")
            depth -= 1
            return condition
        }
        reader.skipSpaces()
        let own = reader.name { PatternReader.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        guard !own.isEmpty else { throw reader.fail("expected a field's name") }
        guard name.isEmpty || name == own else { throw reader.fail("a second name, \(own), of the field \(name)") }
        name = own
        reader.skipSpaces()
        guard let next = reader.current, "=!<>".utf8.contains(next) else { return .anything }
        let comparison = try reader.comparison()
        return .compare(comparison, try reader.operand(comparison, endingAt: ",)]&|"))
    }
}
