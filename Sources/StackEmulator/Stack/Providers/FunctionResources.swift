import EmulatedServices
import EmulatedStacks
import EmulatedTables
import EmulatorCore
import ExactJSON
import StackTemplate

/// Lambda functions, who may invoke them, and what feeds them from streams.
struct FunctionResources: ResourceProvider {
    var configuration: EmulatorConfiguration
    var code: FunctionCodeStore
    var clock: VirtualClock
    var keys: KeyService
    var queues: QueueService
    var topics: TopicService
    var tables: TableService
    var lambda: LambdaService
    var permissions: FunctionPermissions
    var mappings: EventSourceRegistry
    /// Called when who may invoke the functions has changed.
    var permissionsChanged: @Sendable () -> Void

    let types = [
        "AWS::Lambda::Function": ResourceType(
            properties: LambdaFunction.supportedProperties, replacing: ["FunctionName", "PackageType"]
        ) { properties in
            properties["PackageType"]?.stringValue == "Image" ? ["functions from images are not emulated"] : []
        },
        "AWS::Lambda::Permission": ResourceType(
            properties: ["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"],
            replacing: ["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"]),
        "AWS::Lambda::EventSourceMapping": ResourceType(
            properties: [
                "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "EventSourceArn",
                "FunctionName", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds",
                "MaximumRetryAttempts", "StartingPosition", "Tags",
            ], replacing: ["EventSourceArn", "StartingPosition"]
        ) { properties in
            let source = properties["EventSourceArn"]?.stringValue ?? ""
            if !source.contains(":dynamodb:") {
                return ["the event source \(source) is not emulated; DynamoDB streams are"]
            }
            let position = properties["StartingPosition"]?.stringValue ?? ""
            return ["TRIM_HORIZON", "LATEST"].contains(position)
                ? [] : ["the StartingPosition \(position) is not emulated"]
        },
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::Lambda::Function":
            let name = properties["FunctionName"]?.stringValue ?? names.generated
            let arn = names.account.arn("lambda", "function:\(name)")
            lambda.add(try await function(resource, name: name, arn: arn))
            return ResourceIdentity(ref: name, attributes: ["Arn": arn])
        case "AWS::Lambda::Permission":
            let id = names.generated
            permissions.add(properties, id: id)
            permissionsChanged()
            return ResourceIdentity(ref: id, attributes: ["Id": id])
        default:
            let id = names.uuid
            mappings.add(try await mapping(properties, id: id))
            return ResourceIdentity(
                ref: id,
                attributes: [
                    "Id": id, "EventSourceMappingArn": names.account.arn("lambda", "event-source-mapping:\(id)"),
                ])
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        switch resource.type {
        case "AWS::Lambda::Function":
            lambda.add(try await function(resource, name: old.ref, arn: old.attributes["Arn"] ?? ""))
        case "AWS::Lambda::EventSourceMapping":
            mappings.remove(old.ref)
            mappings.add(try await mapping(resource.properties, id: old.ref))
        default: break
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        switch resource.type {
        case "AWS::Lambda::Permission":
            permissions.remove(resource.ref)
            permissionsChanged()
        case "AWS::Lambda::EventSourceMapping": mappings.remove(resource.ref)
        default: break
        }
    }

    private func mapping(_ properties: JSONValue, id: String) async throws(AWSServiceError) -> EventSourceMapping {
        let function = try lambda.function(properties["FunctionName"]?.stringValue ?? "")
        let mapping = EventSourceMapping(
            settings: EventSourceSettings(id: id, functionARN: function.arn, properties: properties),
            streams: tables.streams, functions: lambda,
            failures: FailureDestination(queues: queues, topics: topics, clock: clock), clock: clock,
            switches: configuration.switches)
        try await mapping.prepare()
        tables.onStreamRecords(streamARN: mapping.settings.streamARN) { [weak mapping] in mapping?.poke() }
        mapping.poke()
        return mapping
    }

    private func function(
        _ resource: ResourceDeclaration, name: String, arn: String
    ) async throws(AWSServiceError) -> LambdaFunction {
        let properties = resource.properties
        let runtime = properties["Runtime"]?.stringValue ?? "provided.al2023"
        let handler = properties["Handler"]?.stringValue ?? "bootstrap"
        let source = FunctionSource(
            logicalID: resource.logicalID, name: name, runtime: runtime, handler: handler,
            property: properties["Code"], metadata: resource.metadata)
        let prepared = try await code.prepare(source)
        let key = properties["KmsKeyArn"]?.stringValue
        let variables = (properties["Environment"]?["Variables"]?.objectValue ?? [:]).compactMapValues {
            $0.stringValue ?? $0.numberLiteral ?? $0.boolValue.map { String($0) }
        }
        var environment: EncryptedVariables?
        if !variables.isEmpty {
            environment = try EncryptedVariables(
                variables, functionARN: arn, key: key ?? Self.defaultKeyAlias, keys: keys)
        }
        return LambdaFunction(
            logicalID: resource.logicalID, name: name, arn: arn,
            description: properties["Description"]?.stringValue ?? "", role: properties["Role"]?.stringValue ?? "",
            runtime: runtime, handler: handler,
            timeoutSeconds: min(max(1, properties.integer("Timeout") ?? 3), 900),
            memorySize: properties.integer("MemorySize") ?? 128,
            architectures: (properties["Architectures"]?.arrayValue ?? ["x86_64"]).compactMap(\.stringValue),
            kmsKeyARN: key, logGroup: properties["LoggingConfig"]?["LogGroup"]?.stringValue ?? "/aws/lambda/\(name)",
            reservedConcurrency: properties.integer("ReservedConcurrentExecutions"), environment: environment,
            command: prepared.command, lastModified: clock.now)
    }

    /// The key that Lambda uses for functions that name none.
    static let defaultKeyAlias = "alias/aws/lambda"
}
