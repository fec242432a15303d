/// What an expression on metrics, or a part of it, gives.
package enum MathValue: Sendable, Equatable {
    case scalar(Double)
    case series(MathSeries)
    case array([MathSeries])
}

/// A value for each period of a grid; nil where there is none.
package struct MathSeries: Sendable, Equatable {
    /// What tells it from others in the same result.
    package var label: String
    /// Seconds: that of the metric underneath.
    package var period: Int64
    package var values: [Double?]

    package init(label: String, period: Int64, values: [Double?]) {
        self.label = label
        self.period = period
        self.values = values
    }

    func map(_ transform: (Double) -> Double?) -> MathSeries {
        var result = self
        result.values = values.map { $0.flatMap { Self.finite(transform($0)) } }
        return result
    }

    /// Points where both series have one.
    func combined(_ other: MathSeries, _ transform: (Double, Double) -> Double?) -> MathSeries {
        var result = self
        result.period = max(period, other.period)
        for index in values.indices {
            guard let left = values[index], index < other.values.count, let right = other.values[index] else {
                result.values[index] = nil
                continue
            }
            result.values[index] = Self.finite(transform(left, right))
        }
        return result
    }

    /// Not-a-number and infinities, as a division by zero gives them, are no datapoints.
    static func finite(_ value: Double?) -> Double? {
        guard let value, value.isFinite else { return nil }
        return value
    }
}

/// What a part of an expression is, known before there is any data.
package enum MathType: String, Sendable {
    case scalar = "Scalar"
    case series = "TimeSeries"
    case array = "Array[TimeSeries]"
}
