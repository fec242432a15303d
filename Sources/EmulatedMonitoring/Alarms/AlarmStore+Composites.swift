import ExactJSON
import Timekeeping

extension AlarmStore {
    /// The composite alarms that refer to an alarm in their rule, by its name.
    private var parents: [String: [String]] {
        var parents: [String: [String]] = [:]
        for name in compositeNames {
            guard let condition = alarms[name]?.configuration.composite else { continue }
            for child in condition.rule.children { parents[child, default: []].append(name) }
        }
        return parents
    }

    /// Names of the alarms that a composite alarm's rule refers to, or of the composite alarms that refer to an alarm.
    func relatives(childrenOf name: String) -> [String] {
        (alarms[name]?.configuration.composite?.rule.children ?? []).filter { alarms[$0] != nil }.sorted()
    }

    func relatives(parentsOf name: String) -> [String] { (parents[name] ?? []).sorted() }

    /// Evaluates the composite alarms above alarms that changed their states, and those above them in turn.
    ///
    /// Rules may refer to each other in a circle, so each composite alarm is looked at a bounded number of times.
    ///
    /// - Returns: The changes that this brought about, in order.
    mutating func settle(
        after transitions: [(old: AlarmRecord, new: AlarmRecord)], at moment: Timestamp
    ) -> [(old: AlarmRecord, new: AlarmRecord)] {
        guard !transitions.isEmpty, !compositeNames.isEmpty else { return [] }
        let parents = parents
        var changes: [(old: AlarmRecord, new: AlarmRecord)] = []
        var waiting = transitions.map(\.new)[...]
        var looksLeft = (compositeNames.count + 1) * 8 + transitions.count
        while let changed = waiting.popFirst(), looksLeft > 0 {
            for name in (parents[changed.configuration.name] ?? []).sorted() {
                looksLeft -= 1
                let cause =
                    "\(changed.arn) transitioned to \(changed.state.rawValue) at "
                    + AlarmStateReason.spokenDate(changed.stateTransitioned)
                if let change = evaluateComposite(name, at: moment, because: { _ in cause }) {
                    changes.append(change)
                    waiting.append(change.new)
                }
            }
        }
        return changes
    }

    /// Puts a composite alarm into the state that its rule gives.
    ///
    /// - Parameter words: the reason for the new state.
    mutating func evaluateComposite(
        _ name: String, at moment: Timestamp, because words: (AlarmState) -> String
    ) -> (old: AlarmRecord, new: AlarmRecord)? {
        guard let alarm = alarms[name], let condition = alarm.configuration.composite else { return nil }
        let state: AlarmState = condition.rule.holds { alarms[$0]?.state } ? .alarm : .ok
        guard state != alarm.state else { return nil }
        let children = condition.rule.children.compactMap { alarms[$0] }
        let data: JSONValue = [
            "triggeringAlarms": .array(
                children.map {
                    [
                        "arn": .string($0.arn),
                        "state": [
                            "value": .string($0.state.rawValue),
                            "timestamp": .string(AlarmStateReason.longDate($0.stateUpdated)),
                        ],
                    ]
                })
        ]
        return setState(state, reason: .given(text: words(state), data: data), of: name, at: moment)
    }

    // MARK: Suppressed actions

    /// What of the actions of a change is to be carried out now; the rest is held back in the alarm.
    mutating func release(
        _ requests: [AlarmActionRequest], of change: (old: AlarmRecord, new: AlarmRecord), at moment: Timestamp
    ) -> [AlarmActionRequest] {
        let name = change.new.configuration.name
        guard let suppressor = change.new.configuration.composite?.suppressor, alarms[name] != nil else {
            return requests
        }
        guard change.new.state == .alarm else {
            // Whoever was not told of the alarm is not told of its end.
            let wasSuppressed = alarms[name]?.suppression != nil
            setSuppression(nil, of: name)
            return wasSuppressed ? [] : requests
        }
        if alarms[suppressor.alarmName]?.state == .alarm {
            setSuppression(ActionSuppression(cause: .alarm, held: requests), of: name)
        } else if suppressor.waitPeriod > 0 {
            let until = moment + .seconds(suppressor.waitPeriod)
            setSuppression(ActionSuppression(cause: .waitPeriod, until: until, held: requests), of: name)
        } else {
            return requests
        }
        return []
    }

    /// Follows a suppressor's change of state in the alarms that it silences.
    ///
    /// - Returns: Actions that nothing holds back any more.
    mutating func followSuppressor(_ change: (old: AlarmRecord, new: AlarmRecord), at moment: Timestamp)
        -> [AlarmActionRequest]
    {
        var released: [AlarmActionRequest] = []
        for name in compositeNames {
            guard let alarm = alarms[name], var suppression = alarm.suppression,
                let suppressor = alarm.configuration.composite?.suppressor,
                suppressor.alarmName == change.new.configuration.name
            else { continue }
            if change.new.state == .alarm {
                suppression.cause = .alarm
                suppression.until = nil
            } else if suppression.cause == .alarm {
                guard suppressor.extensionPeriod > 0 else {
                    released += suppression.held
                    setSuppression(nil, of: name)
                    continue
                }
                suppression.cause = .extensionPeriod
                suppression.until = moment + .seconds(suppressor.extensionPeriod)
            }
            setSuppression(suppression, of: name)
        }
        return released
    }

    /// Ends periods that are over; what they held back is to be carried out.
    mutating func releaseDue(at moment: Timestamp) -> [AlarmActionRequest] {
        var released: [AlarmActionRequest] = []
        for name in compositeNames {
            guard let suppression = alarms[name]?.suppression, let until = suppression.until, until <= moment else {
                continue
            }
            released += suppression.held
            setSuppression(nil, of: name)
        }
        return released
    }

    /// The ends of all periods that actions wait for.
    var suppressionEnds: [Timestamp] { compositeNames.compactMap { alarms[$0]?.suppression?.until } }
}
