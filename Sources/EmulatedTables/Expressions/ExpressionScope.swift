import EmulatorCore
import ExactJSON

/// The names and values that a call's expressions may refer to, and which of them they did.
struct ExpressionScope {
    private let names: [String: String]?
    private let values: [String: AttributeValue]?
    private var usedNames: Set<String> = []
    private var usedValues: Set<String> = []

    /// - Parameters:
    ///   - names: `ExpressionAttributeNames`, if the call has it.
    ///   - values: `ExpressionAttributeValues`, if the call has it.
    init(names: JSONValue?, values: JSONValue?) throws(AWSServiceError) {
        if let members = names?.objectValue {
            guard !members.isEmpty else { throw .validation("ExpressionAttributeNames must not be empty") }
            var names: [String: String] = [:]
            for (key, value) in members {
                guard Self.isPlaceholder(key, sign: "#") else {
                    throw .validation(
                        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"\(key)\"")
                }
                guard let name = value.stringValue, !name.isEmpty else {
                    throw .validation("ExpressionAttributeNames contains invalid value for key \(key)")
                }
                try Item.check(name: name)
                names[key] = name
            }
            self.names = names
        } else {
            self.names = nil
        }
        if let members = values?.objectValue {
            guard !members.isEmpty else { throw .validation("ExpressionAttributeValues must not be empty") }
            var values: [String: AttributeValue] = [:]
            for (key, value) in members {
                guard Self.isPlaceholder(key, sign: ":") else {
                    throw .validation(
                        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"\(key)\"")
                }
                do throws(AWSServiceError) {
                    values[key] = try AttributeValue(json: value)
                } catch {
                    guard error.code == "ValidationException" else { throw error }
                    throw .validation(
                        "ExpressionAttributeValues contains invalid value: \(error.message) for key \(key)")
                }
            }
            self.values = values
        } else {
            self.values = nil
        }
    }

    private static func isPlaceholder(_ key: String, sign: Character) -> Bool {
        key.first == sign && key.utf8.count > 1
            && key.utf8.dropFirst().allSatisfy {
                $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0)
            }
    }

    /// Refuses names and values in a call that has no expression to use them.
    ///
    /// - Parameters:
    ///   - names: the parameters whose expressions may use names.
    ///   - values: those that may use values.
    static func checkPurpose(_ input: TableInput, names: [String], values: [String]) throws(AWSServiceError) {
        guard input["ExpressionAttributeNames"] == nil || names.contains(where: { input[$0] != nil }) else {
            throw .validation("ExpressionAttributeNames can only be specified when using expressions")
        }
        guard input["ExpressionAttributeValues"] == nil || values.contains(where: { input[$0] != nil }) else {
            throw .validation(
                "ExpressionAttributeValues can only be specified when using expressions: "
                    + "\(values.joined(separator: " and ")) \(values.count == 1 ? "is" : "are") null")
        }
    }

    mutating func name(_ placeholder: String) -> String? {
        usedNames.insert(placeholder)
        return names?[placeholder]
    }

    mutating func value(_ placeholder: String) -> AttributeValue? {
        usedValues.insert(placeholder)
        return values?[placeholder]
    }

    /// Refuses names and values that no expression referred to.
    func checkUse() throws(AWSServiceError) {
        if let names {
            let unused = names.keys.filter { !usedNames.contains($0) }.sorted()
            guard unused.isEmpty else {
                throw .validation(
                    "Value provided in ExpressionAttributeNames unused in expressions: keys: "
                        + "{\(unused.joined(separator: ", "))}")
            }
        }
        if let values {
            let unused = values.keys.filter { !usedValues.contains($0) }.sorted()
            guard unused.isEmpty else {
                throw .validation(
                    "Value provided in ExpressionAttributeValues unused in expressions: keys: "
                        + "{\(unused.joined(separator: ", "))}")
            }
        }
    }
}
