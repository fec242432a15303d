/// A static value of a parameter mapping: `'text'`, in single quotes.
enum StaticValue {
    static func text(_ mapping: String?) -> String? {
        guard let mapping, mapping.utf8.count >= 2, mapping.hasPrefix("'"), mapping.hasSuffix("'") else { return nil }
        return String(mapping.dropFirst().dropLast())
    }
}
