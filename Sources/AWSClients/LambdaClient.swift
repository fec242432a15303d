import ExactJSON
import HTTPExchange

/// A function's configuration, as far as a drill reads it.
package struct FunctionConfiguration: Sendable, Equatable {
    package var name: String
    package var arn: String
    package var timeoutSeconds: Int
    package var logGroup: String
    package var kmsKeyARN: String?
    package var roleARN = ""
    /// Its variables, as far as these credentials may see them.
    package var environment: [String: String] = [:]
    package var deadLetterARN: String?
}

/// An event source mapping.
package struct EventSourceMapping: Sendable, Equatable {
    package var id: String
    package var functionARN: String
    package var sourceARN: String
    /// `Enabled`, `Disabled`, `Creating`, ...
    package var state: String
    package var batchSize: Int
    package var batchingWindowSeconds: Int
    /// -1 stands for no limit.
    package var maximumRetryAttempts: Int
    package var bisects: Bool
    package var onFailureARN: String?

    /// Switched off by somebody; a mapping that is being made or changed is not.
    package var isOff: Bool { state == "Disabled" || state == "Disabling" }
}

extension EventSourceMapping {
    init(_ json: JSONValue) {
        self.init(
            id: json["UUID"]?.stringValue ?? "", functionARN: json["FunctionArn"]?.stringValue ?? "",
            sourceARN: json["EventSourceArn"]?.stringValue ?? "", state: json["State"]?.stringValue ?? "",
            batchSize: json["BatchSize"]?.intValue ?? 100,
            batchingWindowSeconds: json["MaximumBatchingWindowInSeconds"]?.intValue ?? 0,
            maximumRetryAttempts: json["MaximumRetryAttempts"]?.intValue ?? -1,
            bisects: json["BisectBatchOnFunctionError"]?.boolValue ?? false,
            onFailureARN: json["DestinationConfig"]?["OnFailure"]?["Destination"]?.stringValue)
    }
}

/// The Lambda calls that a drill needs.
package struct LambdaClient: Sendable {
    private let client: RESTServiceClient

    package init(connection: AWSConnection) { client = RESTServiceClient(service: .lambda, connection: connection) }

    package func configuration(of function: String) async throws(AWSCallError) -> FunctionConfiguration {
        let path = "/2015-03-31/functions/\(PercentEncoding.encode(function))/configuration"
        let json = try await client.get(path, call: .getFunctionConfiguration)
        let name = json["FunctionName"]?.stringValue ?? function
        return FunctionConfiguration(
            name: name, arn: json["FunctionArn"]?.stringValue ?? "", timeoutSeconds: json["Timeout"]?.intValue ?? 3,
            logGroup: json["LoggingConfig"]?["LogGroup"]?.stringValue ?? "/aws/lambda/\(name)",
            kmsKeyARN: json["KMSKeyArn"]?.stringValue, roleARN: json["Role"]?.stringValue ?? "",
            environment: (json["Environment"]?["Variables"]?.objectValue ?? [:]).compactMapValues(\.stringValue),
            deadLetterARN: json["DeadLetterConfig"]?["TargetArn"]?.stringValue)
    }

    /// One mapping by its id.
    package func eventSourceMapping(_ id: String) async throws(AWSCallError) -> EventSourceMapping {
        let path = "/2015-03-31/event-source-mappings/\(PercentEncoding.encode(id))"
        return EventSourceMapping(try await client.get(path, call: .getEventSourceMapping))
    }

    package func eventSourceMappings(of function: String) async throws(AWSCallError) -> [EventSourceMapping] {
        var mappings: [EventSourceMapping] = []
        var marker: String?
        repeat {
            var query = [("FunctionName", function)]
            if let marker { query.append(("Marker", marker)) }
            let page = try await client.get(
                "/2015-03-31/event-source-mappings", query: query, call: .listEventSourceMappings)
            mappings += (page["EventSourceMappings"]?.arrayValue ?? []).map { EventSourceMapping($0) }
            marker = page["NextMarker"]?.stringValue
        } while marker?.isEmpty == false
        return mappings
    }
}
