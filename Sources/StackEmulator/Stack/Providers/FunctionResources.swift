import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// Lambda functions, their versions and aliases, who may invoke them, and what feeds them.
struct FunctionResources: ResourceProvider {
    var lambda: LambdaService
    var mappings: EventSourceRegistry

    let types = [
        "AWS::Lambda::Function": ResourceType(
            properties: FunctionInput.supportedProperties, replacing: ["FunctionName", "PackageType"]
        ) { properties in
            properties["PackageType"]?.stringValue == "Image" ? ["functions from images are not emulated"] : []
        },
        "AWS::Lambda::Version": ResourceType(
            properties: ["CodeSha256", "Description", "FunctionName"],
            replacing: ["CodeSha256", "Description", "FunctionName"]),
        "AWS::Lambda::Alias": ResourceType(
            properties: ["Description", "FunctionName", "FunctionVersion", "Name", "RoutingConfig"],
            replacing: ["FunctionName", "Name"]),
        "AWS::Lambda::EventInvokeConfig": ResourceType(
            properties: [
                "DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier",
            ], replacing: ["FunctionName", "Qualifier"]),
        "AWS::Lambda::Permission": ResourceType(
            properties: [
                "Action", "EventSourceToken", "FunctionName", "Principal", "PrincipalOrgID", "SourceAccount",
                "SourceArn",
            ],
            replacing: [
                "Action", "EventSourceToken", "FunctionName", "Principal", "PrincipalOrgID", "SourceAccount",
                "SourceArn",
            ]),
        "AWS::Lambda::EventSourceMapping": ResourceType(
            properties: [
                "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "EventSourceArn",
                "FilterCriteria", "FunctionName", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds",
                "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "ParallelizationFactor", "StartingPosition",
                "Tags", "TumblingWindowInSeconds",
            ], replacing: ["EventSourceArn", "StartingPosition"]
        ) { properties in
            if !isEmulated(properties) {
                let source = properties["EventSourceArn"]?.stringValue ?? "without an ARN"
                return ["the event source \(source) is not emulated; this mapping is left out"]
            }
            let position = properties["StartingPosition"]?.stringValue ?? ""
            return ["TRIM_HORIZON", "LATEST"].contains(position)
                ? [] : ["the StartingPosition \(position) is not emulated"]
        },
    ]

