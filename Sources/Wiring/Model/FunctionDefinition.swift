import ExactJSON
import StackTemplate

/// A function.
package struct FunctionDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var arn: String
    package var timeoutSeconds: Int
    /// The role's ARN.
    package var role: String
    package var keyARN: String?
    package var variables: [String: String]
    /// The group of its own, or the one that Lambda makes.
    package var logGroup: String
    package var reservedConcurrency: Int?

    init(_ resource: WiringResource) {
        let properties = resource.properties
        logicalID = resource.logicalID
        name = properties.text("FunctionName") ?? resource.ref
        arn = resource.arn
        timeoutSeconds = properties.integer("Timeout") ?? 3
        role = properties.text("Role") ?? ""
        keyARN = properties.text("KmsKeyArn")
        variables = (properties["Environment"]?["Variables"]?.objectValue ?? [:]).compactMapValues(\.scalarText)
        logGroup = properties["LoggingConfig"]?.text("LogGroup") ?? "/aws/lambda/\(name)"
        reservedConcurrency = properties.integer("ReservedConcurrentExecutions")
    }

    /// Whether a name or an ARN, with or without a version or an alias, means this function.
    package func answers(to target: String) -> Bool {
        target == name || target == arn || target.hasPrefix("\(arn):") || target.hasPrefix("\(name):")
            || target.hasSuffix(":function:\(name)") || target.contains(":function:\(name):")
    }
}

/// An event source mapping.
package struct MappingDefinition: Sendable, Equatable {
    package var logicalID: String
    package var function: String
    package var source: String
    package var isEnabled: Bool
    /// A hundred for streams, ten for queues, where the mapping says none.
    package var batchSize: Int
    package var windowSeconds: Int
    /// -1 stands for no limit.
    package var retries: Int
    /// -1 stands for no limit.
    package var recordAgeSeconds: Int
    package var bisects: Bool
    package var reportsItems: Bool
    package var onFailure: String?
    package var startingPosition: String?

    init(_ resource: WiringResource) {
        let properties = resource.properties
        logicalID = resource.logicalID
        function = properties.text("FunctionName") ?? ""
        source = properties.text("EventSourceArn") ?? ""
        isEnabled = properties.flag("Enabled") ?? true
        batchSize = properties.integer("BatchSize") ?? (source.contains("/stream/") ? 100 : 10)
        windowSeconds = properties.integer("MaximumBatchingWindowInSeconds") ?? 0
        retries = properties.integer("MaximumRetryAttempts") ?? -1
        recordAgeSeconds = properties.integer("MaximumRecordAgeInSeconds") ?? -1
        bisects = properties.flag("BisectBatchOnFunctionError") ?? false
        reportsItems = properties.texts("FunctionResponseTypes").contains("ReportBatchItemFailures")
        onFailure = properties["DestinationConfig"]?["OnFailure"]?.text("Destination")
        startingPosition = properties.text("StartingPosition")
    }

    /// Whether it follows a table's stream.
    package var isStream: Bool { source.contains(":dynamodb:") && source.contains("/stream/") }
}

/// A permission to invoke a function, one statement of its policy.
package struct InvokePermission: Sendable, Equatable {
    package var logicalID: String
    package var function: String
    package var action: String
    package var principal: String
    package var sourceARN: String?

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        function = resource.properties.text("FunctionName") ?? ""
        action = resource.properties.text("Action") ?? ""
        principal = resource.properties.text("Principal") ?? ""
        sourceARN = resource.properties.text("SourceArn")
    }
}
