import EmulatorCore
import ExactJSON

extension LogsService {
    func listTags(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let tags = try withGroup(try taggedGroup(input)) { group in group.tags }
        return ["tags": .object(tags.mapValues(JSONValue.string))]
    }

    func tag(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        guard let given = try input.structure("tags")?.value.objectValue else { throw input.missingLogs("tags") }
        var tags: [String: String] = [:]
        for (key, value) in given {
            guard let text = value.stringValue, (1...128).contains(key.count), text.count <= 256 else {
                throw .logsConstraint(key, at: "tags", "Map keys and values must be texts of allowed length")
            }
            tags[key] = text
        }
        try withGroup(try taggedGroup(input)) { [tags] group throws(AWSServiceError) in
            let merged = group.tags.merging(tags) { _, new in new }
            guard merged.count <= 50 else {
                throw .init("TooManyTagsException", "The resource has more than 50 tags.")
            }
            group.tags = merged
        }
        return .object([:])
    }

    /// UntagResource names its keys `tagKeys`, UntagLogGroup `tags`.
    func untag(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        guard let keys = try input.strings(input.has("tagKeys") ? "tagKeys" : "tags") else {
            throw input.missingLogs("tagKeys")
        }
        try withGroup(try taggedGroup(input)) { group in for key in keys { group.tags[key] = nil } }
        return .object([:])
    }

    func setKey(_ input: CallInput, associates: Bool) throws(AWSServiceError) -> JSONValue {
        let key = associates ? try input.requiredLogs("kmsKeyId") : nil
        let name = input.has("resourceIdentifier") ? try taggedGroup(input) : try input.logGroup()
        try withGroup(name) { group in group.kmsKey = key }
        return .object([:])
    }

    /// The group that `resourceArn` or `logGroupName` names.
    private func taggedGroup(_ input: CallInput) throws(AWSServiceError) -> String {
        if let name = try input.string("logGroupName") { return name }
        let arn = try input.requiredLogs(input.has("resourceIdentifier") ? "resourceIdentifier" : "resourceArn")
        let prefix = account.arn("logs", "log-group:")
        guard arn.hasPrefix(prefix) else { throw Self.unknownGroup }
        let name = arn.dropFirst(prefix.count)
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }
}
