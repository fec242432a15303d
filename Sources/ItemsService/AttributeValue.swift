import ExactJSON

/// Items between JSON, as the API speaks it, and DynamoDB's typed attribute values.
///
/// Numbers stay text on the whole way: DynamoDB carries 38 significant digits, more than any machine number.
enum AttributeValue {
    /// The attribute value for a JSON value.
    static func encode(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null: ["NULL": true]
        case .bool(let flag): ["BOOL": .bool(flag)]
        case .number(let literal): ["N": .string(literal)]
        case .string(let text): ["S": .string(text)]
        case .array(let elements): ["L": .array(elements.map(encode))]
        case .object(let members): ["M": encode(members)]
        }
    }

    /// An item: an object of attribute values.
    static func encode(_ item: [String: JSONValue]) -> JSONValue { .object(item.mapValues(encode)) }

    /// The JSON value of an attribute value; sets, which only other writers make, come out as arrays, binary as Base64.
    static func decode(_ value: JSONValue) throws(ItemsError) -> JSONValue {
        guard let members = value.objectValue, members.count == 1, let (type, content) = members.first else {
            throw ItemsError(code: .table, message: "an attribute value must have exactly one type: \(value.text)")
        }
        switch (type, content) {
        case ("NULL", _): return .null
        case ("BOOL", .bool), ("S", .string), ("B", .string): return content
        case ("N", .string(let literal)): return try number(literal)
        case ("M", .object(let members)): return try decode(item: members)
        case ("L", .array(let elements)):
            var decoded: [JSONValue] = []
            for element in elements { decoded.append(try decode(element)) }
            return .array(decoded)
        case ("SS", .array), ("BS", .array): return content
        case ("NS", .array(let literals)):
            var numbers: [JSONValue] = []
            for literal in literals { numbers.append(try number(literal.stringValue ?? "")) }
            return .array(numbers)
        default: throw ItemsError(code: .table, message: "unknown attribute value: \(value.text)")
        }
    }

    /// The JSON object of an item.
    static func decode(item: [String: JSONValue]) throws(ItemsError) -> JSONValue {
        var decoded: [String: JSONValue] = [:]
        for (name, value) in item { decoded[name] = try decode(value) }
        return .object(decoded)
    }

    private static func number(_ literal: String) throws(ItemsError) -> JSONValue {
        // The literal goes into the answer as it is, so it has to be a JSON number.
        guard case .number = try? JSONValue(parsing: literal), literal.utf8.allSatisfy({ $0 > 0x20 }) else {
            throw ItemsError(code: .table, message: "the table holds a number that is none: \(literal)")
        }
        return .number(literal)
    }
}
