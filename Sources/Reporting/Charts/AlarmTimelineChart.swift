import LoadMetrics

/// One alarm's drill over time: the metric's datapoints against the threshold, what was sent, and the alarm's states.
struct AlarmTimelineChart {
    var alarm: AlarmObservation

    private var events: [AlarmObservation.Event] {
        alarm.timeline.filter { $0.second.isFinite }.sorted { $0.second < $1.second }
    }

    func markup() -> String {
        let events = events
        var frame = PlotFrame(height: 222)
        frame.left = 52
        frame.bottom = 84
        var drawing = SVGDrawing()
        let first = events.first?.second ?? 0, last = events.last?.second ?? 0
        // Room after the last event, so that a state entered there is seen.
        let x = frame.horizontal(from: first, to: last + max((last - first) * 0.05, 30))
        drawMetric(events, frame, x, in: &drawing)

        let sentLane = frame.innerBottom + 17, stateLane = frame.innerBottom + 30
        drawing.text("sent", frame.innerLeft - 6, sentLane + 4, anchor: .end, "tick lane")
        drawing.text("state", frame.innerLeft - 6, stateLane + 13, anchor: .end, "tick lane")
        for event in events where event.kind == "sent" {
            let at = x(event.second)
            drawing.path([(at - 4, sentLane + 4), (at + 4, sentLane + 4), (at, sentLane - 4)], "mark s2", closed: true)
            if let value = event.value {
                let late = at > frame.innerRight - 30
                drawing.text(
                    Figure.number(value), at + (late ? -7 : 7), sentLane + 4, anchor: late ? .end : .start, "note")
            }
        }
        drawStates(events, x, top: stateLane, in: &drawing)
        for event in events where event.kind == "action" {
            let at = x(event.second), middle = stateLane + 9
            drawing.path(
                [(at, middle - 6), (at + 5, middle), (at, middle + 6), (at - 5, middle)], "mark action", closed: true)
        }
        // The time axis stands below all lanes.
        var axis = frame
        axis.bottom = frame.height - (stateLane + 22)
        axis.drawTimeAxis(x, in: &drawing, count: 5)
        return drawing.markup(
            width: PlotFrame.width, height: frame.height, label: label, readings: readings(events, x))
    }

    private func drawMetric(
        _ events: [AlarmObservation.Event], _ frame: PlotFrame, _ x: PlotScale, in drawing: inout SVGDrawing
    ) {
        let datapoints = events.filter { $0.kind == "datapoint" }
        let values = datapoints.compactMap(\.value).filter(\.isFinite)
        let greatest = max(values.max() ?? 0, alarm.threshold.isFinite ? alarm.threshold : 0, 1)
        let y = frame.vertical(from: min(values.min() ?? 0, 0), to: greatest * 1.25)
        for tick in y.ticks(3) {
            drawing.line(frame.innerLeft, y(tick), frame.innerRight, y(tick), "grid")
            drawing.text(Figure.number(tick), frame.innerLeft - 6, y(tick) + 4, anchor: .end)
        }
        drawing.line(frame.innerLeft, y(alarm.threshold), frame.innerRight, y(alarm.threshold), "threshold")
        drawing.text(
            "threshold \(Figure.number(alarm.threshold))", frame.innerRight, y(alarm.threshold) - 5, anchor: .end,
            "note")
        drawing.line(frame.innerLeft, frame.innerBottom, frame.innerRight, frame.innerBottom, "axis")
        for event in datapoints {
            guard let value = event.value, value.isFinite else { continue }
            let at = x(event.second)
            drawing.line(at, y(0), at, y(value), "stem")
            drawing.circle(at, y(value), radius: 3.2, breaches(value) ? "mark bad" : "mark hollow")
        }
    }

    private func drawStates(
        _ events: [AlarmObservation.Event], _ x: PlotScale, top: Double, in drawing: inout SVGDrawing
    ) {
        var spans: [(state: AlarmState, from: Double)] = []
        for event in events where event.kind == "state" {
            let named = AlarmState.named(in: event.text)
            // The first change tells what the state was before it.
            if spans.isEmpty, named.count > 1 { spans.append((named[0], x.lower)) }
            if let state = named.last { spans.append((state, event.second)) }
        }
        for (index, span) in spans.enumerated() {
            let left = x(span.from)
            let right = index + 1 < spans.count ? x(spans[index + 1].from) : x.end
            let style =
                switch span.state {
                case .ok: "state ok"
                case .alarm: "state alarm"
                case .insufficientData: "state nodata"
                }
            drawing.rectangle(left, top, width: right - left, height: 18, style)
            // Letters of the larger size take some 9 units each.
            if right - left > Double(span.state.short.count) * 9 + 18 {
                drawing.text(span.state.short, left + 10, top + 13, style + " name")
            }
        }
    }

    /// Whether a datapoint is on the alarm's side of the threshold, as far as the condition tells.
    private func breaches(_ value: Double) -> Bool {
        let condition = alarm.condition
        if condition.hasPrefix(">=") { return value >= alarm.threshold }
        if condition.hasPrefix("<=") { return value <= alarm.threshold }
        if condition.hasPrefix(">") { return value > alarm.threshold }
        if condition.hasPrefix("<") { return value < alarm.threshold }
        return value >= alarm.threshold
    }

    private func readings(_ events: [AlarmObservation.Event], _ x: PlotScale) -> ChartReadings {
        // What happened at one moment is one reading.
        var readings: [ChartReadings.Reading] = []
        for event in events.prefix(400) {
            let title = Figure.duration(seconds: event.second)
            let line = Self.told(event)
            if readings.last?.title == title {
                readings[readings.count - 1].lines.append(line)
            } else {
                readings.append(.init(x: x(event.second), title: title, lines: [line]))
            }
        }
        return ChartReadings(readings: readings)
    }

    /// `datapoint 10: Sum over 5 min`.
    static func told(_ event: AlarmObservation.Event) -> String {
        let value = event.value.map { " " + Figure.number($0) } ?? ""
        return event.text.isEmpty ? "\(event.kind)\(value)" : "\(event.kind)\(value): \(event.text)"
    }

    private var label: String {
        "Timeline of the alarm \(alarm.name), condition \(alarm.condition): \(AlarmWords(alarm).line)."
    }
}
