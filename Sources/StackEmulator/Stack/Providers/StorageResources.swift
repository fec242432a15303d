import EmulatedObjects
import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// S3 buckets and their policies, and parameters of the parameter store.
struct StorageResources: ResourceProvider {
    var objects: ObjectService
    var parameters: ParameterService

    let types = [
        "AWS::S3::Bucket": ResourceType(
            properties: [
                "AccelerateConfiguration", "AccessControl", "AnalyticsConfigurations", "BucketEncryption", "BucketName",
                "CorsConfiguration", "IntelligentTieringConfigurations", "InventoryConfigurations",
                "LifecycleConfiguration", "LoggingConfiguration", "MetricsConfigurations", "OwnershipControls",
                "PublicAccessBlockConfiguration", "Tags", "VersioningConfiguration",
            ], replacing: ["BucketName"],
            problems: { properties in
                ["CorsConfiguration", "LifecycleConfiguration", "LoggingConfiguration"]
                    .filter { properties[$0] != nil }.map { "\($0) has no effect" }
            }),
        "AWS::S3::BucketPolicy": ResourceType(properties: ["Bucket", "PolicyDocument"], replacing: ["Bucket"]),
        "AWS::SSM::Parameter": ResourceType(
            properties: [
                "AllowedPattern", "DataType", "Description", "Name", "Policies", "Tags", "Tier", "Type", "Value",
            ], replacing: ["Name"],
            problems: { properties in properties["Policies"] == nil ? [] : ["Policies have no effect"] }),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::S3::Bucket":
            // Names of buckets have small letters only.
            let name = properties["BucketName"]?.stringValue ?? names.generated(atMost: 63).lowercased()
            let isThere = names.adoptsExisting && objects.hasBucket(name)
            if !isThere {
                guard BucketName.isValid(name) else {
                    throw AWSServiceError("InvalidBucketName", "The specified bucket is not valid: \(name)")
                }
                try await objects.create(bucket: name, region: names.account.region)
            }
            if names.kept(as: resource) == nil || !isThere {
                try await objects.configure(
                    bucket: name, properties: properties, tags: names.tags(properties["Tags"]))
            }
            return Self.identity(ofBucket: name, region: names.account.region)
        case "AWS::S3::BucketPolicy":
            let bucket = properties["Bucket"]?.stringValue ?? ""
            try await objects.setPolicy(properties["PolicyDocument"] ?? [:], ofBucket: bucket)
            return ResourceIdentity(ref: bucket)
        default:
            let name = properties["Name"]?.stringValue ?? "CFN-\(names.generated)"
            let exists = (try? parameters.value(of: name)) != nil
            if !exists || names.kept(as: resource) == nil {
                try await put(properties, name: name, overwrite: names.adoptsExisting && exists, names)
            }
            return Self.identity(ofParameter: name, properties)
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::S3::Bucket":
            var properties = properties.objectValue ?? [:]
            // Versioning cannot be undone, only suspended.
            if properties["VersioningConfiguration"] == nil, old.properties["VersioningConfiguration"] != nil {
                properties["VersioningConfiguration"] = ["Status": "Suspended"]
            }
            try await objects.configure(
                bucket: old.ref, properties: .object(properties), tags: names.tags(properties["Tags"]))
        case "AWS::S3::BucketPolicy":
            try await objects.setPolicy(properties["PolicyDocument"] ?? [:], ofBucket: old.ref)
        default:
            try await put(properties, name: old.ref, overwrite: true, names)
            return Self.identity(ofParameter: old.ref, properties)
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        switch resource.type {
        case "AWS::S3::Bucket": try await objects.delete(bucket: resource.ref)
        case "AWS::S3::BucketPolicy": try await objects.setPolicy(nil, ofBucket: resource.ref)
        default: _ = try await parameters.delete([resource.ref])
        }
    }

    // MARK: Pieces

    private static func identity(ofBucket name: String, region: String) -> ResourceIdentity {
        ResourceIdentity(
            ref: name,
            attributes: [
                "Arn": "arn:aws:s3:::\(name)", "DomainName": "\(name).s3.amazonaws.com",
                "DualStackDomainName": "\(name).s3.dualstack.\(region).amazonaws.com",
                "RegionalDomainName": "\(name).s3.\(region).amazonaws.com",
                "WebsiteURL": "http://\(name).s3-website-\(region).amazonaws.com",
            ])
    }

    private static func identity(ofParameter name: String, _ properties: JSONValue) -> ResourceIdentity {
        ResourceIdentity(
            ref: name,
            attributes: [
                "Type": properties["Type"]?.stringValue ?? "", "Value": properties["Value"]?.scalarText ?? "",
            ])
    }

    private func put(
        _ properties: JSONValue, name: String, overwrite: Bool, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        var input: [String: JSONValue] = ["Name": .string(name), "Overwrite": .bool(overwrite)]
        for property in ["AllowedPattern", "DataType", "Description", "Tier", "Type"] {
            input[property] = properties[property]
        }
        input["Value"] = .string(properties["Value"]?.scalarText ?? "")
        _ = try await parameters.call("PutParameter", .object(input))
        let tags = names.tags(properties["Tags"])
        guard !tags.isEmpty else { return }
        _ = try await parameters.call(
            "AddTagsToResource",
            [
                "ResourceType": "Parameter", "ResourceId": .string(name),
                "Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] }),
            ])
    }
}
