/// Paths are read as bytes: reading them as characters looks for the bounds of graphemes, which costs more than the rest.
extension StringProtocol {
    /// Whether it starts with the same bytes.
    func startsWithBytes(of prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension Substring {
    /// What comes before the first slash.
    var firstSegment: Substring { self[..<(utf8.firstIndex(of: UInt8(ascii: "/")) ?? endIndex)] }

    /// What is left without the slashes at its start.
    var withoutLeadingSlashes: Substring {
        self[(utf8.firstIndex { $0 != UInt8(ascii: "/") } ?? endIndex)...]
    }

    /// What is left without its first bytes, which are known to be ASCII.
    func droppingBytes(_ count: Int) -> Substring {
        self[(utf8.index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
    }

    /// The parts between slashes, empty ones too.
    var segments: [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        for index in utf8.indices where utf8[index] == UInt8(ascii: "/") {
            parts.append(self[start..<index])
            start = utf8.index(after: index)
        }
        parts.append(self[start...])
        return parts
    }
}
