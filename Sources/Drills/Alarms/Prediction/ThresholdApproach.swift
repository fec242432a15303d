/// How a drill gets from just below a threshold to it.
enum ThresholdApproach: Sendable, Equatable {
    /// Adds what is missing while what was sent before still lies in the period.
    case topUp(TrafficScript.Minute)
    /// Lets everything leave and sends all of it anew.
    case anew

    /// Minutes that are kept free at a period's end: the evaluation that counts comes after the last of it is published.
    static let slackMinutes = 1

    /// Decides by what the definition leaves room for.
    ///
    /// - Parameters:
    ///   - elapsedMinutes: since the minute in which the lower side's last requests were sent.
    ///   - delayMinutes: from a request to the datapoint that can be evaluated.
    ///   - periodMinutes: the shortest period of the alarms concerned.
    ///   - ringsOnce: whether no alarm would ring a second time when what was sent in two minutes moves through its windows.
    static func choose(
        below: TrafficScript, at: TrafficScript, elapsedMinutes: Int, delayMinutes: Int, periodMinutes: Int,
        isStill: Bool, ringsOnce: (TrafficScript.Minute) -> Bool
    ) -> ThresholdApproach {
        // A ratio would be changed by the healthy requests that lie in between.
        guard !isStill, below.minutes.count == at.minutes.count, let first = below.minutes.last,
            let last = at.minutes.last, let missing = last.added(to: first), missing.failing > 0
        else { return .anew }
        let needed = elapsedMinutes + 1 + max(0, delayMinutes) + slackMinutes
        return needed <= periodMinutes && ringsOnce(missing) ? .topUp(missing) : .anew
    }
}
