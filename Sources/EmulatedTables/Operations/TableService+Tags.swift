import EmulatorCore
import ExactJSON

/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
extension TableService {
    func listTags(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let tags = try taggedTable(input).tags.sorted { $0.key < $1.key }
        return ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })]
    }

    func tagResource(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try taggedTable(input).name
        guard input["Tags"] != nil else { throw TableInput.missing("Tags") }
        let tags = try TableRecord.tags(input)
        guard !tags.isEmpty else { throw .validation("Atleast one Tag needs to be provided as Input.") }
        _ = try await changeTable(name) { table, _ in
            table.tags.merge(tags) { _, new in new }
            try TableRecord.checkCount(of: table.tags)
        }
        // No body at all.
        return .null
    }

    func untagResource(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try taggedTable(input).name
        guard let elements = try input.array("TagKeys") else { throw TableInput.missing("TagKeys") }
        guard !elements.isEmpty else { throw .validation("Atleast one Tag Key needs to be provided as Input.") }
        let keys = elements.compactMap(\.stringValue)
        _ = try await changeTable(name) { table, _ in for key in keys { table.tags[key] = nil } }
        return .null
    }

    private func taggedTable(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        let arn = try input.requiredString("ResourceArn")
        guard arn.hasPrefix("arn:") else { throw .validation("ARNs must start with 'arn:': \(arn)") }
        let prefix = account.arn("dynamodb", "table/")
        guard arn.hasPrefix(prefix), !arn.dropFirst(prefix.count).contains("/") else {
            throw .validation("Invalid TableArn: Invalid ResourceArn provided as input \(arn)")
        }
        guard let table = catalog.table(String(arn.dropFirst(prefix.count))) else {
            throw .init("ResourceNotFoundException", "Requested resource not found: ResourcArn: \(arn) not found")
        }
        return table
    }
}

extension TableRecord {
    private static let mostTags = 50
    private static let longestTagKey = 128
    private static let longestTagValue = 256

    /// The member Tags, a list of keys and values.
    static func tags(_ input: TableInput) throws(AWSServiceError) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in (try input.array("Tags") ?? []).map(TableInput.init) {
            let key = try tag.requiredString("Key")
            let value = try tag.requiredString("Value")
            guard (1...longestTagKey).contains(key.unicodeScalars.count), isTagText(key) else {
                throw .validation(
                    "One or more parameter values were invalid: TagKey invalid, it must have 1 to \(longestTagKey) "
                        + "letters, digits, spaces or _.:/=+-@: \(key)")
            }
            guard value.unicodeScalars.count <= longestTagValue, isTagText(value) else {
                throw .validation(
                    "One or more parameter values were invalid: TagValue invalid, it must have at most "
                        + "\(longestTagValue) letters, digits, spaces or _.:/=+-@: \(value)")
            }
            guard tags.updateValue(value, forKey: key) == nil else {
                throw .validation("One or more parameter values were invalid: Duplicate tag key: \(key)")
            }
        }
        try checkCount(of: tags)
        return tags
    }

    static func checkCount(of tags: [String: String]) throws(AWSServiceError) {
        guard tags.count <= mostTags else {
            throw .validation(
                "One or more parameter values were invalid: Too many tags: a table has at most \(mostTags)")
        }
    }

    private static func isTagText(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            if "_.:/=+-@".unicodeScalars.contains(scalar) { return true }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spaceSeparator,
                .lineSeparator, .paragraphSeparator, .decimalNumber, .letterNumber, .otherNumber:
                return true
            default: return false
            }
        }
    }
}
