import EmulatorCore

/// Reads the key schemas of a table and its indexes.
struct KeySchemaInput {
    /// The member AttributeDefinitions.
    let types: [String: KeyType]

    private static let invalid = "One or more parameter values were invalid: "

    init(types: [String: KeyType]) { self.types = types }

    /// Reads AttributeDefinitions; `known` are those that the table has already.
    init(_ input: TableInput, known: [String: KeyType]? = nil) throws(AWSServiceError) {
        guard let definitions = try input.array("AttributeDefinitions") else {
            guard let known else { throw TableInput.missing("AttributeDefinitions") }
            types = known
            return
        }
        var types: [String: KeyType] = [:]
        for (number, definition) in definitions.map(TableInput.init).enumerated() {
            let type = try definition.choice("AttributeType", of: ["B", "N", "S"]) ?? ""
            guard let type = KeyType(rawValue: type) else { throw TableInput.missing("AttributeType") }
            let name = try definition.requiredString("AttributeName")
            try Self.check(name: name, place: "attributeDefinitions.\(number + 1).member.attributeName")
            guard types.updateValue(type, forKey: name) == nil else {
                throw .validation(Self.invalid + "Duplicate AttributeName in AttributeDefinitions: \(name)")
            }
        }
        for (name, type) in known ?? [:] where (types[name] ?? type) != type {
            throw .validation(Self.invalid + "Attribute \(name) is already defined with another type")
        }
        self.types = types.merging(known ?? [:]) { _, known in known }
    }

    private static func check(name: String, place: String) throws(AWSServiceError) {
        guard (1...255).contains(name.utf8.count) else {
            throw .validation(
                "1 validation error detected: Value '\(name)' at '\(place)' failed to satisfy constraint: Member must "
                    + "have length " + (name.isEmpty ? "greater than or equal to 1" : "less than or equal to 255"))
        }
    }

    /// Reads the member KeySchema of a table or an index.
    ///
    /// - Parameters:
    ///   - place: where the index stands in the call; empty for the table.
    ///   - isGlobal: the key is that of a global index, which may have up to four hash and four range attributes
    ///     (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html).
    func schema(_ input: TableInput, place: String = "", isGlobal: Bool = false) throws(AWSServiceError) -> TableSchema
    {
        guard let elements = try input.array("KeySchema") else { throw TableInput.missing("KeySchema") }
        guard !elements.isEmpty else {
            throw .validation(
                "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have "
                    + "length greater than or equal to 1")
        }
        let most = isGlobal ? 2 * TableSchema.mostOfAKind : 2
        guard elements.count <= most else {
            let shown = elements.map { element in
                let name = element["AttributeName"]?.stringValue ?? "null"
                return "KeySchemaElement(attributeName=\(name), keyType=\(element["KeyType"]?.stringValue ?? "null"))"
            }
            throw .validation(
                "1 validation error detected: Value '[\(shown.joined(separator: ", "))]' at 'keySchema' failed to satisfy constraint: Member must have length "
                    + "less than or equal to \(most)")
        }
        var names: [String] = []
        var hashCount = 0
        for (index, element) in elements.map(TableInput.init).enumerated() {
            let name = try element.requiredString("AttributeName")
            try Self.check(name: name, place: "\(place)keySchema.\(index + 1).member.attributeName")
            names.append(name)
            let type = try element.choice(
                "KeyType", of: ["HASH", "RANGE"], place: "\(place)keySchema.\(index + 1).member.keyType")
            if type == "HASH", index == 0 || isGlobal && hashCount == index {
                hashCount += 1
            } else if type != "RANGE" || index == 0 {
                throw .validation(
                    index == 0
                        ? "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
                        : isGlobal && elements.count > 2
                            ? "Invalid KeySchema: All HASH key attributes must come before the RANGE key attributes"
                            : "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
            }
        }
        for count in [hashCount, names.count - hashCount] where count > TableSchema.mostOfAKind {
            throw .validation(
                Self.invalid + "Number of \(count == hashCount ? "HASH" : "RANGE") key attributes exceeds the limit of "
                    + "\(TableSchema.mostOfAKind)")
        }
        guard Set(names).count == names.count else {
            throw .validation(
                isGlobal && (names.count > 2 || hashCount == 2)
                    ? "Invalid KeySchema: Duplicate attribute in the KeySchema"
                    : "Invalid KeySchema: Both the Hash Key and the Range Key element in the KeySchema have the same name"
            )
        }
        var attributes: [KeyAttribute] = []
        for name in names {
            guard let type = types[name] else {
                guard !place.isEmpty || name == names.first else {
                    throw .validation("Invalid KeySchema: Some index key attribute have no definition")
                }
                throw .validation(
                    Self.invalid + "Some index key attributes are not defined in AttributeDefinitions. Keys: "
                        + "[\(names.joined(separator: ", "))], AttributeDefinitions: "
                        + "[\(types.keys.sorted().joined(separator: ", "))]")
            }
            attributes.append(KeyAttribute(name: name, type: type))
        }
        return TableSchema(
            hashes: Array(attributes[..<hashCount]), ranges: Array(attributes[hashCount...]), otherwise: attributes[0])
    }

    /// Refuses definitions that no key uses.
    func checkUse(by table: TableSchema, _ indexes: [SecondaryIndex]) throws(AWSServiceError) {
        let used = Set((table.attributes + indexes.flatMap(\.schema.attributes)).map(\.name))
        guard used.count != types.count else { return }
        guard !indexes.isEmpty else {
            throw .validation(
                Self.invalid
                    + "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                    + "AttributeDefinitions")
        }
        throw .validation(
            Self.invalid + "Some AttributeDefinitions are not used. AttributeDefinitions: "
                + "[\(types.keys.sorted().joined(separator: ", "))], keys used: "
                + "[\(used.sorted().joined(separator: ", "))]")
    }
}
