package import ExactJSON

/// Values of resolved properties, which CloudFormation takes as text as well as in their own type.
extension JSONValue {
    /// The text of a string, number or boolean.
    package var scalarText: String? {
        switch self {
        case .string(let text): text
        case .number(let literal): literal
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// A flag that may be written as text.
    package func flag(_ name: String) -> Bool? {
        self[name]?.boolValue ?? self[name]?.stringValue.map { $0.lowercased() == "true" }
    }

    /// A whole number that may be written as text.
    package func integer(_ name: String) -> Int? {
        self[name]?.intValue ?? self[name]?.stringValue.flatMap { Int($0) }
    }

    /// A number that may be written as text.
    package func number(_ name: String) -> Double? {
        self[name]?.doubleValue ?? self[name]?.stringValue.flatMap { Double($0) }
    }

    /// The text of a member that is a string, number or boolean.
    package func text(_ name: String) -> String? { self[name]?.scalarText }

    /// The texts of a member that is a list, or one text alone, which policies allow.
    package func texts(_ name: String) -> [String] {
        guard let value = self[name] else { return [] }
        return value.arrayValue?.compactMap(\.scalarText) ?? value.scalarText.map { [$0] } ?? []
    }
}
