import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// KMS keys and their aliases.
struct KeyResources: ResourceProvider {
    var keys: KeyService

    let types = [
        "AWS::KMS::Key": ResourceType(
            properties: ["Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "PendingWindowInDays", "Tags"]),
        "AWS::KMS::Alias": ResourceType(properties: ["AliasName", "TargetKeyId"], replacing: ["AliasName"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        if resource.type == "AWS::KMS::Alias" {
            let name = properties["AliasName"]?.stringValue ?? "alias/\(names.generated)"
            keys.createAlias(name, keyID: properties["TargetKeyId"]?.stringValue ?? "")
            return ResourceIdentity(ref: name)
        }
        let key = keys.create(
            description: properties["Description"]?.stringValue ?? "", enabled: properties.flag("Enabled") ?? true,
            rotates: properties.flag("EnableKeyRotation") ?? false)
        return ResourceIdentity(ref: key.id, attributes: ["KeyId": key.id, "Arn": key.arn])
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        if resource.type == "AWS::KMS::Alias" {
            keys.createAlias(old.ref, keyID: resource.properties["TargetKeyId"]?.stringValue ?? "")
        } else if let enabled = resource.properties.flag("Enabled") {
            _ = try await keys.call(enabled ? "EnableKey" : "DisableKey", ["KeyId": .string(old.ref)])
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {}
}
