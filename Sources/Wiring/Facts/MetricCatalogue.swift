/// The metrics of the services that a serverless API is made of.
enum MetricCatalogue {
    /// The namespaces whose metrics are known here one by one.
    static let namespaces: [MetricNamespace] = [apiGateway, lambda, dynamoDB, sqs, sns, logs]

    static func namespace(_ name: String) -> MetricNamespace? { namespaces.first { $0.name == name } }

    /// The published metric behind a watched one; nil when it is of another namespace or does not exist.
    static func metric(_ watched: WatchedMetric) -> PublishedMetric? {
        namespace(watched.identity.namespace)?.metric(watched.identity.name)
    }

    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    static let apiGateway: MetricNamespace = {
        let rest: [Set<String>] = [["ApiName"], ["ApiName", "Stage"], ["ApiName", "Method", "Resource", "Stage"]]
        let http: [Set<String>] = [
            ["ApiId"], ["ApiId", "Stage"], ["ApiId", "Method", "Resource", "Stage"], ["ApiId", "Route", "Stage"],
        ]
        return MetricNamespace(
            name: "AWS/ApiGateway", service: "API Gateway",
            metrics: MetricNamespace.metrics(["4XXError", "5XXError"], .failureFlag, under: rest)
                + MetricNamespace.metrics(["CacheHitCount", "CacheMissCount"], .traffic, under: rest)
                + MetricNamespace.metrics(["Count"], .traffic, under: rest + http)
                + MetricNamespace.metrics(
                    ["Latency", "IntegrationLatency"], .latency, unit: "Milliseconds", under: rest + http)
                + MetricNamespace.metrics(
                    ["4xx", "5xx", "ClientError", "ExecutionError", "IntegrationError"], .failureFlag, under: http)
                + MetricNamespace.metrics(["ConnectCount", "MessageCount"], .traffic, under: http)
                + MetricNamespace.metrics(["DataProcessed"], .traffic, unit: "Bytes", under: http))
    }()

