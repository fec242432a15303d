import Timekeeping
import MetricMath

/// All metric data, as buckets in ascending order for each metric and unit.
///
/// Data that services record about themselves waits in `pending` until the flush of their minute makes it visible.
struct MetricStore: Sendable {
    /// One-minute data is kept for 15 days
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention).
    static let retentionSeconds: Int64 = 15 * 86_400

    struct SeriesKey: Hashable {
        var metric: MetricIdentity
        var unit: String
    }

    private struct Series {
        var key: SeriesKey
        var visible: [StatisticBucket] = []
        var pending: [StatisticBucket] = []
    }

    private var series: [Series] = []
    private var numbers: [SeriesKey: Int] = [:]
    private var numbersOfMetric: [MetricIdentity: [Int]] = [:]
    private var nextExpiry: Int64 = 0

    /// The number of the series, made on first use.
    mutating func number(of metric: MetricIdentity, unit: String) -> Int {
        let key = SeriesKey(metric: metric, unit: unit)
        if let number = numbers[key] { return number }
        let number = series.count
        series.append(Series(key: key))
        numbers[key] = number
        numbersOfMetric[metric, default: []].append(number)
        return number
    }

    mutating func record(_ value: Double, series number: Int, at second: Int64) {
        guard series.indices.contains(number) else { return }
        Self.withBucket(at: floored(second, 60), in: &series[number].pending) { $0.add(value) }
    }

    /// Adds data that is visible at once.
    ///
    /// - Parameter resolution: 60 or 1 second.
    mutating func publish(
        _ metric: MetricIdentity, unit: String, at second: Int64, resolution: Int64,
        _ add: (inout StatisticBucket) -> Void
    ) {
        let number = number(of: metric, unit: unit)
        Self.withBucket(at: floored(second, resolution), in: &series[number].visible, add)
    }

    /// Makes what was recorded before `boundary` visible.
    mutating func flush(before boundary: Int64) {
        for number in series.indices where !series[number].pending.isEmpty {
            let due = series[number].pending.prefix { $0.start < boundary }
            series[number].pending.removeFirst(due.count)
            for bucket in due {
                Self.withBucket(at: bucket.start, in: &series[number].visible) {
                    $0.add(bucket)
                }
            }
        }
        expire(now: boundary)
    }

    /// Metrics with visible data, in no particular order.
    ///
    /// - Parameter second: leaves out metrics without data from this second on.
    func visibleMetrics(since second: Int64? = nil) -> [MetricIdentity] {
        numbersOfMetric.filter { entry in
            entry.value.contains { number in
                guard let last = series[number].visible.last else { return false }
                return second.map { last.start >= $0 } ?? true
            }
        }.map(\.key)
    }

    /// Units that a metric has visible data in.
    func units(of metric: MetricIdentity) -> [String] {
        (numbersOfMetric[metric] ?? []).filter { !series[$0].visible.isEmpty }.map { series[$0].key.unit }
    }

    /// The samples from `start` (inclusive) to `end` (exclusive) together; nil when there are none.
    ///
    /// - Parameter unit: nil takes all units together.
    func aggregate(_ metric: MetricIdentity, unit: String?, from start: Int64, to end: Int64) -> StatisticWindow? {
        guard end > start else { return nil }
        let grid = TimeGrid(start: start, period: end - start, count: 1)
        return windows(of: seriesNumbers(of: metric, unit: unit), over: grid, withDistribution: true).first ?? nil
    }

    /// The series that hold a metric's data, one a unit.
    ///
    /// - Parameter unit: nil takes all units.
    func seriesNumbers(of metric: MetricIdentity, unit: String?) -> [Int] {
        let numbers = numbersOfMetric[metric] ?? []
        guard let unit else { return numbers }
        return numbers.filter { series[$0].key.unit == unit }
    }

    /// Units that a metric has data in within a grid, sorted.
    func units(of metric: MetricIdentity, over grid: TimeGrid) -> [String] {
        (numbersOfMetric[metric] ?? []).filter { hasData($0, over: grid) }.map { series[$0].key.unit }.sorted()
    }

    /// The series that a query without a unit reads: of several with data in the grid, that of the first unit, as AWS does.
    func seriesOfFirstUnit(of metric: MetricIdentity, over grid: TimeGrid) -> [Int] {
        let numbers = numbersOfMetric[metric] ?? []
        guard numbers.count > 1 else { return numbers }
        let first = numbers.filter { hasData($0, over: grid) }.min { series[$0].key.unit < series[$1].key.unit }
        return [first].compactMap(\.self)
    }

    private func hasData(_ number: Int, over grid: TimeGrid) -> Bool {
        let buckets = series[number].visible
        let index = Self.firstIndex(atOrAfter: grid.start, in: buckets)
        return index < buckets.count && buckets[index].start < grid.second(grid.count)
    }

    /// The samples of some series in each period of a grid; nil where there are none.
    func windows(of numbers: [Int], over grid: TimeGrid, withDistribution: Bool) -> [StatisticWindow?] {
        var result = [StatisticWindow?](repeating: nil, count: grid.count)
        for number in numbers {
            let buckets = series[number].visible
            var index = Self.firstIndex(atOrAfter: grid.start, in: buckets)
            while index < buckets.count {
                let place = Int((buckets[index].start - grid.start) / grid.period)
                guard place < grid.count else { break }
                var sum = result[place].take() ?? StatisticWindow(start: grid.second(place))
                sum.add(buckets[index], withDistribution: withDistribution)
                result[place] = sum
                index += 1
            }
        }
        return result
    }

    private mutating func expire(now: Int64) {
        guard now >= nextExpiry else { return }
        nextExpiry = now + 3600
        for number in series.indices {
            let kept = Self.firstIndex(atOrAfter: now - Self.retentionSeconds, in: series[number].visible)
            if kept > 0 { series[number].visible.removeFirst(kept) }
        }
    }

    private static func firstIndex(atOrAfter start: Int64, in buckets: [StatisticBucket]) -> Int {
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].start < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Changes the bucket that starts at `start` in place; it is made when there is none.
    private static func withBucket(
        at start: Int64, in buckets: inout [StatisticBucket], _ change: (inout StatisticBucket) -> Void
    ) {
        if let last = buckets.indices.last, buckets[last].start == start {
            change(&buckets[last])
            return
        }
        let index = firstIndex(atOrAfter: start, in: buckets)
        if index == buckets.count || buckets[index].start != start {
            buckets.insert(StatisticBucket(start: start), at: index)
        }
        change(&buckets[index])
    }

    private func floored(_ second: Int64, _ period: Int64) -> Int64 {
        let remainder = second % period
        return second - (remainder < 0 ? remainder + period : remainder)
    }
}
