import EmulatorCore
import ExactJSON

/// An event source mapping of a DynamoDB stream as its creator describes it.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
struct EventSourceSettings: Sendable, Equatable {
    var id: String
    /// With the qualifier that the creator gave.
    var functionARN: String
    var streamARN: String
    var isEnabled = true
    /// `TRIM_HORIZON` or `LATEST`.
    var startingPosition = "TRIM_HORIZON"
    /// 1 to 10,000.
    var batchSize = 100
    /// Seconds, 0 to 300.
    var batchingWindowSeconds = 0
    /// 1 to 10: so many batches of one shard at a time, in order for each item.
    var parallelization = 1
    var bisects = false
    /// -1 for no limit.
    var maximumRetryAttempts = -1
    /// Seconds; -1 for no limit but the stream's own 24 hours.
    var maximumRecordAgeSeconds = -1
    /// Seconds, 0 to 900; 0 for none.
    var tumblingWindowSeconds = 0
    var reportsItemFailures = false
    /// ARN of the queue or topic for batches that were given up.
    var failureDestination: String?
    /// A record goes to the function when one of them fits; all do when there is none.
    var filters: [EventPattern] = []

    /// - Parameters:
    ///   - id: the mapping's UUID.
    ///   - properties: CreateEventSourceMapping's members, or those of `AWS::Lambda::EventSourceMapping`.
    /// - Throws: `InvalidParameterValueException` and `ValidationException` in Lambda's words.
    init(id: String, functionARN: String, properties: JSONValue) throws(AWSServiceError) {
        self.id = id
        self.functionARN = functionARN
        streamARN = properties["EventSourceArn"]?.stringValue ?? ""
        if let position = properties["StartingPosition"]?.stringValue { startingPosition = position }
        try apply(properties)
    }

    /// The settings as members of CreateEventSourceMapping's input and of the mapping's description.
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "EventSourceArn": .string(streamARN), "BatchSize": .integer(batchSize),
            "MaximumBatchingWindowInSeconds": .integer(batchingWindowSeconds),
            "ParallelizationFactor": .integer(parallelization), "StartingPosition": .string(startingPosition),
            "BisectBatchOnFunctionError": .bool(bisects), "MaximumRetryAttempts": .integer(maximumRetryAttempts),
            "MaximumRecordAgeInSeconds": .integer(maximumRecordAgeSeconds),
            "TumblingWindowInSeconds": .integer(tumblingWindowSeconds),
            "FunctionResponseTypes": reportsItemFailures ? ["ReportBatchItemFailures"] : [],
            "DestinationConfig": ["OnFailure": [:]],
        ]
        if let failureDestination {
            members["DestinationConfig"] = ["OnFailure": ["Destination": .string(failureDestination)]]
        }
        if !filters.isEmpty {
            members["FilterCriteria"] = ["Filters": .array(filters.map { ["Pattern": .string($0.text)] })]
        }
        return members
    }

    /// Changes what the input names, as UpdateEventSourceMapping does.
    mutating func apply(_ input: JSONValue) throws(AWSServiceError) {
        for member in Self.refused where input[member] != nil {
            throw .invalidLambda("\(member) is not emulated for event sources that are DynamoDB streams.")
        }
        isEnabled = input.flag("Enabled") ?? isEnabled
        bisects = input.flag("BisectBatchOnFunctionError") ?? bisects
        batchSize = try Self.number(input, "BatchSize", 1...10_000) ?? batchSize
        batchingWindowSeconds =
            try Self.number(input, "MaximumBatchingWindowInSeconds", 0...300) ?? batchingWindowSeconds
        parallelization = try Self.number(input, "ParallelizationFactor", 1...10) ?? parallelization
        maximumRetryAttempts = try Self.number(input, "MaximumRetryAttempts", -1...10_000) ?? maximumRetryAttempts
        maximumRecordAgeSeconds =
            try Self.number(input, "MaximumRecordAgeInSeconds", -1...604_800) ?? maximumRecordAgeSeconds
        if (0..<60).contains(maximumRecordAgeSeconds) {
            throw .invalidLambda("Invalid MaximumRecordAgeInSeconds: it is -1 or 60 and more.")
        }
        tumblingWindowSeconds = try Self.number(input, "TumblingWindowInSeconds", 0...900) ?? tumblingWindowSeconds
        if let types = input["FunctionResponseTypes"]?.arrayValue {
            guard types.allSatisfy({ $0 == "ReportBatchItemFailures" }) else {
                throw .lambdaValidation(
                    JSONValue.array(types).text, "functionResponseTypes",
                    "satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures]]")
            }
            reportsItemFailures = !types.isEmpty
        }
        if let destination = input["DestinationConfig"]?["OnFailure"] {
            let arn = destination["Destination"]?.stringValue ?? ""
            if !arn.isEmpty { try DestinationARN.check(arn, kinds: ["sqs", "sns"]) }
            failureDestination = arn.isEmpty ? nil : arn
        }
        if let criteria = input["FilterCriteria"] { filters = try Self.patterns(criteria) }
        try check()
    }

    private static let refused = [
        "Queues", "Topics", "SourceAccessConfigurations", "SelfManagedEventSource", "ScalingConfig",
        "DocumentDBEventSourceConfig", "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig",
        "KMSKeyArn", "KmsKeyArn", "MetricsConfig", "ProvisionedPollerConfig", "StartingPositionTimestamp",
    ]

    private func check() throws(AWSServiceError) {
        guard ["TRIM_HORIZON", "LATEST"].contains(startingPosition) else {
            throw .invalidLambda(
                "Unsupported starting position for event source mapping type. Supported: TRIM_HORIZON, LATEST.")
        }
        if tumblingWindowSeconds > 0, parallelization > 1 {
            throw .invalidLambda("TumblingWindowInSeconds with a ParallelizationFactor above 1 is not emulated.")
        }
    }

    private static func number(
        _ input: JSONValue, _ member: String, _ range: ClosedRange<Int>
    ) throws(AWSServiceError) -> Int? {
        guard let value = input[member], !value.isNull else { return nil }
        guard let number = input.integer(member) else {
            throw AWSServiceError("SerializationException", "\(member) is no whole number.")
        }
        guard range.contains(number) else {
            let name = (member.first?.lowercased() ?? "") + member.dropFirst()
            throw .lambdaValidation(
                "\(number)", name,
                number < range.lowerBound
                    ? "have value greater than or equal to \(range.lowerBound)"
                    : "have value less than or equal to \(range.upperBound)")
        }
        return number
    }

    private static func patterns(_ criteria: JSONValue) throws(AWSServiceError) -> [EventPattern] {
        let filters = criteria["Filters"]?.arrayValue ?? []
        guard filters.count <= 10 else { throw .invalidLambda("An event source mapping has at most 10 filters.") }
        var patterns: [EventPattern] = []
        for filter in filters {
            guard let text = filter["Pattern"]?.stringValue else { continue }
            patterns.append(try EventPattern(text))
        }
        return patterns
    }
}
