import EmulatorCore
import ExactJSON
import Timekeeping

extension LogsService {
    private static let unknownFilter = AWSServiceError(
        "ResourceNotFoundException", "The specified metric filter does not exist.")

    /// PutMetricFilter: makes or replaces a filter; it works on events that come in from now on.
    func putMetricFilter(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        for key in ["fieldSelectionCriteria", "emitSystemFieldDimensions"] where input.has(key) {
            throw .invalidLogs("The parameter \(key) is not emulated.")
        }
        if try input.bool("applyOnTransformedLogs") == true {
            throw .invalidLogs("Transformed logs are not emulated.")
        }
        let filter = try MetricFilter(input, created: clock.now.millisecondsSinceEpoch)
        try withGroup(try input.logGroup()) { group throws(AWSServiceError) in
            guard group.metricFilters[filter.name] != nil || group.metricFilters.count < 100 else {
                throw .init("LimitExceededException", "Resource limit exceeded.")
            }
            group.metricFilters[filter.name] = filter
        }
        return .object([:])
    }

    func deleteMetricFilter(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try LogName.filter.checked(try input.requiredLogs("filterName"), at: "filterName")
        try withGroup(try input.logGroup()) { group throws(AWSServiceError) in
            guard group.metricFilters.removeValue(forKey: name) != nil else { throw Self.unknownFilter }
        }
        return .object([:])
    }

    /// DescribeMetricFilters: of one group or of all, by name or by the metric that they feed.
    func describeMetricFilters(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let group = input.has("logGroupName") ? try input.logGroup() : nil
        let prefix = try input.string("filterNamePrefix") ?? ""
        let metric = try input.string("metricName")
        let namespace = try input.string("metricNamespace")
        if input.has("filterNamePrefix") { _ = try LogName.filter.checked(prefix, at: "filterNamePrefix") }
        if let metric { _ = try LogName.metric.checked(metric, at: "metricName") }
        if let namespace { _ = try LogName.metric.checked(namespace, at: "metricNamespace") }
        guard (metric == nil) == (namespace == nil) else {
            throw .invalidLogs("metricName and metricNamespace must be given together.")
        }
        let groups = state.withLock { $0.groups }
        if let group, groups[group] == nil { throw Self.unknownGroup }
        let found = groups.filter { group == nil || $0.key == group }.flatMap { name, group in
            group.metricFilters.values.map { (group: name, filter: $0) }
        }.filter { _, filter in
            filter.name.hasPrefix(prefix) && (metric == nil || filter.metricName == metric)
                && (namespace == nil || filter.metricNamespace == namespace)
        }.sorted { ($0.group, $0.filter.name) < ($1.group, $1.filter.name) }
        let page = try LogPage(found, input, size: try input.logLimit(50))
        return page.answer("metricFilters") { group, filter in filter.json(group: group) }
    }

    /// TestMetricFilter: which of some messages a pattern matches, and what it finds in them.
    func testMetricFilter(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let pattern = try FilterPattern(try input.requiredLogs("filterPattern"))
        let messages = try input.strings("logEventMessages") ?? []
        guard (1...50).contains(messages.count) else {
            throw .logsConstraint(
                "\(messages.count)", at: "logEventMessages",
                "Member must have length \(messages.isEmpty ? "greater than or equal to 1" : "less than or equal to 50")"
            )
        }
        var matches: [JSONValue] = []
        for (index, message) in messages.enumerated() {
            guard let values = pattern.extract(message) else { continue }
            matches.append([
                "eventNumber": .integer(index + 1), "eventMessage": .string(message),
                "extractedValues": .object(values.mapValues(JSONValue.string)),
            ])
        }
        return ["matches": .array(matches)]
    }

    // MARK: Samples

    /// Hands what a group's filters find in new events to CloudWatch; it becomes visible with the flush of its minute.
    func measure(_ events: [LogEvent], by filters: [MetricFilter], group: String) {
        guard let metrics = metrics.withLock({ $0 }) else { return }
        var samples: [ServiceSample] = []
        for filter in filters {
            var matched = Set<Int64>()
            var unmatched = Set<Int64>()
            for event in events {
                let moment = Timestamp(millisecondsSinceEpoch: event.timestamp)
                let minute = moment.floored(toSeconds: 60).wholeSecondsSinceEpoch
                if let (metric, value) = filter.sample(event.message) {
                    matched.insert(minute)
                    samples.append(ServiceSample(metric, value: value, unit: filter.unit, timestamp: moment))
                } else {
                    unmatched.insert(minute)
                }
            }
            if filter.defaultValue != nil { expectDefaults(of: filter, group: group, unmatched, matched) }
        }
        metrics.record(samples)
    }

    /// A minute with events but without a match counts as the filter's default value, once it is over.
    private func expectDefaults(of filter: MetricFilter, group: String, _ unmatched: Set<Int64>, _ matched: Set<Int64>)
    {
        let now = clock.now
        let fresh = state.withLock { state in
            var fresh: [Int64] = []
            for minute in unmatched.union(matched) {
                let key = State.FilterMinute(group: group, filter: filter.name, minute: minute)
                let hadMatch = state.filterMinutes[key]
                state.filterMinutes[key] = hadMatch == true || matched.contains(minute)
                if hadMatch == nil { fresh.append(minute) }
            }
            return fresh
        }
        for minute in fresh {
            // After the minute, and before the flush two seconds after it.
            let due = max(Timestamp(nanosecondsSinceEpoch: (minute + 61) * 1_000_000_000), now)
            clock.schedule(at: due) { [weak self] in self?.publishDefault(of: filter, group: group, minute: minute) }
        }
    }

    private func publishDefault(of filter: MetricFilter, group: String, minute: Int64) {
        let key = State.FilterMinute(group: group, filter: filter.name, minute: minute)
        guard state.withLock({ $0.filterMinutes.removeValue(forKey: key) }) == false,
            let value = filter.defaultValue, let metrics = metrics.withLock({ $0 })
        else { return }
        let metric = MetricIdentity(namespace: filter.metricNamespace, name: filter.metricName)
        metrics.record(
            ServiceSample(
                metric, value: value, unit: filter.unit,
                timestamp: Timestamp(nanosecondsSinceEpoch: minute * 1_000_000_000)))
    }
}
