/// A regular expression as filter patterns allow it, over bytes.
///
/// Alternatives of single characters, classes and repetitions, without groups
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions). It runs through
/// all possibilities at once, so its time is bounded by the text's length times the expression's.
struct BytePattern: Sendable, Equatable {
    /// The bytes that may stand at one place.
    struct ByteSet: Sendable, Equatable {
        private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        init() {}

        init(_ ranges: ClosedRange<UInt8>...) {
            for range in ranges { insert(range) }
        }

        static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

        mutating func insert(_ range: ClosedRange<UInt8>) {
            for byte in range { insert(byte) }
        }

        mutating func insert(_ byte: UInt8) {
            let bit = UInt64(1) << UInt64(byte & 63)
            switch byte >> 6 {
            case 0: words.0 |= bit
            case 1: words.1 |= bit
            case 2: words.2 |= bit
            default: words.3 |= bit
            }
        }

        func contains(_ byte: UInt8) -> Bool {
            let word =
                switch byte >> 6 {
                case 0: words.0
                case 1: words.1
                case 2: words.2
                default: words.3
                }
            return word >> UInt64(byte & 63) & 1 == 1
        }

        var inverted: ByteSet {
            var result = self
            result.words = (~words.0, ~words.1, ~words.2, ~words.3)
            return result
        }

        func union(_ other: ByteSet) -> ByteSet {
            var result = self
            result.words = (
                words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3
            )
            return result
        }
    }

    /// One place of a branch; repetitions are written out.
    struct Step: Sendable, Equatable {
        var bytes: ByteSet
        /// It may be passed over.
        var isOptional = false
        /// It may occur any further number of times.
        var repeats = false
    }

    struct Branch: Sendable, Equatable {
        var steps: [Step] = []
        var isAnchoredAtStart = false
        var isAnchoredAtEnd = false
    }

    var branches: [Branch]

    /// Whether the expression matches somewhere in the text.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in branches.contains { $0.matches(bytes) } }
    }
}

extension BytePattern.Branch {
    fileprivate func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // active[n]: the first n steps are done.
        var active = [Bool](repeating: false, count: steps.count + 1)
        active[0] = true
        skipOptional(&active)
        if active[steps.count], !isAnchoredAtEnd || bytes.isEmpty { return true }
        for (index, byte) in bytes.enumerated() {
            var next = [Bool](repeating: false, count: steps.count + 1)
            for place in steps.indices where active[place] && steps[place].bytes.contains(byte) {
                next[place + 1] = true
                if steps[place].repeats { next[place] = true }
            }
            if !isAnchoredAtStart { next[0] = true }
            active = next
            skipOptional(&active)
            if active[steps.count], !isAnchoredAtEnd || index == bytes.count - 1 { return true }
        }
        return false
    }

    private func skipOptional(_ active: inout [Bool]) {
        for place in steps.indices where active[place] && steps[place].isOptional { active[place + 1] = true }
    }
}
