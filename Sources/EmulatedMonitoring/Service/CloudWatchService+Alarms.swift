import EmulatorCore
import ExactJSON
import Timekeeping

extension CloudWatchService {
    func putMetricAlarm(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let configuration = try AlarmConfiguration(input, subject: .metric(try MetricCondition(input)))
        let tags = try input.tags()
        let arn = account.arn("cloudwatch", "alarm:\(configuration.name)")
        let now = clock.now
        try alarms.withLock { store throws(AWSServiceError) in
            try store.put(configuration, tags: tags, arn: arn, at: now)
        }
        return .object([:])
    }

    /// DescribeAlarms: metric alarms, composite ones only when asked for.
    func describeAlarms(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        if let name = try input.string("ChildrenOfAlarmName") {
            return try relatives(input) { $0.relatives(childrenOf: name) }
        }
        if let name = try input.string("ParentsOfAlarmName") {
            return try relatives(input) { $0.relatives(parentsOf: name) }
        }
        let names = try input.strings("AlarmNames").flatMap { $0.isEmpty ? nil : $0 }
        let prefix = try input.string("AlarmNamePrefix")
        guard names == nil || prefix == nil else {
            throw .invalidCombination("AlarmNamePrefix and AlarmNames must not both be specified.")
        }
        let state = try input.state("StateValue")
        let actionPrefix = try input.string("ActionPrefix")
        let types = try input.alarmTypes() ?? ["MetricAlarm"]
        let wanted = names.map { Set($0) }
        let found = alarms.withLock { store in store.sortedNames.compactMap { store.alarms[$0] } }.filter { alarm in
            let configuration = alarm.configuration
            return (wanted?.contains(configuration.name) ?? true)
                && (prefix.map { configuration.name.hasPrefix($0) } ?? true)
                && (state == nil || alarm.state == state)
                && (actionPrefix.map { prefix in
                    AlarmState.allCases.contains { configuration.actions(for: $0).contains { $0.hasPrefix(prefix) } }
                } ?? true)
                && types.contains(configuration.type)
        }
        return try answer(found, input, json: \.json)
    }

    /// The children or parents of an alarm, in short.
    private func relatives(_ input: CallInput, _ names: (AlarmStore) -> [String]) throws(AWSServiceError) -> JSONValue {
        for key in ["AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix"] where input.has(key) {
            throw .init(
                "ValidationError", "ChildrenOfAlarmName and ParentsOfAlarmName cannot be combined with \(key).")
        }
        guard !input.has("ChildrenOfAlarmName") || !input.has("ParentsOfAlarmName") else {
            throw .init("ValidationError", "ChildrenOfAlarmName and ParentsOfAlarmName are mutually exclusive.")
        }
        let found = alarms.withLock { store in names(store).compactMap { store.alarms[$0] } }
        return try answer(found, input, json: \.briefJSON)
    }

    private func answer(
        _ alarms: [AlarmRecord], _ input: CallInput, json: (AlarmRecord) -> JSONValue
    ) throws(AWSServiceError) -> JSONValue {
        let page = try Page(alarms, input, size: try input.pageSize("MaxRecords", most: 100))
        var answer: [String: JSONValue] = [
            "MetricAlarms": .array(page.elements.filter { $0.configuration.metric != nil }.map(json)),
            "CompositeAlarms": .array(page.elements.filter { $0.configuration.composite != nil }.map(json)),
        ]
        if let token = page.nextToken { answer["NextToken"] = token }
        return .object(answer)
    }

    func describeAlarmsForMetric(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let metric = try input.metric()
        let plainStatistic = try input.string("Statistic")
        let extendedStatistic = try input.string("ExtendedStatistic")
        let statistic = plainStatistic ?? extendedStatistic
        let period = try input.integer("Period")
        let unit = try input.unit("Unit")
        let found = alarms.withLock { store in store.sortedNames.compactMap { store.alarms[$0] } }.filter { alarm in
            guard case .metric(let watched) = alarm.configuration.metric?.source else { return false }
            return watched.query.metric == metric && (statistic ?? watched.statistic) == watched.statistic
                && (period ?? watched.query.period) == watched.query.period
                && (unit == nil || watched.query.unit == unit)
        }
        return ["MetricAlarms": .array(found.map(\.json))]
    }

