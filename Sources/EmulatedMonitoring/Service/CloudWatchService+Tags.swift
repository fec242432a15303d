import EmulatorCore
import ExactJSON

extension CloudWatchService {
    private static let unknownResource = AWSServiceError(
        "ResourceNotFoundException", "The resource was not found.", status: 404)

    func tagResource(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let arn = try input.requiredString("ResourceARN")
        let tags = try input.tags()
        let found = alarms.withLock { $0.change(tagsOf: arn) { $0.merge(tags) { _, new in new } } }
        guard found else { throw Self.unknownResource }
        return .object([:])
    }

    func untagResource(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let arn = try input.requiredString("ResourceARN")
        let keys = try input.strings("TagKeys") ?? []
        let found = alarms.withLock { $0.change(tagsOf: arn) { tags in for key in keys { tags[key] = nil } } }
        guard found else { throw Self.unknownResource }
        return .object([:])
    }

    func listTags(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let arn = try input.requiredString("ResourceARN")
        guard let alarm = alarms.withLock({ $0.alarms.values.first { $0.arn == arn } }) else {
            throw Self.unknownResource
        }
        let tags = alarm.tags.sorted { $0.key < $1.key }
        return ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })]
    }
}

extension CallInput {
    /// The member Tags, a list of keys and values.
    func tags() throws(AWSServiceError) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in try list("Tags") { tags[try tag.requiredString("Key")] = try tag.requiredString("Value") }
        return tags
    }
}
