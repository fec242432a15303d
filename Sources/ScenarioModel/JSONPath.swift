/// The part of JSONPath (RFC 9535) that names one place: `$.item.id`, `$.items[0]['a b']`.
package struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    package enum Segment: Sendable, Hashable {
        case member(String)
        case index(Int)
    }

    package var segments: [Segment]

    package init(segments: [Segment]) { self.segments = segments }

    /// Reads a path; nil when it is none, or uses what names more than one place (`*`, `..`, filters, slices).
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard rest.popFirst() == UInt8(ascii: "$") else { return nil }
        var segments: [Segment] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."):
                let name = rest.prefix { Self.isNameByte($0) }
                guard let first = name.first, !(first >= 0x30 && first <= 0x39) else { return nil }
                rest = rest.dropFirst(name.count)
                segments.append(.member(String(decoding: name, as: UTF8.self)))
            case UInt8(ascii: "["):
                guard let quote = rest.first else { return nil }
                if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
                    let name = rest.dropFirst().prefix { $0 != quote && $0 != UInt8(ascii: "\\") }
                    rest = rest.dropFirst(name.count + 1)
                    guard rest.popFirst() == quote else { return nil }
                    segments.append(.member(String(decoding: name, as: UTF8.self)))
                } else {
                    let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
                    rest = rest.dropFirst(digits.count)
                    guard let index = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                    segments.append(.index(index))
                }
                guard rest.popFirst() == UInt8(ascii: "]") else { return nil }
            default: return nil
            }
        }
        self.segments = segments
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...0xFF:
            true
        default: false
        }
    }

    package var description: String {
        segments.reduce(into: "$") { text, segment in
            switch segment {
            case .member(let name) where !name.isEmpty && name.utf8.allSatisfy(Self.isNameByte): text += ".\(name)"
            case .member(let name): text += "['\(name)']"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}
