/// The one range of a Range header (RFC 9110, section 14.1.2).
enum ByteRange: Sendable, Equatable {
    /// From a position, through another or to the end.
    case from(Int, through: Int?)
    case last(Int)

    /// Nil for what S3 ignores: other units, several ranges, nonsense.
    init?(_ header: String) {
        guard header.hasPrefix("bytes=") else { return nil }
        let parts = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        func number(_ text: Substring) -> Int? {
            // Longer numbers than an Int holds reach beyond any object.
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int(text) ?? .max
        }
        if parts[0].isEmpty {
            guard let count = number(parts[1]) else { return nil }
            self = .last(count)
        } else {
            guard let first = number(parts[0]) else { return nil }
            if parts[1].isEmpty {
                self = .from(first, through: nil)
            } else {
                guard let last = number(parts[1]), last >= first else { return nil }
                self = .from(first, through: last)
            }
        }
    }

    /// The positions within content of that size; nil when none lies in it.
    func positions(in size: Int) -> Range<Int>? {
        switch self {
        case .from(let first, let last):
            guard first < size else { return nil }
            return first..<min(size, (last ?? size - 1) < size ? (last ?? size - 1) + 1 : size)
        case .last(let count):
            guard count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
    }
}
