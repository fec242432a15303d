/// Maps values onto a stretch of a drawing.
struct PlotScale {
    enum Kind { case linear, logarithmic }

    var kind: Kind
    /// Smallest and largest value; a logarithmic scale's are above zero.
    private(set) var lower: Double
    private(set) var upper: Double
    /// Where they lie in the drawing; a vertical scale starts below and ends above.
    var start: Double
    var end: Double

    init(_ kind: Kind = .linear, from lower: Double, to upper: Double, onto start: Double, _ end: Double) {
        self.kind = kind
        let floor = kind == .logarithmic ? 1e-6 : -1e15
        self.lower = lower.isFinite ? max(lower, floor) : max(0, floor)
        self.upper = upper.isFinite ? min(upper, 1e15) : self.lower
        // A scale without extent would divide by zero.
        if self.upper <= self.lower { self.upper = kind == .linear ? self.lower + 1 : self.lower * 10 }
        self.start = start
        self.end = end
    }

    /// The place of a value, held at the scale's ends.
    func callAsFunction(_ value: Double) -> Double {
        guard value.isFinite else { return start }
        let held = min(max(value, lower), upper)
        let share =
            switch kind {
            case .linear: (held - lower) / (upper - lower)
            case .logarithmic: (Decades.of(held) - Decades.of(lower)) / (Decades.of(upper) - Decades.of(lower))
            }
        return start + (end - start) * share
    }

    /// Round values to label, about `count` of them.
    func ticks(_ count: Int) -> [Double] {
        switch kind {
        case .linear: AxisTicks.linear(from: lower, to: upper, count: count)
        case .logarithmic: AxisTicks.logarithmic(from: lower, to: upper)
        }
    }
}
