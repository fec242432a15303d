import EmulatorCore
import ExactJSON

/// The input of one call to DynamoDB, read member by member; null counts as absent.
struct TableInput {
    var value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    subscript(_ key: String) -> JSONValue? {
        guard let member = value[key], !member.isNull else { return nil }
        return member
    }

    func string(_ key: String) throws(AWSServiceError) -> String? {
        guard let member = self[key] else { return nil }
        guard let text = member.stringValue else { throw Self.unconvertible(member, to: "String") }
        return text
    }

    func requiredString(_ key: String) throws(AWSServiceError) -> String {
        guard let text = try string(key) else { throw Self.missing(key) }
        return text
    }

    func bool(_ key: String) throws(AWSServiceError) -> Bool? {
        guard let member = self[key] else { return nil }
        guard let bool = member.boolValue else { throw Self.unconvertible(member, to: "Boolean") }
        return bool
    }

    func integer(_ key: String) throws(AWSServiceError) -> Int? {
        guard let member = self[key] else { return nil }
        guard let integer = member.intValue else { throw Self.unconvertible(member, to: "Integer") }
        return integer
    }

    func array(_ key: String) throws(AWSServiceError) -> [JSONValue]? {
        guard let member = self[key] else { return nil }
        guard let elements = member.arrayValue else { throw Self.malformed(key) }
        return elements
    }

    func object(_ key: String) throws(AWSServiceError) -> [String: JSONValue]? {
        guard let member = self[key] else { return nil }
        guard let members = member.objectValue else { throw Self.malformed(key) }
        return members
    }

    /// A member that is one of an enumeration's values.
    ///
    /// - Parameter place: the member's place as an error tells it, where that is not just its name.
    func choice(_ key: String, of values: [String], place: String? = nil) throws(AWSServiceError) -> String? {
        guard let text = try string(key) else { return nil }
        guard values.contains(text) else {
            throw .validation(
                "1 validation error detected: Value '\(text)' at '\(place ?? Self.lowerFirst(key))' failed to satisfy constraint: "
                    + "Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
        return text
    }

    /// An attribute map: an item or a key.
    func item(_ key: String) throws(AWSServiceError) -> Item? {
        guard let member = self[key] else { return nil }
        return try Item(json: member, member: key)
    }

    func requiredItem(_ key: String) throws(AWSServiceError) -> Item {
        guard let item = try item(key) else { throw Self.missing(key) }
        return item
    }

    static func missing(_ key: String) -> AWSServiceError {
        .validation(
            "1 validation error detected: Value null at '\(lowerFirst(key))' failed to satisfy constraint: Member must not "
                + "be null")
    }

    /// A value of the wrong kind, in the words of AWS's JSON reader.
    static func unconvertible(_ value: JSONValue, to type: String) -> AWSServiceError {
        let message =
            switch value {
            case .bool(true): "TRUE_VALUE cannot be converted to \(type)"
            case .bool(false): "FALSE_VALUE cannot be converted to \(type)"
            case .number(let literal):
                "\(Int(literal) == nil ? "DECIMAL_VALUE" : "NUMBER_VALUE") cannot be converted to \(type)"
            case .string: "STRING_VALUE cannot be converted to \(type)"
            case .array: "Unrecognized collection type class java.lang.\(type)"
            case .object, .null: "Start of structure or map found where not expected"
            }
        return .init("SerializationException", message)
    }

    static func malformed(_ key: String) -> AWSServiceError {
        .init("SerializationException", "The member \(key) has an unexpected type")
    }

    static func lowerFirst(_ key: String) -> String { key.prefix(1).lowercased() + key.dropFirst() }
}
