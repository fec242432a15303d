import EmulatorCore
import ExactJSON
import StackTemplate

/// The input of the calls that create and change stacks, read and checked as CloudFormation checks it.
struct StackRequest: Sendable {
    /// Bytes of a template in a call (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
    static let maximumBodyBytes = 51_200
    /// Bytes of a template in S3.
    static let maximumObjectBytes = 1 << 20

    let input: JSONValue

    func name() throws(AWSServiceError) -> String {
        let name = input["StackName"]?.stringValue ?? ""
        let isName =
            name.utf8.count <= 128 && name.utf8.first.map(Self.isLetter) == true
            && name.utf8.allSatisfy { Self.isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        guard isName else {
            throw .stackValidation(
                "1 validation error detected: Value '\(name)' at 'stackName' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
        }
        return name
    }

    /// What to make the stack of.
    ///
    /// - Parameters:
    ///   - previous: the stack as it is, for what is taken over from it.
    ///   - fetch: gives the text behind a TemplateURL.
    func source(
        previous: StackRecord?, fetch: @Sendable (_ url: String) async throws(AWSServiceError) -> String
    ) async throws(AWSServiceError) -> StackSource {
        var source = StackSource(
            templateText: try await templateText(previous: previous, fetch: fetch), templateFile: "TemplateBody",
            parameters: try parameters(previous: previous), tags: try tags() ?? previous?.source.tags ?? [:],
            capabilities: strings("Capabilities"),
            notificationARNs: input["NotificationARNs"] == nil
                ? previous?.source.notificationARNs ?? [] : strings("NotificationARNs"),
            roleARN: input["RoleARN"]?.stringValue ?? previous?.source.roleARN)
        if flag("DisableRollback") { source.onFailure = .doNothing }
        if let text = input["OnFailure"]?.stringValue {
            if input["DisableRollback"] != nil {
                throw .stackValidation("You can specify either OnFailure or DisableRollback, but not both.")
            }
            guard let choice = StackSource.OnFailure(rawValue: text) else {
                throw .stackValidation(
                    "1 validation error detected: Value '\(text)' at 'onFailure' failed to satisfy constraint: "
                        + "Member must satisfy enum value set: [ROLLBACK, DELETE, DO_NOTHING]")
            }
            source.onFailure = choice
        }
        return source
    }

    func templateText(
        previous: StackRecord?, fetch: @Sendable (_ url: String) async throws(AWSServiceError) -> String
    ) async throws(AWSServiceError) -> String {
        if let body = input["TemplateBody"]?.stringValue {
            guard body.utf8.count <= Self.maximumBodyBytes else {
                throw .stackValidation(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                        + "Member must have length less than or equal to \(Self.maximumBodyBytes)")
            }
            return body
        }
        if let url = input["TemplateURL"]?.stringValue {
            let text = try await fetch(url)
            guard text.utf8.count <= Self.maximumObjectBytes else {
                throw .stackValidation(
                    "Template may not exceed \(Self.maximumObjectBytes) bytes in size.")
            }
            return text
        }
        if flag("UsePreviousTemplate"), let previous { return previous.source.templateText }
        throw .stackValidation("Either Template URL or Template Body must be specified.")
    }

    /// The tags given; nil when there are none in the call.
    private func tags() throws(AWSServiceError) -> [String: String]? {
        guard let list = input["Tags"]?.arrayValue else { return nil }
        var tags: [String: String] = [:]
        for tag in list {
            let key = tag["Key"]?.stringValue ?? ""
            guard tags.updateValue(tag["Value"]?.stringValue ?? "", forKey: key) == nil, !key.isEmpty else {
                throw .stackValidation("Duplicate or empty tag key: \(key)")
            }
        }
        return tags
    }

    private func parameters(previous: StackRecord?) throws(AWSServiceError) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in input["Parameters"]?.arrayValue ?? [] {
            let key = parameter["ParameterKey"]?.stringValue ?? ""
            if parameter["UsePreviousValue"]?.stringValue?.lowercased() == "true" {
                guard let old = previous?.source.parameters[key] else {
                    // A parameter that had its default keeps it.
                    if previous?.parameters[key] != nil { continue }
                    throw .stackValidation(
                        "Invalid input for parameter key \(key). Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                    )
                }
                values[key] = old
            } else {
                values[key] = parameter["ParameterValue"]?.stringValue ?? ""
            }
        }
        return values
    }

    /// A list of strings; an empty one comes as an empty text in a form.
    func strings(_ name: String) -> [String] { (input[name]?.arrayValue ?? []).compactMap(\.stringValue) }

    func flag(_ name: String) -> Bool { input[name]?.stringValue?.lowercased() == "true" }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension AWSServiceError {
    /// CloudFormation's error for nearly everything that is wrong with a call.
    static func stackValidation(_ message: String) -> AWSServiceError { .init("ValidationError", message) }
}
