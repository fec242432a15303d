import EmulatorCore

/// Reads what stands between the `%` of a filter pattern.
struct BytePatternParser {
    private static let mostSteps = 4096
    private static let mostRepetitions = 1000
    private static let symbols = Set("_#=@/;,-: ".utf8)
    private static let digits = BytePattern.ByteSet(0x30...0x39)
    private static let spaces = BytePattern.ByteSet(0x09...0x0D, 0x20...0x20)
    private static let wordBytes = BytePattern.ByteSet(0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F...0x5F)

    private let bytes: [UInt8]
    private var position = 0

    /// - Throws: `InvalidParameterException` for an expression that CloudWatch Logs does not take.
    static func parse(_ bytes: [UInt8]) throws(AWSServiceError) -> BytePattern {
        var parser = BytePatternParser(bytes: bytes)
        var branches = [try parser.branch()]
        while parser.take("|") { branches.append(try parser.branch()) }
        guard parser.current == nil else { throw parser.fail("unexpected character") }
        return BytePattern(branches: branches)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fail(_ what: String) -> AWSServiceError {
        .invalidLogs("Invalid filter pattern: in the regular expression, \(what) at character \(position).")
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard let byte = current, byte == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func branch() throws(AWSServiceError) -> BytePattern.Branch {
        var branch = BytePattern.Branch()
        if take("^") { branch.isAnchoredAtStart = true }
        while let byte = current, byte != UInt8(ascii: "|") {
            if byte == UInt8(ascii: "$") {
                position += 1
                guard current == nil || current == UInt8(ascii: "|") else { throw fail("'$' before the end") }
                branch.isAnchoredAtEnd = true
                break
            }
            let set = try atom()
            branch.steps += try repeated(set)
            guard branch.steps.count <= Self.mostSteps else { throw fail("too many repetitions") }
        }
        guard !branch.steps.isEmpty || branch.isAnchoredAtStart || branch.isAnchoredAtEnd else {
            throw fail("an empty expression")
        }
        return branch
    }

    private mutating func repeated(_ set: BytePattern.ByteSet) throws(AWSServiceError) -> [BytePattern.Step] {
        var least = 1
        var most: Int? = 1
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            most = nil
        } else if take("?") {
            least = 0
        } else if take("{") {
            guard let first = number() else { throw fail("expected a number") }
            (least, most) = (first, first)
            if take(",") { most = current == UInt8(ascii: "}") ? nil : number() ?? -1 }
            guard take("}"), least <= most ?? .max, least <= Self.mostRepetitions,
                most ?? 0 <= Self.mostRepetitions
            else { throw fail("a repetition that cannot be") }
        }
        var steps = Array(repeating: BytePattern.Step(bytes: set), count: least)
        guard let most else {
            if let last = steps.indices.last {
                steps[last].repeats = true
            } else {
                steps.append(BytePattern.Step(bytes: set, isOptional: true, repeats: true))
            }
            return steps
        }
        steps += Array(repeating: BytePattern.Step(bytes: set, isOptional: true), count: max(0, most - least))
        return steps
    }

    private mutating func number() -> Int? {
        let start = position
        while let byte = current, (0x30...0x39).contains(byte), position - start < 6 { position += 1 }
        return Int(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func atom() throws(AWSServiceError) -> BytePattern.ByteSet {
        guard let byte = current else { throw fail("unexpected end") }
        position += 1
        switch byte {
        case UInt8(ascii: "."): return BytePattern.ByteSet(0x0A...0x0A).inverted
        case UInt8(ascii: "["): return try characterClass()
        case UInt8(ascii: "\\"): return try escape()
        default:
            guard Self.isPlain(byte) else {
                position -= 1
                throw fail("the character '\(String(decoding: [byte], as: UTF8.self))', which is not supported,")
            }
            return BytePattern.ByteSet(byte...byte)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { wordBytes.contains(byte) || symbols.contains(byte) }

    private mutating func escape() throws(AWSServiceError) -> BytePattern.ByteSet {
        guard let byte = current else { throw fail("unexpected end") }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return Self.digits
        case UInt8(ascii: "D"): return Self.digits.inverted
        case UInt8(ascii: "s"): return Self.spaces
        case UInt8(ascii: "S"): return Self.spaces.inverted
        case UInt8(ascii: "w"): return Self.wordBytes
        case UInt8(ascii: "W"): return Self.wordBytes.inverted
        case UInt8(ascii: "t"): return BytePattern.ByteSet(0x09...0x09)
        case UInt8(ascii: "n"): return BytePattern.ByteSet(0x0A...0x0A)
        case UInt8(ascii: "r"): return BytePattern.ByteSet(0x0D...0x0D)
        case UInt8(ascii: "x"):
            let end = position + 2
            guard end <= bytes.count,
                let value = UInt8(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
            else { throw fail("expected two hexadecimal digits") }
            position = end
            return BytePattern.ByteSet(value...value)
        default:
            guard byte < 0x80, !Self.wordBytes.contains(byte) else {
                position -= 1
                throw fail("an escape that is not supported")
            }
            return BytePattern.ByteSet(byte...byte)
        }
    }

    /// What follows `[`, up to and with `]`.
    private mutating func characterClass() throws(AWSServiceError) -> BytePattern.ByteSet {
        let isNegated = take("^")
        var set = BytePattern.ByteSet()
        var isFirst = true
        while let byte = current, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            position += 1
            if byte == UInt8(ascii: "\\") {
                set = set.union(try escape())
                continue
            }
            guard byte < 0x80 else { throw fail("a character of several bytes") }
            guard current == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "]")
            else {
                set.insert(byte)
                continue
            }
            let last = bytes[position + 1]
            position += 2
            guard byte <= last, last < 0x80 else { throw fail("a range that cannot be") }
            set.insert(byte...last)
        }
        guard take("]") else { throw fail("a '[' that is not closed") }
        return isNegated ? set.inverted : set
    }
}
