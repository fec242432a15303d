import DurableDocuments
import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

extension ParameterService {
    /// The key that protects secure parameters which name none.
    static let defaultKeyAlias = "alias/aws/ssm"

    func put(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = ParameterName(try input.required("Name")).name
        let value = try input.required("Value")
        try ParameterName.check(name)
        let overwrites = input.truth("Overwrite") ?? false
        let tags = ResourceTags(input.list("Tags"))
        if overwrites, !tags.values.isEmpty {
            throw .validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
                    + "remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
                    + "RemoveTagsFromResource.")
        }
        let draft = try draft(input, name: name, value: value)
        let now = clock.now
        let result: Result<(Parameter, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            do throws(AWSServiceError) {
                let parameter = try Self.add(
                    draft, to: state.parameters[name], name: name, tags: tags, overwrites: overwrites, now: now)
                state.parameters[name] = parameter
                return .success((parameter, documents.record([.init(Self.collection, name, parameter.json)])))
            } catch { return .failure(error) }
        }
        let (parameter, commit) = try result.get()
        try await commit.wait()
        return ["Version": .integer(parameter.newest.number), "Tier": .string(parameter.newest.tier)]
    }

    /// What is put, checked; its number is not known yet.
    private func draft(_ input: JSONValue, name: String, value: String) throws(AWSServiceError) -> Parameter.Version {
        let existing = state.withLock { $0.parameters[name]?.newest }
        var kind: Parameter.Kind?
        if let text = input.text("Type") {
            guard let known = Parameter.Kind(rawValue: text) else {
                throw .validation(
                    "1 validation error detected: Value '\(text)' at 'type' failed to satisfy constraint: Member must "
                        + "satisfy enum value set: [SecureString, StringList, String]")
            }
            kind = known
        }
        guard let actual = kind ?? existing?.kind else {
            throw .validation("A parameter type is required when you create a parameter.")
        }
        let dataType = input.text("DataType") ?? existing?.dataType ?? "text"
        guard ["text", "aws:ec2:image", "aws:ssm:integration"].contains(dataType) else {
            throw .validation(
                "The following data type is not supported: \(dataType) (Data type names are all lowercase.)")
        }
        let tier = try tier(input.text("Tier"), value: value)
        let pattern = input.text("AllowedPattern")
        if let pattern { try Self.check(value, against: pattern) }
        if value.isEmpty {
            throw .validation(
                "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
                    + "greater than or equal to 1.")
        }
        var stored = value
        var keyID: String?
        if actual == .secure {
            keyID = input.text("KeyId") ?? Self.defaultKeyAlias
            stored = try encrypt(value, key: keyID ?? "", name: name)
        }
        return Parameter.Version(
            number: 1, kind: actual, value: stored, modified: clock.now,
            description: input.text("Description") ?? existing?.description, allowedPattern: pattern, keyID: keyID,
            tier: tier, dataType: dataType)
    }

    private func tier(_ asked: String?, value: String) throws(AWSServiceError) -> String {
        let size = value.utf8.count
        let tier = asked == "Intelligent-Tiering" ? (size > 4096 ? "Advanced" : "Standard") : asked ?? "Standard"
        guard ["Standard", "Advanced"].contains(tier) else {
            throw .validation(
                "1 validation error detected: Value '\(tier)' at 'tier' failed to satisfy constraint: Member must "
                    + "satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]")
        }
        guard size <= (tier == "Standard" ? 4096 : 8192) else {
            throw .validation(
                tier == "Standard"
                    ? "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger "
                        + "parameter value, upgrade the parameter to use the advanced-parameter tier."
                    : "Advanced tier parameters support a maximum parameter value of 8192 characters.")
        }
        return tier
    }

    private static func check(_ value: String, against pattern: String) throws(AWSServiceError) {
        guard let expression = try? NSRegularExpression(pattern: pattern) else {
            throw AWSServiceError(
                "InvalidAllowedPatternException", "The regular expression \(pattern) is not valid.")
        }
        let whole = NSRange(location: 0, length: value.utf16.count)
        guard expression.firstMatch(in: value, range: whole) != nil else {
            throw AWSServiceError(
                "ParameterPatternMismatchException",
                "Parameter value, cannot be validated against allowedPattern: \(pattern)")
        }
    }

    private func encrypt(_ value: String, key: String, name: String) throws(AWSServiceError) -> String {
        if key == Self.defaultKeyAlias {
            keys.provide(
                alias: key, description: "Default key that protects my SSM parameters when no other key is defined")
        }
        do throws(AWSServiceError) {
            let blob = try keys.seal(Array(value.utf8), keyID: key, context: context(name))
            return Data(blob).base64EncodedString()
        } catch {
            throw AWSServiceError("InvalidKeyId", "\(error.message) (Service: AWSKMS; Error Code: \(error.code))")
        }
    }

    /// Puts a version behind those that are there.
    private static func add(
        _ draft: Parameter.Version, to existing: Parameter?, name: String, tags: ResourceTags, overwrites: Bool,
        now: Timestamp
    ) throws(AWSServiceError) -> Parameter {
        var version = draft
        version.modified = now
        guard var parameter = existing else { return Parameter(name: name, versions: [version], tags: tags) }
        guard overwrites else {
            throw AWSServiceError(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
            )
        }
        if parameter.versions.count >= Parameter.mostVersions {
            guard parameter.versions[0].labels.isEmpty else {
                throw AWSServiceError(
                    "ParameterMaxVersionLimitExceeded",
                    "You attempted to create a new version of \(name) by calling the PutParameter API with the overwrite "
                        + "flag. Version \(parameter.versions[0].number), the oldest version, can't be deleted because it "
                        + "has a label associated with it. Move the label to another version of the parameter, and try "
                        + "again.")
            }
            parameter.versions.removeFirst()
        }
        version.number = parameter.newest.number + 1
        parameter.versions.append(version)
        return parameter
    }
}
