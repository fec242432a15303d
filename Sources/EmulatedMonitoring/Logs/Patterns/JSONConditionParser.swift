import EmulatorCore

/// Reads `{ ($.a.b = "x*") && $.n[0] > 3 || $.c NOT EXISTS }` by recursive descent, of bounded depth.
struct JSONConditionParser {
    private static let maximumDepth = 32

    private var reader: PatternReader
    private var depth = 0

    init(_ bytes: [UInt8]) { reader = PatternReader(bytes) }

    mutating func pattern() throws(AWSServiceError) -> JSONCondition {
        try reader.expect("{")
        let condition = try or()
        try reader.expect("}")
        reader.skipSpaces()
        guard reader.current == nil else { throw reader.fail("text after the closing brace") }
        return condition
    }

    mutating func loneSelector() throws(AWSServiceError) -> JSONSelector {
        let selector = try selector()
        guard reader.current == nil else { throw reader.fail("text after the selector") }
        return selector
    }

    private mutating func or() throws(AWSServiceError) -> JSONCondition {
        var left = try and()
        while reader.take("||") { left = .or(left, try and()) }
        return left
    }

    private mutating func and() throws(AWSServiceError) -> JSONCondition {
        var left = try primary()
        while reader.take("&&") { left = .and(left, try primary()) }
        return left
    }

    private mutating func primary() throws(AWSServiceError) -> JSONCondition {
        guard reader.take("(") else { return try comparison() }
        depth += 1
        guard depth <= Self.maximumDepth else { throw reader.fail("too many parentheses") }
        let condition = try or()
        try reader.expect(")")
        depth -= 1
        return condition
    }

    private mutating func comparison() throws(AWSServiceError) -> JSONCondition {
        let selector = try selector()
        if reader.takeWord("IS") {
            if reader.takeWord("NULL") { return .isNull(selector) }
            if reader.takeWord("TRUE") { return .isBool(selector, true) }
            if reader.takeWord("FALSE") { return .isBool(selector, false) }
            throw reader.fail("expected NULL, TRUE or FALSE")
        }
        if reader.takeWord("NOT") {
            guard reader.takeWord("EXISTS") else { throw reader.fail("expected EXISTS") }
            return .exists(selector, false)
        }
        if reader.takeWord("EXISTS") { return .exists(selector, true) }
        let comparison = try reader.comparison()
        return .compare(selector, comparison, try reader.operand(comparison, endingAt: ")}&|"))
    }

    private mutating func selector() throws(AWSServiceError) -> JSONSelector {
        reader.skipSpaces()
        let start = reader.position
        try reader.expect("$")
        var steps: [JSONSelector.Step] = []
        while let byte = reader.current {
            if byte == UInt8(ascii: ".") {
                reader.position += 1
                if reader.current == UInt8(ascii: "[") { continue }
                if reader.current == UInt8(ascii: "*") {
                    reader.position += 1
                    steps.append(.any)
                    continue
                }
                let name = reader.name { PatternReader.isWord($0) || $0 == UInt8(ascii: "-") }
                guard !name.isEmpty else { throw reader.fail("expected a property name") }
                steps.append(.member(name))
            } else if byte == UInt8(ascii: "[") {
                reader.position += 1
                steps.append(try bracketed())
            } else {
                break
            }
        }
        return JSONSelector(
            text: String(decoding: reader.bytes[start..<reader.position], as: UTF8.self), steps: steps)
    }

    private mutating func bracketed() throws(AWSServiceError) -> JSONSelector.Step {
        let step: JSONSelector.Step
        if let quote = reader.current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
            reader.position += 1
            step = .member(reader.name { $0 != quote })
            guard reader.current == quote else { throw reader.fail("a quote is not closed") }
            reader.position += 1
        } else if reader.current == UInt8(ascii: "*") {
            reader.position += 1
            step = .any
        } else {
            guard let index = Int(reader.name { (0x30...0x39).contains($0) }) else {
                throw reader.fail("expected an index")
            }
            step = .element(index)
        }
        guard reader.current == UInt8(ascii: "]") else { throw reader.fail("expected ']'") }
        reader.position += 1
        return step
    }
}
