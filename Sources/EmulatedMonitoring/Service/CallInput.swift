import EmulatorCore
import ExactJSON
import Timekeeping

/// The input of one call, read member by member.
///
/// A member that is null counts as absent. One of the wrong JSON type is refused with AWS's `SerializationException`.
struct CallInput {
    var value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    /// The members that are structures in a list, as inputs of their own.
    func list(_ key: String) throws(AWSServiceError) -> [CallInput] {
        guard let member = member(key) else { return [] }
        guard let elements = member.arrayValue else { throw wrongType(key, "a list") }
        return elements.map(CallInput.init)
    }

    /// Whether the member is there and not null.
    func has(_ key: String) -> Bool { member(key) != nil }

    func structure(_ key: String) throws(AWSServiceError) -> CallInput? {
        guard let member = member(key) else { return nil }
        guard member.objectValue != nil else { throw wrongType(key, "a structure") }
        return CallInput(member)
    }

    func strings(_ key: String) throws(AWSServiceError) -> [String]? {
        guard let member = member(key) else { return nil }
        guard let elements = member.arrayValue else { throw wrongType(key, "a list") }
        var strings: [String] = []
        for element in elements {
            guard let string = element.stringValue else { throw wrongType(key, "a list of strings") }
            strings.append(string)
        }
        return strings
    }

    func string(_ key: String) throws(AWSServiceError) -> String? {
        guard let member = member(key) else { return nil }
        guard let string = member.stringValue else { throw wrongType(key, "a string") }
        return string
    }

    func requiredString(_ key: String) throws(AWSServiceError) -> String {
        guard let string = try string(key) else { throw missing(key) }
        return string
    }

    func bool(_ key: String) throws(AWSServiceError) -> Bool? {
        guard let member = member(key) else { return nil }
        guard let bool = member.boolValue else { throw wrongType(key, "a boolean") }
        return bool
    }

    func integer(_ key: String) throws(AWSServiceError) -> Int? {
        guard let member = member(key) else { return nil }
        guard let integer = member.intValue else { throw wrongType(key, "an integer") }
        return integer
    }

    func requiredInteger(_ key: String) throws(AWSServiceError) -> Int {
        guard let integer = try integer(key) else { throw missing(key) }
        return integer
    }

    /// A number; the JSON protocols also write `"NaN"`, `"Infinity"` and `"-Infinity"` as strings.
    func double(_ key: String) throws(AWSServiceError) -> Double? {
        guard let member = member(key) else { return nil }
        return try Self.double(member, key)
    }

    func doubles(_ key: String) throws(AWSServiceError) -> [Double]? {
        guard let member = member(key) else { return nil }
        guard let elements = member.arrayValue else { throw wrongType(key, "a list") }
        var doubles: [Double] = []
        for element in elements { doubles.append(try Self.double(element, key)) }
        return doubles
    }

    /// A moment, as a number of seconds since 1970 or in ISO 8601.
    func timestamp(_ key: String) throws(AWSServiceError) -> Timestamp? {
        guard let member = member(key) else { return nil }
        if let seconds = member.doubleValue { return Timestamp(secondsSinceEpoch: seconds) }
        if let text = member.stringValue, let timestamp = Timestamp(iso8601: text) { return timestamp }
        throw wrongType(key, "a timestamp")
    }

    func requiredTimestamp(_ key: String) throws(AWSServiceError) -> Timestamp {
        guard let timestamp = try timestamp(key) else { throw missing(key) }
        return timestamp
    }

    func missing(_ key: String) -> AWSServiceError {
        .init("MissingRequiredParameterException", "The parameter \(key) is required.")
    }

    private func member(_ key: String) -> JSONValue? {
        guard let member = value[key], !member.isNull else { return nil }
        return member
    }

    private static func double(_ member: JSONValue, _ key: String) throws(AWSServiceError) -> Double {
        if let double = member.doubleValue { return double }
        switch member.stringValue {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw CallInput(member).wrongType(key, "a number")
        }
    }

    private func wrongType(_ key: String, _ expected: String) -> AWSServiceError {
        .init("SerializationException", "The parameter \(key) must be \(expected).")
    }
}
