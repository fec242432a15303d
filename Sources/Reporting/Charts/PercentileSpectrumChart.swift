import LoadMetrics

/// Latency against percentile, the percentile axis logarithmic in what remains above it, so that the tail has room.
struct PercentileSpectrumChart {
    struct Series {
        var name: String
        var style: String
        var latency: LatencySummary
    }

    var label: String
    var series: [Series]

    /// Percentiles that are labelled, and some between that are read off.
    private static let labelled: [Double] = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999]
    private static let read: [Double] = [
        0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999, 99.9999,
    ]

    func markup() -> String {
        let frame = PlotFrame(height: 240)
        var drawing = SVGDrawing()
        let samples = series.map(\.latency.count).max() ?? 0
        // Of n samples the highest percentile that means anything has half a sample above it.
        let last = min(max(Decades.of(Double(max(samples, 1)) * 2), 1), 6)
        let x = frame.horizontal(from: 0, to: last)
        func place(_ percentile: Double) -> Double {
            percentile >= 100 ? x(last) : x(-Decades.of(1 - max(percentile, 0) / 100))
        }

        let values = series.flatMap { $0.latency.spectrum.map(\.milliseconds) }.filter { $0.isFinite && $0 > 0 }
        let (least, greatest) = (values.min() ?? 0, values.max() ?? 1)
        let logarithmic = least > 0 && greatest / least > 20
        let y =
            logarithmic
            ? frame.vertical(.logarithmic, from: least * 0.9, to: greatest * 1.1)
            : frame.vertical(from: 0, to: greatest * 1.06)
        frame.drawVerticalAxis(y, in: &drawing, label: LatencyUnit(upTo: greatest).label)
        for line in series {
            let points = line.latency.spectrum.map { (x: place($0.percentile), y: y($0.milliseconds)) }
            drawing.path(points, "line \(line.style)")
        }
        let ticks = Self.labelled.filter { $0 == 0 || place($0) < frame.innerRight - 30 }
            .map { (x: place($0), label: "\(Self.percentile($0))%") }
        frame.drawHorizontalAxis(ticks + [(x: frame.innerRight, label: "max")], in: &drawing)
        let places = (Self.read.filter { place($0) < frame.innerRight - 1 } + [100])
        let readings = places.map { percentile in
            ChartReadings.Reading(
                x: place(percentile), title: percentile == 100 ? "max" : "\(Self.percentile(percentile))%",
                lines: series.compactMap { line in
                    line.latency.at(percentile).map { "\(line.name) \(Figure.latency(milliseconds: $0))" }
                })
        }
        return drawing.markup(
            width: PlotFrame.width, height: frame.height, label: label, readings: ChartReadings(readings: readings))
    }

    /// As many nines as it has; two decimals would turn 99.999 into 100.
    private static func percentile(_ value: Double) -> String {
        value == value.rounded() ? Figure.fixed(value, 0) : "\(value)"
    }
}

extension LatencySummary {
    /// The spectrum's value at a percentile: that of the first point that reaches it.
    fileprivate func at(_ percentile: Double) -> Double? {
        spectrum.first { $0.percentile >= percentile - 1e-9 }?.milliseconds ?? spectrum.last?.milliseconds
    }
}
