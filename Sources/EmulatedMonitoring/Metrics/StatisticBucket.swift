/// Everything CloudWatch keeps of a metric's samples in one minute (or one second, for high resolution).
struct StatisticBucket: Sendable, Equatable {
    /// Seconds since 1970.
    var start: Int64
    private(set) var sampleCount = 0.0
    private(set) var sum = 0.0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var distribution = ValueDistribution()

    init(start: Int64) { self.start = start }

    mutating func add(_ value: Double, count: Double = 1) {
        sampleCount += count
        sum += value * count
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        distribution.add(value, count: count)
    }

    /// Adds a statistic set.
    ///
    /// It still allows percentiles when it can hold but one value
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Percentiles).
    mutating func add(_ set: StatisticSet) {
        sampleCount += set.sampleCount
        sum += set.sum
        minimum = min(minimum, set.minimum)
        maximum = max(maximum, set.maximum)
        if set.minimum == set.maximum || set.sampleCount == 1 {
            distribution.add(set.maximum, count: set.sampleCount)
        } else {
            distribution.addUnknown()
        }
    }

    mutating func add(_ other: StatisticBucket) {
        sampleCount += other.sampleCount
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        distribution.add(other.distribution)
    }
}

/// Samples that the publisher summed up itself.
struct StatisticSet: Sendable, Equatable {
    var sampleCount: Double
    var sum: Double
    var minimum: Double
    var maximum: Double
}
