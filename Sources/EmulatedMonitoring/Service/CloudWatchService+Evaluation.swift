package import Timekeeping
import EmulatorCore
import MetricMath

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
            for (name, alarm) in store.alarms {
                guard let condition = alarm.configuration.metric, condition.source.period < limit else { continue }
                let grid = grid(of: condition, endingAt: boundary)
                let slots = condition.source.datapoints(over: grid, in: data)
                var criteria = condition.criteria
                if condition.source.alwaysIgnoresMissingData { criteria.missingData = .ignore }
                let evaluation = AlarmEvaluation(criteria, slots: slots, current: alarm.state)
                guard evaluation.state != alarm.state else { continue }
                let reason = AlarmStateReason.evaluated(evaluation, condition, grid, now)
                if let transition = store.setState(evaluation.state, reason: reason, of: name, at: now) {
                    transitions.append(transition)
                }
            }
            return transitions + store.settle(after: transitions, at: now)
        }
        await carryOut(transitions)
    }

    /// The periods of the evaluation range.
    private func grid(of condition: MetricCondition, endingAt boundary: Timestamp) -> TimeGrid {
        let period = Int64(condition.source.period)
        let count = evaluationRange.datapoints(evaluationPeriods: condition.criteria.evaluationPeriods)
        return TimeGrid(
            start: boundary.wholeSecondsSinceEpoch - Int64(count) * period, period: period, count: count)
    }

    /// Runs the actions of alarms that changed state, side by side, and records how they went.
    func carryOut(_ transitions: [(old: AlarmRecord, new: AlarmRecord)]) async {
        guard !transitions.isEmpty else { return }
        let now = clock.now
        let account = account
        let (requests, ends) = alarms.withLock { store in
            var requests: [AlarmActionRequest] = []
            for change in transitions {
                let own = AlarmActionRequest.requests(from: change.old, to: change.new, account: account)
                requests += store.release(own, of: change, at: now)
                requests += store.followSuppressor(change, at: now)
            }
            return (requests, store.suppressionEnds)
        }
        // Ends that were set on the clock before are found over, and nothing happens.
        for end in ends {
            clock.schedule(at: end) { [weak self] in
                guard let self else { return }
                let due = self.alarms.withLock { $0.releaseDue(at: self.clock.now) }
                await self.run(due)
            }
        }
        await run(requests)
    }

    private func run(_ requests: [AlarmActionRequest]) async {
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
