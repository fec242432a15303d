package import Timekeeping
import EmulatorCore

extension CloudWatchService {
    /// Judges every alarm by the data up to a moment; changed states go into the history and start their actions.
    ///
    /// The clock calls it every minute after `start`. Periods are windows that end at `boundary` and before it, so a
    /// period of several minutes slides minute by minute. It returns when all actions are done.
    ///
    /// - Parameter limit: alarms with this period, in seconds, or a longer one are left out.
    package func evaluateAlarms(endingAt boundary: Timestamp, periodsBelow limit: Int = .max) async {
        let now = clock.now
        // A copy, which costs nothing, so that nobody who records samples waits for the pass.
        let data = metrics.withLock { $0 }
        let transitions = alarms.withLock { store in
            store.expire(now: now)
            var transitions: [(old: AlarmRecord, new: AlarmRecord)] = []
            for (name, alarm) in store.alarms where alarm.configuration.source.period < limit {
                let slots = datapoints(of: alarm.configuration, endingAt: boundary, in: data)
                var criteria = alarm.configuration.criteria
                if alarm.configuration.source.alwaysIgnoresMissingData { criteria.missingData = .ignore }
                let evaluation = AlarmEvaluation(criteria, slots: slots, current: alarm.state)
                guard evaluation.state != alarm.state else { continue }
                let reason = AlarmStateReason(evaluation, of: alarm.configuration, at: now)
                if let transition = store.setState(evaluation.state, reason: reason, of: name, at: now) {
                    transitions.append(transition)
                }
            }
            return transitions
        }
        await carryOut(transitions)
    }

    /// The values of the evaluation range, oldest first.
    private func datapoints(
        of alarm: AlarmConfiguration, endingAt boundary: Timestamp, in store: MetricStore
    ) -> [AlarmDatapoint?] {
        let period = Int64(alarm.source.period)
        let count = evaluationRange.datapoints(evaluationPeriods: alarm.criteria.evaluationPeriods)
        let start = boundary.wholeSecondsSinceEpoch - Int64(count) * period
        return alarm.source.datapoints(over: TimeGrid(start: start, period: period, count: count), in: store)
    }

    /// Runs the actions of alarms that changed state, side by side, and records how they went.
    func carryOut(_ transitions: [(old: AlarmRecord, new: AlarmRecord)]) async {
        let requests = transitions.flatMap {
            AlarmActionRequest.requests(from: $0.old, to: $0.new, account: account)
        }
        guard !requests.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            for request in requests {
                group.addTask {
                    let outcome = await self.actions(request)
                    let now = self.clock.now
                    self.alarms.withLock { $0.append(.action(request, outcome, at: now)) }
                }
            }
        }
    }
}
