import ExactJSON

/// An event source mapping as the template describes it.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
struct EventSourceSettings: Sendable, Equatable {
    var id: String
    var functionARN: String
    var streamARN: String
    var isEnabled: Bool
    /// `TRIM_HORIZON` or `LATEST`.
    var startingPosition: String
    /// 1 to 10,000.
    var batchSize: Int
    /// Seconds, 0 to 300.
    var batchingWindowSeconds: Int
    var bisects: Bool
    /// -1 for no limit.
    var maximumRetryAttempts: Int
    /// Seconds; -1 for no limit but the stream's own 24 hours.
    var maximumRecordAgeSeconds: Int
    var reportsItemFailures: Bool
    /// ARN of the queue or topic for batches that were given up.
    var failureDestination: String?

    /// - Parameters:
    ///   - id: the mapping's UUID.
    ///   - properties: those of the resource `AWS::Lambda::EventSourceMapping`.
    init(id: String, functionARN: String, properties: JSONValue) {
        func integer(_ name: String, _ fallback: Int) -> Int {
            properties[name]?.intValue ?? properties[name]?.stringValue.flatMap { Int($0) } ?? fallback
        }
        func flag(_ name: String, _ fallback: Bool) -> Bool {
            properties[name]?.boolValue ?? properties[name]?.stringValue.map { $0.lowercased() == "true" } ?? fallback
        }
        self.id = id
        self.functionARN = functionARN
        streamARN = properties["EventSourceArn"]?.stringValue ?? ""
        isEnabled = flag("Enabled", true)
        startingPosition = properties["StartingPosition"]?.stringValue ?? "LATEST"
        batchSize = min(max(1, integer("BatchSize", 100)), 10_000)
        batchingWindowSeconds = min(max(0, integer("MaximumBatchingWindowInSeconds", 0)), 300)
        bisects = flag("BisectBatchOnFunctionError", false)
        maximumRetryAttempts = integer("MaximumRetryAttempts", -1)
        maximumRecordAgeSeconds = integer("MaximumRecordAgeInSeconds", -1)
        reportsItemFailures = (properties["FunctionResponseTypes"]?.arrayValue ?? [])
            .contains(.string("ReportBatchItemFailures"))
        failureDestination = properties["DestinationConfig"]?["OnFailure"]?["Destination"]?.stringValue
    }
}
