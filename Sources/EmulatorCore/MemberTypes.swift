package import ExactJSON

/// What the members of a service's inputs and outputs are, for protocols that must know it.
///
/// JSON tells numbers from text and writes a moment as a number. A form says everything as text, XML and CBOR write
/// moments in their own way.
package struct MemberTypes: Sendable {
    /// The type of a member, or of the elements when the member is a list.
    package indirect enum Kind: Sendable, Equatable {
        case string, integer, double, boolean, timestamp
        /// A list of text or of structures.
        case list
        /// A list whose elements stand one by one under its own name, as SQS writes them.
        case flattened
        /// A map from text to values of one type.
        case map(Kind)
    }

    private var kinds: [String: Kind]

    /// - Parameter kinds: by the member's name, or by `Parent.Member` where the same name has several types; whatever is
    ///   not listed is a text or a structure.
    package init(_ kinds: [String: Kind] = [:]) { self.kinds = kinds }

    /// The type of a member.
    ///
    /// - Parameter parent: the member that holds the structure with this one; empty at the top.
    package func kind(of name: String, in parent: String) -> Kind {
        if kinds.isEmpty { return .string }
        return kinds["\(parent).\(name)"] ?? kinds[name] ?? .string
    }

    /// The input of a form, whose values are all text, with numbers and flags as JSON has them.
    ///
    /// - Throws: `MalformedInput` for a text that is no value of its member's type.
    package func typed(_ input: JSONValue, in parent: String = "") throws(AWSServiceError) -> JSONValue {
        guard case .object(let members) = input else { return input }
        var result: [String: JSONValue] = [:]
        for (name, value) in members {
            result[name] = try typed(value, name: name, kind: kind(of: name, in: parent))
        }
        return .object(result)
    }

    private func typed(_ value: JSONValue, name: String, kind: Kind) throws(AWSServiceError) -> JSONValue {
        switch value {
        case .string(let text): return try Self.leaf(text, name, kind)
        case .object(let members):
            if kind == .flattened {
                let numbered = members.compactMap { key, value in Int(key).map { ($0, value) } }
                return try typed(.array(numbered.sorted { $0.0 < $1.0 }.map(\.1)), name: name, kind: .list)
            }
            return try typed(value, in: name)
        case .array(let elements):
            if case .map(let valueKind) = kind { return try map(elements, name, valueKind) }
            var typed: [JSONValue] = []
            for element in elements { typed.append(try self.typed(element, name: name, kind: kind)) }
            return .array(typed)
        case .null, .bool, .number: return value
        }
    }

    /// Entries with `key` and `value` as an object.
    private func map(_ entries: [JSONValue], _ name: String, _ kind: Kind) throws(AWSServiceError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for entry in entries {
            guard let key = entry["key"]?.stringValue, let value = entry["value"] else {
                throw AWSServiceError("MalformedInput", "The map \(name) has an entry without key or value.")
            }
            members[key] = try typed(value, name: name, kind: kind)
        }
        return .object(members)
    }

    private static func leaf(_ text: String, _ name: String, _ kind: Kind) throws(AWSServiceError) -> JSONValue {
        switch kind {
        case .string, .timestamp: return .string(text)
        // A list or map without elements is written as an empty text.
        case .list, .flattened: return text.isEmpty ? [] : .string(text)
        case .map: return text.isEmpty ? [:] : .string(text)
        case .integer:
            if text.isEmpty { return .null }
            guard let number = Int(text) else { throw malformed(text, name, "an integer") }
            return .integer(number)
        case .double:
            if text.isEmpty { return .null }
            if ["NaN", "Infinity", "-Infinity"].contains(text) { return .string(text) }
            guard let number = Double(text), number.isFinite else { throw malformed(text, name, "a number") }
            return .double(number)
        case .boolean:
            switch text.lowercased() {
            case "": return .null
            case "true": return true
            case "false": return false
            default: throw malformed(text, name, "true or false")
            }
        }
    }

    private static func malformed(_ text: String, _ name: String, _ type: String) -> AWSServiceError {
        AWSServiceError("MalformedInput", "The value '\(text)' of \(name) is not \(type).")
    }
}
