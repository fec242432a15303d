import LoadMetrics

/// How many records arrived after how long.
struct LagHistogramChart {
    /// Milliseconds, none below zero.
    private var lags: [Double]

    init(_ lags: [Double]) { self.lags = lags.filter(\.isFinite).map { max($0, 0) } }

    func markup() -> String {
        let frame = PlotFrame()
        var drawing = SVGDrawing()
        let greatest = lags.max() ?? 0
        // Some more classes than the square root rule says: the steps are rounded up, and the shape is what matters.
        let classes = min(max(Int((Double(lags.count) * 8).squareRoot()), 5), 30)
        let step = AxisTicks.step(over: max(greatest, 1), count: classes)
        let count = min(max(Int((greatest / step).rounded(.down)) + 1, 1), 200)
        var bins = Array(repeating: 0, count: count)
        for lag in lags { bins[min(max(Int(lag / step), 0), count - 1)] += 1 }

        let x = frame.horizontal(from: 0, to: Double(count) * step)
        let tallest = bins.max() ?? 0
        let y = frame.vertical(from: 0, to: Double(max(tallest, 1)) * 1.06)
        for tick in y.ticks(4) where tick == tick.rounded() {
            drawing.line(frame.innerLeft, y(tick), frame.innerRight, y(tick), "grid")
            drawing.text(Figure.number(tick), frame.innerLeft - 6, y(tick) + 4, anchor: .end)
        }
        let unit = LatencyUnit(upTo: greatest)
        var readings: [ChartReadings.Reading] = []
        for (index, bin) in bins.enumerated() {
            let (low, high) = (Double(index) * step, Double(index + 1) * step)
            let (left, right) = (x(low), x(high))
            drawing.rectangle(
                left + 0.5, y(Double(bin)), width: right - left - 1, height: y(0) - y(Double(bin)), "bar s1")
            readings.append(
                .init(
                    x: (left + right) / 2, title: "\(unit.label(low)) to \(unit.label(high)) \(unit.name)",
                    lines: [Figure.counted(bin, "record")]))
        }
        frame.drawHorizontalAxis(
            x.ticks(6).map { (x($0), "\(unit.label($0)) \(unit.name)") }, in: &drawing)
        return drawing.markup(
            width: PlotFrame.width, height: frame.height,
            label:
                "Histogram of the lag of \(lags.count) records, in classes of \(Figure.latency(milliseconds: step)).",
            readings: ChartReadings(readings: readings))
    }
}

/// Each probe write at the time it was sent, with its lag; one that never arrived is a cross at the upper edge.
struct LagTimelineChart {
    var stream: StreamObservation

    func markup() -> String {
        let lags = stream.samples.compactMap(\.lagMilliseconds)
        var frame = PlotFrame()
        frame.top = 22
        if lags.isEmpty { frame.height = frame.top + frame.bottom + 14 }
        var drawing = SVGDrawing()
        let greatest = lags.max() ?? 0
        let lastSent = stream.samples.map(\.sentSeconds).max() ?? 0
        let x = frame.horizontal(from: 0, to: max(lastSent * 1.03, 1))
        let y = frame.vertical(from: 0, to: greatest > 0 ? greatest * 1.06 : 1)
        let unit = LatencyUnit(upTo: greatest)
        if greatest > 0 {
            frame.drawVerticalAxis(y, in: &drawing) { "\(unit.label($0)) \(unit.name)" }
        }
        let lost = frame.innerTop - 8
        if stream.samples.contains(where: { $0.lagMilliseconds == nil }) {
            drawing.text("never", frame.innerLeft - 6, lost + 4, anchor: .end, "tick lane")
        }
        for sample in stream.samples {
            if let lag = sample.lagMilliseconds {
                drawing.circle(x(sample.sentSeconds), y(lag), radius: 3, "mark s1")
            } else {
                drawing.cross(x(sample.sentSeconds), lost, radius: 3.4, "mark stroke bad")
            }
        }
        frame.drawTimeAxis(x, in: &drawing)
        let readings = stream.samples.sorted { $0.sentSeconds < $1.sentSeconds }.prefix(400).map { sample in
            ChartReadings.Reading(
                x: x(sample.sentSeconds), title: "sent at \(Figure.number(sample.sentSeconds)) s",
                lines: [
                    sample.event,
                    sample.lagMilliseconds.map { "lag \(Figure.latency(milliseconds: $0))" } ?? "never arrived",
                ])
        }
        return drawing.markup(
            width: PlotFrame.width, height: frame.height, label: "Lag of each probe write over the time it was sent.",
            readings: ChartReadings(readings: Array(readings)))
    }
}
