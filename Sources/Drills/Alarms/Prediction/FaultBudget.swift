/// How many failing and healthy requests one period needs to come just to the wrong side of an alarm's threshold, and how
/// many leave it just on the right one.
struct FaultBudget: Sendable, Equatable {
    struct Burst: Sendable, Equatable {
        var failing: Int
        var healthy: Int
        /// The datapoint that they make; nil for a period without one.
        var value: Double?

        var requests: Int { failing + healthy }
    }

    var below: Burst
    var at: Burst
    /// Healthy requests change the datapoint: then none but these may lie in its period.
    var isRatio: Bool
}

/// The search for a budget, over the value that numbers of requests give: a pure function.
struct BudgetSearch {
    /// The most requests in one period that a drill makes for a ratio.
    static let mostRequests = 2000
    /// Requests that buy an exact ratio: a threshold of 0.03 is 3 of 100.
    static let exactRequests = 400

    var forecast: AlarmForecast
    /// The datapoint of so many failing and healthy requests.
    var value: (_ failing: Int, _ healthy: Int) -> Double?

    /// The cheapest budget that makes failing requests ring the alarm; nil when none within `limit` does.
    func byFailures(limit: Int) -> FaultBudget? {
        var cheapest: FaultBudget?
        for failing in 1...max(1, limit) {
            guard let budget = budget(failing: failing) else { continue }
            guard budget.isRatio else { return budget }
            if isExact(budget) { return budget }
            if cheapest == nil { cheapest = budget }
            // One more failing request buys nothing when so many healthy ones belong to it.
            if failing >= 10 || budget.at.requests > Self.exactRequests { break }
        }
        return cheapest
    }

    /// A ratio that meets the threshold itself: on the ringing side when it is included, on the silent side otherwise.
    private func isExact(_ budget: FaultBudget) -> Bool {
        let value = forecast.includesThreshold ? budget.at.value : budget.below.value
        return value == forecast.threshold && budget.at.requests <= Self.exactRequests
    }

    private func burst(_ failing: Int, _ healthy: Int) -> FaultBudget.Burst {
        FaultBudget.Burst(failing: failing, healthy: healthy, value: value(failing, healthy))
    }

    private func breaches(_ failing: Int, _ healthy: Int) -> Bool {
        value(failing, healthy).map(forecast.breaches) ?? false
    }

    private func budget(failing: Int) -> FaultBudget? {
        let alone = value(failing, 0)
        let isRatio = [1, 2, 7, 50].contains { value(failing, $0) != alone }
        guard isRatio else {
            guard breaches(failing, 0) else { return nil }
            return FaultBudget(below: burst(failing - 1, 0), at: burst(failing, 0), isRatio: false)
        }
        guard let healthy = mostHealthy(failing) else { return nil }
        let at = burst(failing, healthy)
        // Of two as close, the one with as many failures: it tells a minimum from a maximum.
        let candidates = [burst(failing, healthy + 1), burst(failing - 1, max(healthy, 1))]
        let below = candidates.filter { $0.value.map { !forecast.breaches($0) } ?? false }
            .min { distance($0) < distance($1) }
        return below.map { FaultBudget(below: $0, at: at, isRatio: true) }
    }

    private func distance(_ burst: FaultBudget.Burst) -> Double { abs((burst.value ?? .infinity) - forecast.threshold) }

    /// The most healthy requests beside which so many failing ones still breach; nil when none do.
    private func mostHealthy(_ failing: Int) -> Int? {
        // An expression may ask for a number of requests first: look from a few points on.
        let points = [0, 1] + Array(stride(from: 5, through: 100, by: 5)) + [150, 200, 300, 500]
        guard var low = points.first(where: { breaches(failing, $0) }) else { return nil }
        var high = max(1, low * 2)
        while breaches(failing, high) {
            low = high
            high *= 2
            if high > Self.mostRequests { return low }
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if breaches(failing, middle) { low = middle } else { high = middle }
        }
        return low
    }

    /// The fewest requests at all that ring an alarm on their number; nil when none up to the most do.
    func byVolume() -> FaultBudget? {
        (1...Self.mostRequests).first { breaches(0, $0) }.map {
            FaultBudget(below: burst(0, $0 - 1), at: burst(0, $0), isRatio: true)
        }
    }

    /// The fewest healthy requests a period that keep an alarm on low values quiet; nil when no number does.
    func quietRequests(limit: Int) -> Int? {
        (1...max(1, limit)).first { healthy in value(0, healthy).map { !forecast.breaches($0) } ?? false }
    }
}