    func describeAlarmHistory(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.string("AlarmName")
        let start = try input.timestamp("StartDate")
        let end = try input.timestamp("EndDate")
        // Without a type, composite alarms are told of only by their name.
        let types = try input.alarmTypes() ?? (name == nil ? ["MetricAlarm"] : nil)
        var kind: AlarmHistoryItem.Kind?
        if let text = try input.string("HistoryItemType") {
            kind = AlarmHistoryItem.Kind(rawValue: text)
            if kind == nil {
                throw .constraint(
                    text, at: "historyItemType",
                    "Member must satisfy enum value set: [ConfigurationUpdate, StateUpdate, Action]")
            }
        }
        let isAscending = try input.string("ScanBy") == "TimestampAscending"
        var found = alarms.withLock { $0.history.items }.filter { item in
            (name == nil || item.alarmName == name) && (kind == nil || item.kind == kind)
                && (start.map { item.timestamp >= $0 } ?? true) && (end.map { item.timestamp <= $0 } ?? true)
                && (types?.contains(item.alarmType) ?? true)
        }
        if !isAscending { found.reverse() }
        let page = try Page(found, input, size: try input.pageSize("MaxRecords", most: 100))
        var answer: [String: JSONValue] = ["AlarmHistoryItems": .array(page.elements.map(\.json))]
        if let token = page.nextToken { answer["NextToken"] = token }
        return .object(answer)
    }

    /// DeleteAlarms: all of them or, when one does not exist, none.
    func deleteAlarms(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        guard let names = try input.strings("AlarmNames") else { throw input.missing("AlarmNames") }
        guard names.count <= 100 else { throw .invalidValue("AlarmNames must have at most 100 elements.") }
        let now = clock.now
        try alarms.withLock { store throws(AWSServiceError) in
            let unknown = names.filter { store.alarms[$0] == nil }
            guard unknown.isEmpty else {
                throw .init(
                    "ResourceNotFound", "Some of the alarms do not exist: \(unknown.joined(separator: ", "))",
                    status: 404)
            }
            guard names.count(where: { store.alarms[$0]?.configuration.composite != nil }) <= 1 else {
                throw .init("ValidationError", "Only one composite alarm can be deleted per request.")
            }
            for name in names { store.delete(name, at: now) }
        }
        return .object([:])
    }

    /// EnableAlarmActions and DisableAlarmActions: names that do not exist are passed over, as on AWS.
    func setActions(_ input: CallInput, enabled: Bool) throws(AWSServiceError) -> JSONValue {
        guard let names = try input.strings("AlarmNames") else { throw input.missing("AlarmNames") }
        let now = clock.now
        alarms.withLock { store in for name in names { store.setActions(of: name, enabled: enabled, at: now) } }
        return .object([:])
    }

    /// SetAlarmState: lasts until the next evaluation; answers when the actions are done.
    func setAlarmState(_ input: CallInput) async throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredString("AlarmName")
        guard let state = try input.state("StateValue") else { throw input.missing("StateValue") }
        let text = try input.requiredString("StateReason")
        var data: JSONValue?
        if let json = try input.string("StateReasonData") {
            data = try? JSONValue(parsing: json)
            if data == nil { throw .init("InvalidFormatFault", "StateReasonData is not valid JSON.") }
        }
        let reason = AlarmStateReason.given(text: text, data: data)
        let now = clock.now
        let transitions = try alarms.withLock { store throws(AWSServiceError) in
            guard store.alarms[name] != nil else { throw .init("ResourceNotFound", "", status: 404) }
            let changes = [store.setState(state, reason: reason, of: name, at: now)].compactMap(\.self)
            return changes + store.settle(after: changes, at: now)
        }
        await carryOut(transitions)
        return .object([:])
    }
}

extension CallInput {
    func state(_ key: String) throws(AWSServiceError) -> AlarmState? {
        guard let text = try string(key) else { return nil }
        guard let state = AlarmState(rawValue: text) else {
            throw .constraint(
                text, at: key.prefix(1).lowercased() + key.dropFirst(),
                "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
        }
        return state
    }

    func alarmTypes() throws(AWSServiceError) -> [String]? {
        guard let types = try strings("AlarmTypes"), !types.isEmpty else { return nil }
        for type in types where type != "MetricAlarm" && type != "CompositeAlarm" {
            throw .constraint(
                type, at: "alarmTypes", "Member must satisfy enum value set: [CompositeAlarm, MetricAlarm]")
        }
        return types
    }

    func pageSize(_ key: String, most: Int) throws(AWSServiceError) -> Int {
        guard let size = try integer(key) else { return most }
        guard (1...most).contains(size) else { throw .invalidValue("\(key) must be between 1 and \(most).") }
        return size
    }
}
