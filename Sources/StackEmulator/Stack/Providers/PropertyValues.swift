import ExactJSON

extension JSONValue {
    /// A flag that may be written as text, as CloudFormation allows.
    func flag(_ name: String) -> Bool? {
        self[name]?.boolValue ?? self[name]?.stringValue.map { $0.lowercased() == "true" }
    }

    /// A whole number that may be written as text, as CloudFormation allows.
    func integer(_ name: String) -> Int? {
        self[name]?.intValue ?? self[name]?.stringValue.flatMap { Int($0) }
    }
}

/// A static value of a parameter mapping: `'text'`, in single quotes.
enum StaticValue {
    static func text(_ mapping: String?) -> String? {
        guard let mapping, mapping.utf8.count >= 2, mapping.hasPrefix("'"), mapping.hasSuffix("'") else { return nil }
        return String(mapping.dropFirst().dropLast())
    }
}
