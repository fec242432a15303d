import Foundation

/// Logarithms to the base ten.
enum Decades {
    static func of(_ value: Double) -> Double { log10(value) }
    static func raise(_ exponent: Double) -> Double { pow(10, exponent) }
}

/// Round values for an axis.
enum AxisTicks {
    /// The round step (1, 2 or 5 times a power of ten) that divides the range into at most `count` parts or a few more.
    static func step(over range: Double, count: Int) -> Double {
        guard range > 0, range.isFinite, count > 0 else { return 1 }
        let rough = range / Double(count)
        let magnitude = Decades.raise(Decades.of(rough).rounded(.down))
        let share = rough / magnitude
        return magnitude * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10)
    }

    /// Multiples of a round step within the range, both ends included.
    static func linear(from lower: Double, to upper: Double, count: Int) -> [Double] {
        multiples(of: step(over: upper - lower, count: count), from: lower, to: upper)
    }

    /// 1, 2 and 5 times each power of ten within the range; over more than three decades the powers alone.
    static func logarithmic(from lower: Double, to upper: Double) -> [Double] {
        guard lower > 0, upper > lower, upper.isFinite else { return [] }
        let first = Int(Decades.of(lower).rounded(.down)), last = Int(Decades.of(upper).rounded(.up))
        let factors: [Double] = last - first > 3 ? [1] : [1, 2, 5]
        return (first...last).flatMap { power in factors.map { $0 * Decades.raise(Double(power)) } }
            .filter { $0 >= lower * 0.999_999 && $0 <= upper * 1.000_001 }
    }

    /// Steps that a clock's reader expects.
    private static let timeSteps: [Double] = [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400,
    ]

    /// Multiples of a clock's step within a range of seconds, about `count` of them.
    static func seconds(from lower: Double, to upper: Double, count: Int) -> [Double] {
        let rough = (upper - lower) / Double(max(count, 1))
        let step = timeSteps.first { $0 >= rough } ?? step(over: upper - lower, count: count)
        return multiples(of: step, from: lower, to: upper)
    }

    /// What stands at a tick of a time axis: one unit for all of them.
    static func timeLabel(_ seconds: Double, upTo last: Double) -> String {
        if last > 2 * 86_400 { return Figure.number(seconds / 3600) + " h" }
        return last > 300 ? Figure.number(seconds / 60) + " min" : Figure.number(seconds) + " s"
    }

    private static func multiples(of step: Double, from lower: Double, to upper: Double) -> [Double] {
        guard step > 0, upper >= lower, (upper - lower) / step < 1000 else { return [] }
        let first = (lower / step - 1e-9).rounded(.up)
        let last = (upper / step + 1e-9).rounded(.down)
        guard first.magnitude < 1e12, last.magnitude < 1e12, last >= first else { return [] }
        return (Int(first)...Int(last)).map { Double($0) * step }
    }
}