    /// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    static let lambda: MetricNamespace = {
        let function: [Set<String>] = [
            [], ["FunctionName"], ["FunctionName", "Resource"], ["ExecutedVersion", "FunctionName", "Resource"],
        ]
        let mapping: [Set<String>] = [["EventSourceMappingUUID"], ["EventSourceMappingUUID", "FunctionName"]]
        return MetricNamespace(
            name: "AWS/Lambda", service: "Lambda",
            metrics: MetricNamespace.metrics(["Errors"], .failureFlag, under: function)
                + MetricNamespace.metrics(
                    [
                        "Throttles", "DeadLetterErrors", "DestinationDeliveryFailures", "AsyncEventsDropped",
                        "RecursiveInvocationsDropped", "ProvisionedConcurrencySpilloverInvocations",
                    ], .failureCount, under: function)
                + MetricNamespace.metrics(
                    ["Invocations", "AsyncEventsReceived", "ProvisionedConcurrencyInvocations"], .traffic,
                    under: function)
                + MetricNamespace.metrics(
                    ["Duration", "PostRuntimeExtensionsDuration"], .latency, unit: "Milliseconds", under: function)
                + MetricNamespace.metrics(
                    ["IteratorAge", "AsyncEventAge"], .backlog, unit: "Milliseconds", under: function + mapping)
                + MetricNamespace.metrics(["OffsetLag"], .backlog, under: function + mapping)
                + MetricNamespace.metrics(
                    [
                        "ConcurrentExecutions", "ProvisionedConcurrentExecutions", "UnreservedConcurrentExecutions",
                        "ClaimedAccountConcurrency",
                    ], .gauge, under: function)
                + MetricNamespace.metrics(["ProvisionedConcurrencyUtilization"], .gauge, unit: "Count", under: function)
                + MetricNamespace.metrics(
                    ["FailedInvokeEventCount", "DroppedEventCount"], .failureCount, under: mapping)
                + MetricNamespace.metrics(
                    [
                        "PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "DeletedEventCount",
                        "OnFailureDestinationDeliveredEventCount",
                    ], .traffic, under: mapping))
    }()

    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    static let dynamoDB: MetricNamespace = {
        let table: [Set<String>] = [["TableName"], ["GlobalSecondaryIndexName", "TableName"]]
        let operation: [Set<String>] = [["Operation", "TableName"]]
        return MetricNamespace(
            name: "AWS/DynamoDB", service: "DynamoDB",
            metrics: MetricNamespace.metrics(
                ["ReadThrottleEvents", "WriteThrottleEvents", "OnlineIndexThrottleEvents"], .failureCount, under: table)
                + MetricNamespace.metrics(
                    ["ThrottledRequests", "SystemErrors", "TransactionConflict"], .failureCount,
                    under: operation + [["TableName"]])
                + MetricNamespace.metrics(["UserErrors"], .failureCount, under: [[]])
                + MetricNamespace.metrics(["ConditionalCheckFailedRequests"], .traffic, under: [["TableName"]])
                + MetricNamespace.metrics(
                    [
                        "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ProvisionedReadCapacityUnits",
                        "ProvisionedWriteCapacityUnits",
                    ], .traffic, under: table)
                + MetricNamespace.metrics(["TimeToLiveDeletedItemCount"], .traffic, under: [["TableName"]])
                + MetricNamespace.metrics(
                    ["SuccessfulRequestLatency"], .latency, unit: "Milliseconds",
                    under: operation + [["Operation", "StreamLabel", "TableName"]])
                + MetricNamespace.metrics(["ReturnedItemCount"], .traffic, under: operation)
                + MetricNamespace.metrics(
                    ["ReturnedRecordsCount"], .traffic, under: [["Operation", "StreamLabel", "TableName"]])
                + MetricNamespace.metrics(
                    ["ReturnedBytes"], .traffic, unit: "Bytes", under: [["Operation", "StreamLabel", "TableName"]])
                + MetricNamespace.metrics(
                    ["ReplicationLatency"], .latency, unit: "Milliseconds", under: [["ReceivingRegion", "TableName"]])
                + MetricNamespace.metrics(
                    [
                        "AccountMaxReads", "AccountMaxWrites", "AccountMaxTableLevelReads",
                        "AccountMaxTableLevelWrites",
                        "AccountProvisionedReadCapacityUtilization", "AccountProvisionedWriteCapacityUtilization",
                    ], .gauge, under: [[]]))
    }()

    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    static let sqs: MetricNamespace = {
        let queue: [Set<String>] = [["QueueName"]]
        return MetricNamespace(
            name: "AWS/SQS", service: "SQS",
            metrics: MetricNamespace.metrics(
                ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesDelayed"], .backlog, under: queue)
                + MetricNamespace.metrics(["ApproximateNumberOfMessagesNotVisible"], .gauge, under: queue)
                + MetricNamespace.metrics(["ApproximateAgeOfOldestMessage"], .backlog, unit: "Seconds", under: queue)
                + MetricNamespace.metrics(
                    [
                        "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted",
                        "NumberOfEmptyReceives", "NumberOfDeduplicatedSentMessages",
                        "ApproximateNumberOfGroupsWithInflightMessages",
                    ], .traffic, under: queue)
                + MetricNamespace.metrics(["SentMessageSize"], .gauge, unit: "Bytes", under: queue))
    }()

    /// https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    static let sns: MetricNamespace = {
        let topic: [Set<String>] = [
            ["TopicName"], ["Application"], ["Application", "Platform"], ["Country", "SMSType"],
        ]
        return MetricNamespace(
            name: "AWS/SNS", service: "SNS",
            metrics: MetricNamespace.metrics(
                ["NumberOfNotificationsFailed", "NumberOfNotificationsFailedToRedriveToDlq"], .failureCount,
                under: topic)
                + MetricNamespace.metrics(
                    [
                        "NumberOfMessagesPublished", "NumberOfNotificationsDelivered",
                        "NumberOfNotificationsFilteredOut", "NumberOfNotificationsFilteredOut-InvalidAttributes",
                        "NumberOfNotificationsFilteredOut-NoMessageAttributes",
                        "NumberOfNotificationsFilteredOut-MessageAttributes",
                        "NumberOfNotificationsFilteredOut-MessageBody",
                        "NumberOfNotificationsFilteredOut-InvalidMessageBody", "NumberOfNotificationsRedrivenToDlq",
                    ], .traffic, under: topic)
                + MetricNamespace.metrics(["PublishSize"], .gauge, unit: "Bytes", under: topic)
                + MetricNamespace.metrics(
                    ["SMSSuccessRate"], .gauge, under: [["Country", "SMSType"], ["PhoneNumber"], []]))
    }()

    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    static let logs: MetricNamespace = {
        let group: [Set<String>] = [[], ["LogGroupName"]]
        let destination: [Set<String>] = [["DestinationType", "FilterName", "LogGroupName"]]
        return MetricNamespace(
            name: "AWS/Logs", service: "CloudWatch Logs",
            metrics: MetricNamespace.metrics(["IncomingLogEvents"], .traffic, under: group)
                + MetricNamespace.metrics(["IncomingBytes"], .traffic, unit: "Bytes", under: group)
                + MetricNamespace.metrics(["EMFParsingErrors", "EMFValidationErrors"], .failureCount, under: group)
                + MetricNamespace.metrics(["DeliveryErrors", "DeliveryThrottling"], .failureCount, under: destination)
                + MetricNamespace.metrics(["ForwardedLogEvents"], .traffic, under: destination)
                + MetricNamespace.metrics(["ForwardedBytes"], .traffic, unit: "Bytes", under: destination)
                + MetricNamespace.metrics(
                    ["ErrorCount", "ThrottleCount"], .failureCount, under: [["Class", "Resource", "Service", "Type"]])
                + MetricNamespace.metrics(["CallCount"], .traffic, under: [["Class", "Resource", "Service", "Type"]]))
    }()
}
