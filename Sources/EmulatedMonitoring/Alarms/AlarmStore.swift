import EmulatorCore
import Timekeeping

/// All alarms and their histories.
struct AlarmStore: Sendable {
    private(set) var alarms: [String: AlarmRecord] = [:]
    private(set) var history = AlarmHistory()
    /// The names of those alarms that are composite ones.
    private(set) var compositeNames = Set<String>()

    var sortedNames: [String] { alarms.keys.sorted() }

    /// Creates the alarm or replaces its configuration; the state of one that exists stays.
    ///
    /// - Throws: `ValidationError` when an alarm of the other kind has the name.
    mutating func put(
        _ configuration: AlarmConfiguration, tags: [String: String], arn: String, at moment: Timestamp
    ) throws(AWSServiceError) {
        if var alarm = alarms[configuration.name] {
            guard alarm.configuration.type == configuration.type else {
                throw .init(
                    "ValidationError",
                    "The alarm \(configuration.name) exists already, as a \(alarm.configuration.type).")
            }
            alarm.configuration = configuration
            alarm.configurationUpdated = moment
            alarms[configuration.name] = alarm
            history.append(.configuration(.update, of: alarm, at: moment))
        } else {
            var alarm = AlarmRecord(
                configuration: configuration, arn: arn, configurationUpdated: moment, stateUpdated: moment,
                stateTransitioned: moment)
            alarm.tags = tags
            alarms[configuration.name] = alarm
            if configuration.composite != nil { compositeNames.insert(configuration.name) }
            history.append(.configuration(.create, of: alarm, at: moment))
        }
    }

    mutating func delete(_ name: String, at moment: Timestamp) {
        guard let alarm = alarms.removeValue(forKey: name) else { return }
        compositeNames.remove(name)
        history.append(.configuration(.delete, of: alarm, at: moment))
    }

    mutating func setActions(of name: String, enabled: Bool, at moment: Timestamp) {
        guard var alarm = alarms[name], alarm.configuration.actionsEnabled != enabled else { return }
        alarm.configuration.actionsEnabled = enabled
        alarm.configurationUpdated = moment
        alarms[name] = alarm
        history.append(.configuration(.update, of: alarm, at: moment))
    }

    /// Puts an alarm into a state; a change goes into the history.
    ///
    /// - Returns: the alarm before and after, or nil when there is none of this name or its state stays.
    mutating func setState(
        _ state: AlarmState, reason: AlarmStateReason, of name: String, at moment: Timestamp
    ) -> (old: AlarmRecord, new: AlarmRecord)? {
        guard let old = alarms[name] else { return nil }
        var new = old
        new.state = state
        new.reason = reason
        new.stateUpdated = moment
        guard old.state != state else {
            alarms[name] = new
            return nil
        }
        new.stateTransitioned = moment
        alarms[name] = new
        history.append(.stateUpdate(from: old, to: new, at: moment))
        return (old, new)
    }

    mutating func setSuppression(_ suppression: ActionSuppression?, of name: String) {
        alarms[name]?.suppression = suppression
    }

    mutating func append(_ item: AlarmHistoryItem) { history.append(item) }

    mutating func expire(now: Timestamp) { history.expire(now: now) }

    mutating func change(tagsOf arn: String, _ change: (inout [String: String]) -> Void) -> Bool {
        guard let name = alarms.first(where: { $0.value.arn == arn })?.key, var alarm = alarms[name] else {
            return false
        }
        change(&alarm.tags)
        alarms[name] = alarm
        return true
    }
}
