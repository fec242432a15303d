/// The room that a chart is drawn in, and its axes. One size for all charts, so that a column of them lines up and
/// their letters stay legible when the drawing is as narrow as a phone.
struct PlotFrame {
    static let width = 480.0

    var height = 216.0
    var left = 50.0
    var right = 12.0
    var top = 10.0
    var bottom = 30.0

    var innerLeft: Double { left }
    var innerRight: Double { Self.width - right }
    var innerTop: Double { top }
    var innerBottom: Double { height - bottom }

    func horizontal(_ kind: PlotScale.Kind = .linear, from lower: Double, to upper: Double) -> PlotScale {
        PlotScale(kind, from: lower, to: upper, onto: innerLeft, innerRight)
    }

    func vertical(_ kind: PlotScale.Kind = .linear, from lower: Double, to upper: Double) -> PlotScale {
        PlotScale(kind, from: lower, to: upper, onto: innerBottom, innerTop)
    }

    /// Horizontal grid lines with their values.
    func drawVerticalAxis(_ scale: PlotScale, in drawing: inout SVGDrawing, count: Int = 4, label: (Double) -> String) {
        for tick in scale.ticks(count) {
            let y = scale(tick)
            drawing.line(innerLeft, y, innerRight, y, "grid")
            drawing.text(label(tick), innerLeft - 6, y + 4, anchor: .end)
        }
    }

    /// The base line with ticks and their labels; the labels at the ends are held within the drawing.
    func drawHorizontalAxis(_ ticks: [(x: Double, label: String)], in drawing: inout SVGDrawing) {
        drawing.line(innerLeft, innerBottom, innerRight, innerBottom, "axis")
        for tick in ticks {
            drawing.line(tick.x, innerBottom, tick.x, innerBottom + 4, "axis")
            // A label as wide as `99.99%` in the larger letters of a narrow screen is some 24 units to either side.
            let anchor: SVGDrawing.Anchor = tick.x > innerRight - 14 ? .end : .middle
            drawing.text(
                tick.label, anchor == .end ? innerRight + right - 2 : tick.x, innerBottom + 19, anchor: anchor)
        }
    }

    func drawTimeAxis(_ scale: PlotScale, in drawing: inout SVGDrawing, count: Int = 6) {
        let ticks = AxisTicks.seconds(from: scale.lower, to: scale.upper, count: count)
        drawHorizontalAxis(
            ticks.map { (scale($0), AxisTicks.timeLabel($0, upTo: scale.upper)) }, in: &drawing)
    }
}

/// The unit that a latency axis is labelled in: one for the whole axis.
struct LatencyUnit {
    var name: String
    private var perUnit: Double

    init(upTo milliseconds: Double) {
        (name, perUnit) = milliseconds >= 2000 ? ("s", 1000) : ("ms", 1)
    }

    func label(_ milliseconds: Double) -> String { Figure.number(milliseconds / perUnit) }
}
