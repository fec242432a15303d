/// Lines over time.
struct LineChart {
    struct Series {
        var name: String
        /// A class of the style sheet: colour and dashes.
        var style: String
        /// One value a place; nil where there is none.
        var values: [Double?]
        /// Drawn as bars from the base line.
        var bars = false
    }

    var label: String
    /// Seconds at which each place starts, and how long it lasts.
    var starts: [Double]
    var width: Double
    var series: [Series]
    var quantity: Quantity

    enum Quantity {
        /// So many a second.
        case rate
        /// Milliseconds.
        case latency
    }

    func markup() -> String {
        let frame = PlotFrame()
        var drawing = SVGDrawing()
        let end = (starts.last ?? 0) + width
        let greatest = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite).max() ?? 0
        let x = frame.horizontal(from: starts.first ?? 0, to: end)
        let y = frame.vertical(from: 0, to: greatest > 0 ? greatest * 1.06 : 1)
        let unit = LatencyUnit(upTo: greatest)
        frame.drawVerticalAxis(y, in: &drawing) { quantity == .latency ? unit.label($0) : Figure.number($0) }
        for line in series { draw(line, x, y, in: &drawing) }
        frame.drawTimeAxis(x, in: &drawing)
        return drawing.markup(width: PlotFrame.width, height: frame.height, label: label, readings: readings(x))
    }

    private func draw(_ line: Series, _ x: PlotScale, _ y: PlotScale, in drawing: inout SVGDrawing) {
        var run: [(x: Double, y: Double)] = []
        func flush() {
            if run.count > 1 { drawing.path(run, "line \(line.style)") }
            // A line through few points is read point by point, and one point is no line.
            if run.count == 1 || starts.count <= 30 {
                for point in run { drawing.circle(point.x, point.y, radius: 2.2, "dot \(line.style)") }
            }
            run = []
        }
        for (start, value) in zip(starts, line.values) {
            guard let value, value.isFinite else {
                flush()
                continue
            }
            if line.bars {
                let left = x(start), right = x(start + width)
                drawing.rectangle(
                    left + 0.5, y(value), width: max(right - left - 1, 0.8), height: y(0) - y(value),
                    "bar \(line.style)")
            } else {
                run.append((x(start + width / 2), y(value)))
            }
        }
        flush()
    }

    private func told(_ value: Double) -> String {
        quantity == .latency ? Figure.latency(milliseconds: value) : Figure.number(value) + "/s"
    }

    private func readings(_ x: PlotScale) -> ChartReadings {
        ChartReadings(
            readings: starts.enumerated().map { index, start in
                let lines = series.compactMap { line in
                    index < line.values.count ? line.values[index].map { "\(line.name) \(told($0))" } : nil
                }
                let title = "\(Figure.number(start)) to \(Figure.number(start + width)) s"
                return ChartReadings.Reading(x: x(start + width / 2), title: title, lines: lines)
            })
    }
}
