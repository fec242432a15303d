import DurableDocuments
import EmulatorCore
import Timekeeping

/// All alarms and their histories.
struct AlarmStore: Sendable {
    private(set) var alarms: [String: AlarmRecord] = [:]
    private(set) var history = AlarmHistory()
    /// Where changes are recorded; nil when nothing outlives the process.
    private let documents: DocumentStore?
    /// The names of those alarms that are composite ones.
    private(set) var compositeNames = Set<String>()

    /// - Parameter documents: where changes are recorded; one that keeps nothing counts as none.
    init(documents: DocumentStore? = nil) {
        self.documents = documents.flatMap { $0.isDurable ? $0 : nil }
    }

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
            set(alarm)
            append(.configuration(.update, of: alarm, at: moment))
        } else {
            var alarm = AlarmRecord(
                configuration: configuration, arn: arn, configurationUpdated: moment, stateUpdated: moment,
                stateTransitioned: moment)
            alarm.tags = tags
            set(alarm)
            append(.configuration(.create, of: alarm, at: moment))
        }
    }

    private mutating func set(_ alarm: AlarmRecord) {
        let name = alarm.configuration.name
        alarms[name] = alarm
        if alarm.configuration.composite != nil { compositeNames.insert(name) }
        documents?.record([AlarmDocuments.change(name, alarm)])
    }

    /// Takes an alarm over that an earlier process has kept.
    mutating func restore(_ alarm: AlarmRecord) { set(alarm) }

    /// Takes an entry of the history over, in their order.
    mutating func restore(_ item: AlarmHistoryItem, number: Int) { history.restore(item, number: number) }

    mutating func delete(_ name: String, at moment: Timestamp) {
        guard let alarm = alarms.removeValue(forKey: name) else { return }
        compositeNames.remove(name)
        documents?.record([AlarmDocuments.change(name, nil)])
        append(.configuration(.delete, of: alarm, at: moment))
    }

    mutating func setActions(of name: String, enabled: Bool, at moment: Timestamp) {
        guard var alarm = alarms[name], alarm.configuration.actionsEnabled != enabled else { return }
        alarm.configuration.actionsEnabled = enabled
        alarm.configurationUpdated = moment
        set(alarm)
        append(.configuration(.update, of: alarm, at: moment))
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
            set(new)
            return nil
        }
        new.stateTransitioned = moment
        set(new)
        append(.stateUpdate(from: old, to: new, at: moment))
        return (old, new)
    }

    mutating func setSuppression(_ suppression: ActionSuppression?, of name: String) {
        alarms[name]?.suppression = suppression
    }

    mutating func append(_ item: AlarmHistoryItem) {
        let added = history.append(item)
        documents?.record(
            added.dropped.map { AlarmDocuments.change($0, nil) } + [AlarmDocuments.change(added.number, item)])
    }

    mutating func expire(now: Timestamp) {
        let dropped = history.expire(now: now)
        if !dropped.isEmpty { documents?.record(dropped.map { AlarmDocuments.change($0, nil) }) }
    }

    mutating func change(tagsOf arn: String, _ change: (inout [String: String]) -> Void) -> Bool {
        guard let name = alarms.first(where: { $0.value.arn == arn })?.key, var alarm = alarms[name] else {
            return false
        }
        change(&alarm.tags)
        set(alarm)
        return true
    }
}
