/// What a condition of a filter pattern compares with.
enum PatternOperand: Sendable, Equatable {
    /// Parts between wildcards; a text without `*` has one part.
    case text([String])
    case number(Double)
    case expression(BytePattern)
}

/// How a condition of a filter pattern compares.
enum PatternComparison: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    /// The longer operators first, as one is the beginning of another.
    static let longestFirst: [PatternComparison] = [
        .notEqual, .lessOrEqual, .greaterOrEqual, .equal, .less, .greater,
    ]

    /// Whether it asks for numbers on both sides.
    var isOrdering: Bool { self != .equal && self != .notEqual }

    func holds(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

extension PatternOperand {
    /// Whether a text compares with the operand as asked.
    func holds(_ comparison: PatternComparison, text: String) -> Bool {
        switch self {
        case .number(let number):
            guard let actual = Double(text), actual.isFinite else { return comparison == .notEqual }
            return comparison.holds(actual, number)
        case .text(let parts):
            guard !comparison.isOrdering else { return false }
            return Self.matches(text, parts) == (comparison == .equal)
        case .expression(let pattern):
            guard !comparison.isOrdering else { return false }
            return pattern.matches(text) == (comparison == .equal)
        }
    }

    /// Whether a text consists of the parts with anything in between.
    static func matches(_ text: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return text == parts.first }
        var text = text
        return text.withUTF8 { bytes in
            var start = first.utf8.count
            let end = bytes.count - last.utf8.count
            guard start <= end, bytes[..<start].elementsEqual(first.utf8), bytes[end...].elementsEqual(last.utf8) else {
                return false
            }
            for part in parts.dropFirst().dropLast() where !part.isEmpty {
                guard let place = Self.find(Array(part.utf8), in: bytes, from: start, to: end) else { return false }
                start = place + part.utf8.count
            }
            return true
        }
    }

    private static func find(
        _ part: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> Int? {
        guard end - start >= part.count else { return nil }
        return (start...(end - part.count)).first { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
