package import ExactJSON

/// The input of a query-protocol call: a form whose dotted names stand for structures and lists
/// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
package struct QueryForm: Sendable, Equatable {
    package var action: String
    /// The parameters as the service model's members; every value is a string.
    package var input: JSONValue

    /// Nil when the body is no form or names no action.
    package init?(parsing body: [UInt8]) {
        var root = Node()
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            let value = pair.dropFirst(name.count + 1)
            guard let key = Self.decode(name), let text = Self.decode(value) else { return nil }
            let path = key.split(separator: ".").map(String.init)
            // Deeper than any input of these services: hostile.
            guard !path.isEmpty, path.count <= 16 else { return nil }
            root.insert(text, at: path[...])
        }
        guard let action = root.children["Action"]?.value else { return nil }
        self.action = action
        root.children["Action"] = nil
        root.children["Version"] = nil
        input = root.children.isEmpty ? [:] : root.json
    }

    private static func decode(_ text: Substring) -> String? {
        var output: [UInt8] = []
        var bytes = text.utf8.makeIterator()
        func digit(_ byte: UInt8?) -> UInt8? {
            switch byte {
            case .some(let byte) where byte >= 0x30 && byte <= 0x39: byte - 0x30
            case .some(let byte) where byte >= 0x41 && byte <= 0x46: byte - 0x41 + 10
            case .some(let byte) where byte >= 0x61 && byte <= 0x66: byte - 0x61 + 10
            default: nil
            }
        }
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = digit(bytes.next()), let low = digit(bytes.next()) else { return nil }
                output.append(high << 4 | low)
            } else {
                output.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    private struct Node {
        var value: String?
        var children: [String: Node] = [:]

        mutating func insert(_ text: String, at path: ArraySlice<String>) {
            guard let first = path.first else {
                value = text
                return
            }
            children[first, default: Node()].insert(text, at: path.dropFirst())
        }

        /// `member.1`, `member.2` and `entry.1` are lists, whatever numbers they use.
        var json: JSONValue {
            if children.isEmpty { return .string(value ?? "") }
            if children.count == 1, let list = children["member"] ?? children["entry"] { return list.elements }
            return .object(children.mapValues(\.json))
        }

        private var elements: JSONValue {
            let numbered = children.compactMap { key, node in Int(key).map { ($0, node) } }.sorted { $0.0 < $1.0 }
            return .array(numbered.map(\.1.json))
        }
    }
}
