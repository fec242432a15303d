import EmulatorCore
import ExactJSON
import Foundation

extension AttributeValue {
    /// Deepest nesting of lists and maps that DynamoDB takes.
    static let maximumDepth = 32

    /// Reads a value in the wire's form, `{"S": "text"}`.
    init(json: JSONValue, depth: Int = 0) throws(AWSServiceError) {
        guard let members = json.objectValue else {
            throw .init("SerializationException", "Unexpected value type in payload")
        }
        let given = members.filter { !$0.value.isNull }
        guard let (type, content) = given.first else {
            throw .validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
        }
        guard given.count == 1 else {
            // Numbers are read before it is seen that there is more than one type.
            if let content = given["N"] { _ = try Self.number(content) }
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
                    + "datatypes")
        }
        guard depth <= Self.maximumDepth else {
            throw .validation("Nesting Levels have exceeded supported limits: the value is nested too deeply")
        }
        switch type {
        case "S": self = .string(try Self.text(content))
        case "N": self = .number(try Self.number(content))
        case "B": self = .binary(try Self.bytes(content))
        case "BOOL":
            guard let bool = content.boolValue else { throw TableInput.unconvertible(content, to: "Boolean") }
            self = .bool(bool)
        case "NULL":
            guard content.boolValue == true else {
                throw .validation(
                    "One or more parameter values were invalid: Null attribute value types must have the value of true")
            }
            self = .null
        case "L":
            var elements: [AttributeValue] = []
            for element in try Self.elements(content) {
                elements.append(try AttributeValue(json: element, depth: depth + 1))
            }
            self = .list(elements)
        case "M":
            guard let object = content.objectValue else { throw Self.malformed(content) }
            var members: [String: AttributeValue] = [:]
            for (name, member) in object {
                try Item.check(name: name, isNested: true)
                members[name] = try AttributeValue(json: member, depth: depth + 1)
            }
            self = .map(members)
        case "SS", "NS", "BS": self = try Self.set(type, try Self.elements(content))
        default:
            throw .validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
        }
    }

    private static func set(_ type: String, _ elements: [JSONValue]) throws(AWSServiceError) -> AttributeValue {
        let invalid = "One or more parameter values were invalid: "
        switch type {
        case "SS":
            guard !elements.isEmpty else { throw .validation(invalid + "An string set  may not be empty") }
            var set: [String] = []
            for element in elements { set.append(try text(element)) }
            guard Set(set).count == set.count else {
                throw .validation(invalid + "Input collection [\(set.joined(separator: ", "))] contains duplicates.")
            }
            return .stringSet(set.sorted(by: textIsLess))
        case "NS":
            guard !elements.isEmpty else { throw .validation(invalid + "An number set  may not be empty") }
            var set: [DynamoNumber] = []
            for element in elements { set.append(try number(element)) }
            guard Set(set).count == set.count else { throw .validation("Input collection contains duplicates") }
            return .numberSet(set.sorted())
        default:
            guard !elements.isEmpty else { throw .validation(invalid + "Binary sets should not be empty") }
            var set: [[UInt8]] = []
            for element in elements { set.append(try bytes(element)) }
            guard Set(set).count == set.count else {
                let texts = set.map(base64).joined(separator: ", ")
                throw .validation(invalid + "Input collection [\(texts)]of type BS contains duplicates.")
            }
            return .binarySet(set.sorted(by: bytesAreLess))
        }
    }

    private static func malformed(_ value: JSONValue) -> AWSServiceError {
        .init("SerializationException", "Unexpected value type in payload")
    }

    private static func elements(_ value: JSONValue) throws(AWSServiceError) -> [JSONValue] {
        guard let elements = value.arrayValue else { throw malformed(value) }
        return elements
    }

    private static func text(_ value: JSONValue) throws(AWSServiceError) -> String {
        guard let text = value.stringValue else { throw TableInput.unconvertible(value, to: "String") }
        return text
    }

    private static func number(_ value: JSONValue) throws(AWSServiceError) -> DynamoNumber {
        let text = try text(value)
        do throws(DynamoNumber.Fault) {
            return try DynamoNumber(text)
        } catch {
            if error == .notNumeric {
                throw .validation(
                    text.isEmpty
                        ? "The parameter cannot be converted to a numeric value"
                        : "The parameter cannot be converted to a numeric value: \(text)")
            }
            throw .validation(error.rawValue)
        }
    }

    private static func bytes(_ value: JSONValue) throws(AWSServiceError) -> [UInt8] {
        guard let data = Data(base64Encoded: try text(value)) else {
            throw .init(
                "SerializationException",
                "The Base64-encoded value could not be decoded: it has a character or a length that Base64 has not")
        }
        return [UInt8](data)
    }

    /// The value in the wire's form.
    var json: JSONValue {
        switch self {
        case .string(let text): ["S": .string(text)]
        case .number(let number): ["N": .string(number.text)]
        case .binary(let bytes): ["B": .string(Self.base64(bytes))]
        case .bool(let bool): ["BOOL": .bool(bool)]
        case .null: ["NULL": true]
        case .stringSet(let set): ["SS": .array(set.map(JSONValue.string))]
        case .numberSet(let set): ["NS": .array(set.map { .string($0.text) })]
        case .binarySet(let set): ["BS": .array(set.map { .string(Self.base64($0)) })]
        case .list(let elements): ["L": .array(elements.map(\.json))]
        case .map(let members): ["M": .object(members.mapValues(\.json))]
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

extension Item {
    /// Reads an item in the wire's form.
    init(json: JSONValue, member: String) throws(AWSServiceError) {
        guard let object = json.objectValue else {
            throw .init("SerializationException", "\(member) must be a map of attributes")
        }
        self.init(minimumCapacity: object.count)
        for (name, value) in object {
            try Self.check(name: name)
            self[name] = try AttributeValue(json: value)
        }
    }

    /// Longest attribute name that is no key's, in bytes.
    private static let longestName = 65_535

    /// Refuses names that no attribute can have.
    ///
    /// - Parameter isNested: a member of a map, which alone may have the empty name.
    static func check(name: String, isNested: Bool = false) throws(AWSServiceError) {
        guard !name.isEmpty || isNested else {
            throw .validation("One or more parameter values were invalid: An attribute name may not be empty")
        }
        guard name.utf8.count <= longestName else {
            throw .validation(
                "One or more parameter values were invalid: Attribute name is too large, must be less than "
                    + "\(longestName + 1) bytes")
        }
    }

    var json: JSONValue { .object(mapValues(\.json)) }
}
