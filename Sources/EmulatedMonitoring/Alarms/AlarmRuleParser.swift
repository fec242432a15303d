import EmulatorCore

/// Reads `(ALARM("cpu high") OR ALARM(arn:...)) AND NOT OK(disk)` by recursive descent, of bounded depth.
struct AlarmRuleParser {
    private static let maximumDepth = 64
    private static let maximumLength = 10_240
    private static let mostElements = 500
    private static let mostChildren = 100

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var elements = 0

    /// - Throws: `ValidationError` in CloudWatch's words for a text that is no rule.
    static func parse(_ text: String) throws(AWSServiceError) -> AlarmRule {
        guard (1...maximumLength).contains(text.utf8.count) else {
            throw .constraint(
                text.isEmpty ? "" : "(\(text.utf8.count) bytes)", at: "alarmRule",
                "Member must have length between 1 and \(maximumLength)")
        }
        var parser = AlarmRuleParser(bytes: Array(text.utf8))
        let rule = try parser.disjunction()
        guard parser.next == nil else { throw parser.unsupported() }
        guard rule.children.count <= mostChildren else {
            throw parser.fail("The rule names more than \(mostChildren) alarms")
        }
        return rule
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fail(_ what: String) -> AWSServiceError { .init("ValidationError", "Error in AlarmRule [\(what)]") }

    private mutating func unsupported() -> AWSServiceError {
        guard let byte = next else { return fail("Unexpected end at char \(position)") }
        let start = position
        let token = Self.isDelimiter(byte) ? String(decoding: [byte], as: UTF8.self) : word()
        return fail("Unsupported token '\(token)' at char \(start)")
    }

    // MARK: Tokens

    private var next: UInt8? {
        mutating get {
            while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
            return position < bytes.count ? bytes[position] : nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: ",")
            || byte == UInt8(ascii: "\"")
    }

    private mutating func word() -> String {
        _ = next
        let start = position
        while position < bytes.count, !Self.isDelimiter(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func takeWord(_ wanted: String) -> Bool {
        _ = next
        let start = position
        if word() == wanted { return true }
        position = start
        return false
    }

    private mutating func expect(_ character: Character) throws(AWSServiceError) {
        guard let byte = next, byte == character.asciiValue else { throw unsupported() }
        position += 1
    }

    // MARK: Grammar

    private mutating func disjunction() throws(AWSServiceError) -> AlarmRule {
        var left = try conjunction()
        while takeWord("OR") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(AWSServiceError) -> AlarmRule {
        var left = try factor()
        while takeWord("AND") { left = .and(left, try factor()) }
        return left
    }

    private mutating func factor() throws(AWSServiceError) -> AlarmRule {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw fail("Nested too deeply at char \(position)") }
        elements += 1
        guard elements <= Self.mostElements else { throw fail("The rule has more than \(Self.mostElements) elements") }
        if next == UInt8(ascii: "(") {
            position += 1
            let rule = try disjunction()
            try expect(")")
            return rule
        }
        let start = position
        let word = word()
        switch word {
        case "NOT": return .not(try factor())
        case "TRUE": return .constant(true)
        case "FALSE": return .constant(false)
        case "AT_LEAST": return try atLeast()
        default:
            guard let state = AlarmState(rawValue: word) else {
                position = start
                throw unsupported()
            }
            try expect("(")
            let name = try name()
            try expect(")")
            return .state(state, name)
        }
    }

    /// `AT_LEAST(2, ALARM, (a, b, c))`, the number also as a percentage, the state also with NOT before it.
    private mutating func atLeast() throws(AWSServiceError) -> AlarmRule {
        try expect("(")
        _ = next
        let place = position
        let amount = word()
        try expect(",")
        let negated = takeWord("NOT")
        let statePlace = position
        guard let state = AlarmState(rawValue: word()) else {
            position = statePlace
            throw unsupported()
        }
        try expect(",")
        try expect("(")
        var names = [try name()]
        while next == UInt8(ascii: ",") {
            position += 1
            names.append(try name())
        }
        try expect(")")
        try expect(")")
        let isPercent = amount.hasSuffix("%")
        guard let number = Int(isPercent ? amount.dropLast() : amount[...]), number >= 1,
            number <= (isPercent ? 100 : names.count)
        else { throw fail("Unsupported token '\(amount)' at char \(place)") }
        let count = isPercent ? (number * names.count + 99) / 100 : number
        return .atLeast(count, state, negated: negated, names)
    }

    /// A name, in quotes when it holds spaces or parentheses, or an ARN; an ARN stands for the name at its end.
    private mutating func name() throws(AWSServiceError) -> String {
        var text: String
        if next == UInt8(ascii: "\"") {
            position += 1
            var content: [UInt8] = []
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
                content.append(bytes[position])
                position += 1
            }
            guard position < bytes.count else { throw fail("A quote is not closed at char \(position)") }
            position += 1
            text = String(decoding: content, as: UTF8.self)
        } else {
            text = word()
        }
        if let range = text.firstRange(of: ":alarm:"), text.hasPrefix("arn:") {
            text = String(text[range.upperBound...])
        }
        guard !text.isEmpty else { throw unsupported() }
        return text
    }
}