    /// Whether there are event source mappings of the kind that a resource declares; a stack runs without the others.
    private static func isEmulated(_ mapping: JSONValue) -> Bool {
        mapping["EventSourceArn"]?.stringValue?.contains(":dynamodb:") ?? false
    }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::Lambda::Function": return try await createFunction(resource, names)
        case "AWS::Lambda::Version":
            let record = try record(properties)
            if let kept = names.kept(as: resource), let version = kept.attributes["Version"],
                (try? record.target(version)) != nil
            {
                return ResourceIdentity(ref: kept.ref, attributes: kept.attributes)
            }
            let version = try lambda.publishVersion(
                of: record, description: properties["Description"]?.stringValue,
                sha256: properties["CodeSha256"]?.stringValue)
            return ResourceIdentity(
                ref: version.qualifiedARN,
                attributes: ["Version": version.version, "FunctionArn": version.qualifiedARN])
        case "AWS::Lambda::Alias":
            let record = try record(properties)
            let name = properties["Name"]?.stringValue ?? ""
            let arn = record.qualifiedARN(name)
            let identity = ResourceIdentity(ref: arn, attributes: ["AliasArn": arn])
            if names.adoptsExisting, try record.read({ $0.aliases[name] }) != nil {
                return names.kept(as: resource) == nil ? try updateAlias(properties, identity) : identity
            }
            _ = try lambda.setAlias(name, of: record, input: properties, isNew: true)
            return identity
        case "AWS::Lambda::EventInvokeConfig":
            let id = names.generated
            let qualifier = properties["Qualifier"]?.stringValue ?? LambdaFunction.latest
            let isThere = try record(properties).read { $0.eventInvokeConfigs[qualifier] != nil }
            if !isThere || names.kept(as: resource) == nil { try setEventInvokeConfig(properties) }
            return ResourceIdentity(ref: id, attributes: ["Id": id])
        case "AWS::Lambda::Permission":
            let id = names.generated
            let function = try identifier(properties)
            if names.adoptsExisting {
                _ = try lambda.removePermission(
                    id, from: try lambda.record(function), qualifier: function.qualifier)
            }
            try lambda.addPermission(
                id, to: try lambda.record(function), qualifier: function.qualifier, input: properties)
            return ResourceIdentity(ref: id, attributes: ["Id": id])
        default:
            let id = names.uuid
            guard Self.isEmulated(properties) else { return ResourceIdentity(ref: id, attributes: ["Id": id]) }
            let identity = ResourceIdentity(
                ref: id,
                attributes: [
                    "Id": id, "EventSourceMappingArn": names.account.arn("lambda", "event-source-mapping:\(id)"),
                ])
            if names.adoptsExisting, (try? mappings.mapping(id)) != nil {
                if names.kept(as: resource) == nil { try await updateMapping(id, properties, names) }
                return identity
            }
            _ = try await mappings.create(
                id: id, input: Self.mappingInput(properties), tags: Self.tags(properties, names))
            return identity
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::Lambda::Function": try await updateFunction(resource, from: old, names)
        case "AWS::Lambda::Alias":
            return try updateAlias(
                properties, ResourceIdentity(ref: old.ref, attributes: old.attributes))
        case "AWS::Lambda::EventInvokeConfig": try setEventInvokeConfig(properties)
        case "AWS::Lambda::EventSourceMapping" where Self.isEmulated(properties):
            try await updateMapping(old.ref, properties, names)
        default: break
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        if resource.type == "AWS::Lambda::EventSourceMapping" { return mappings.remove(resource.ref) }
        // What belonged to a function went with it.
        let name = resource.type == "AWS::Lambda::Function" ? resource.ref : functionName(resource)
        guard let function = try? FunctionIdentifier(name, account: lambda.surroundings.account),
            let record = try? lambda.record(function)
        else { return }
        switch resource.type {
        case "AWS::Lambda::Function": try lambda.remove(record)
        case "AWS::Lambda::Version":
            let version = resource.attributes["Version"] ?? ""
            if (try? record.target(version)) != nil { try lambda.removeVersion(version, of: record) }
        case "AWS::Lambda::Alias":
            let alias = resource.ref.split(separator: ":").last.map(String.init) ?? ""
            try lambda.removeAlias(alias, of: record)
        case "AWS::Lambda::EventInvokeConfig":
            let qualifier = resource.properties["Qualifier"]?.stringValue ?? LambdaFunction.latest
            try record.change { $0.eventInvokeConfigs[qualifier] = nil }
        case "AWS::Lambda::Permission":
            _ = try lambda.removePermission(resource.ref, from: record, qualifier: function.qualifier)
        default: break
        }
    }

    private func updateAlias(
        _ properties: JSONValue, _ identity: ResourceIdentity
    ) throws(AWSServiceError) -> ResourceIdentity {
        // A routing that the template no longer has goes away.
        var input = properties.objectValue ?? [:]
        if input["RoutingConfig"] == nil { input["RoutingConfig"] = ["AdditionalVersionWeights": [:]] }
        _ = try lambda.setAlias(
            properties["Name"]?.stringValue ?? "", of: try record(properties), input: .object(input), isNew: false)
        return identity
    }

    private func updateMapping(
        _ id: String, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        // What the template no longer says goes back to its default.
        var input = Self.mappingDefaults
        input.merge(Self.mappingInput(properties).objectValue ?? [:]) { _, stated in stated }
        let mapping = try await mappings.update(id, input: .object(input))
        let tags = Self.tags(properties, names)
        mappings.setTags(of: mapping) { $0 = tags }
    }

    // MARK: Functions

    private func createFunction(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        let name = properties["FunctionName"]?.stringValue ?? names.generated
        if names.adoptsExisting, let existing = try? lambda.record(name) {
            if names.kept(as: resource) == nil { try await reset(existing, to: resource, names) }
            return ResourceIdentity(ref: name, attributes: ["Arn": existing.arn])
        }
        let record = try await lambda.create(
            name, input: properties, code: code(resource), logicalID: resource.logicalID,
            tags: Self.tags(properties, names))
        do throws(AWSServiceError) {
            if let reserved = properties.integer("ReservedConcurrentExecutions") {
                try lambda.reserve(reserved, for: record)
            }
        } catch {
            try lambda.remove(record)
            throw error
        }
        return ResourceIdentity(ref: name, attributes: ["Arn": record.arn])
    }

    private func updateFunction(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        let record = try lambda.record(old.ref)
        try await configure(record, resource.properties, names)
        if resource.properties["Code"] != old.properties["Code"] {
            _ = try await lambda.updateCode(of: record, code: code(resource))
        }
    }

    /// Makes a function that a data directory kept what a template says that has changed since.
    private func reset(
        _ record: FunctionRecord, to resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        _ = try await lambda.updateCode(of: record, code: code(resource))
        try await configure(record, resource.properties, names)
    }

    private func configure(
        _ record: FunctionRecord, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        // What the template no longer says goes back to its default.
        var input: [String: JSONValue] = [
            "Description": "", "Timeout": 3, "MemorySize": 128, "EphemeralStorage": ["Size": 512], "KmsKeyArn": "",
            "TracingConfig": ["Mode": "PassThrough"], "DeadLetterConfig": ["TargetArn": ""],
            "Environment": ["Variables": [:]], "Architectures": ["x86_64"],
            "LoggingConfig": ["LogFormat": "Text", "LogGroup": .string("/aws/lambda/\(record.name)")],
        ]
        input.merge(properties.objectValue ?? [:]) { _, stated in stated }
        _ = try await lambda.updateConfiguration(of: record, input: .object(input))
        try lambda.reserve(properties.integer("ReservedConcurrentExecutions"), for: record)
        let tags = Self.tags(properties, names)
        try record.change { $0.tags = tags }
    }

    private func code(_ resource: ResourceDeclaration) -> Result<FunctionCode, AWSServiceError> {
        do throws(AWSServiceError) {
            return .success(try FunctionCode(property: resource.properties["Code"], metadata: resource.metadata))
        } catch {
            // A command that the user stated runs without.
            return .failure(error)
        }
    }

    private static func tags(_ properties: JSONValue, _ names: ResourceNames) -> [String: String] {
        var tags = names.stackTags
        for tag in properties["Tags"]?.arrayValue ?? [] {
            if let key = tag["Key"]?.stringValue { tags[key] = tag["Value"]?.stringValue ?? "" }
        }
        return tags
    }

    // MARK: What belongs to a function

    private func identifier(_ properties: JSONValue) throws(AWSServiceError) -> FunctionIdentifier {
        try FunctionIdentifier(
            properties["FunctionName"]?.stringValue ?? "", account: lambda.surroundings.account)
    }

    private func record(_ properties: JSONValue) throws(AWSServiceError) -> FunctionRecord {
        try lambda.record(identifier(properties))
    }

    private func functionName(_ resource: ResolvedResource) -> String {
        resource.properties["FunctionName"]?.stringValue ?? ""
    }

    private func setEventInvokeConfig(_ properties: JSONValue) throws(AWSServiceError) {
        _ = try lambda.setEventInvokeConfig(
            of: try record(properties), qualifier: properties["Qualifier"]?.stringValue ?? LambdaFunction.latest,
            input: properties, replaces: true)
    }

    private static let mappingDefaults: [String: JSONValue] = [
        "BatchSize": 100, "BisectBatchOnFunctionError": false, "DestinationConfig": ["OnFailure": [:]],
        "Enabled": true, "FilterCriteria": ["Filters": []], "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0, "MaximumRecordAgeInSeconds": -1, "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1, "TumblingWindowInSeconds": 0,
    ]

    /// A template's filters may be objects where the API has text.
    private static func mappingInput(_ properties: JSONValue) -> JSONValue {
        guard var members = properties.objectValue, let filters = members["FilterCriteria"]?["Filters"]?.arrayValue
        else { return properties }
        let patterns = filters.map { filter -> JSONValue in
            let pattern = filter["Pattern"]
            return ["Pattern": .string(pattern?.stringValue ?? pattern?.text ?? "{}")]
        }
        members["FilterCriteria"] = ["Filters": .array(patterns)]
        return .object(members)
    }
}
