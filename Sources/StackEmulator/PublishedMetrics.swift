import ExactJSON

/// The metrics that emulated services publish about themselves; an alarm on another one of AWS's would never get data.
enum PublishedMetrics {
    static let names: [String: Set<String>] = [
        "AWS/ApiGateway": [
            "4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency",
        ],
        "AWS/Lambda": [
            "AsyncEventsDropped", "AsyncEventsReceived", "ConcurrentExecutions", "DeadLetterErrors",
            "DestinationDeliveryFailures", "Duration", "Errors", "Invocations", "IteratorAge", "Throttles",
        ],
        "AWS/SNS": [
            "NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed",
            "NumberOfNotificationsFilteredOut",
        ],
        "AWS/SQS": [
            "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible", "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent",
        ],
    ]

    /// What to tell of an alarm's properties: each metric of AWS's that nothing publishes here.
    static func missing(in alarm: JSONValue) -> [String] {
        let inMath = (alarm["Metrics"]?.arrayValue ?? []).compactMap { $0["MetricStat"]?["Metric"] }
        let unpublished = ([alarm] + inMath).compactMap { metric -> String? in
            guard let namespace = metric["Namespace"]?.stringValue, let name = metric["MetricName"]?.stringValue,
                namespace.hasPrefix("AWS/"), names[namespace]?.contains(name) != true
            else { return nil }
            return "\(namespace) \(name)"
        }
        return Set(unpublished).sorted().map { "the metric \($0) is not published, so the alarm gets no data of it" }
    }
}
