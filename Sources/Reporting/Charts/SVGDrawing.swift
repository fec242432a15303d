/// An SVG drawing as text. Colours and strokes are the style sheet's, by class; text is escaped here and nowhere else.
struct SVGDrawing {
    private(set) var body = ""

    static func place(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        body +=
            "<path class=\"\(style)\" d=\"M\(Self.place(x1)) \(Self.place(y1))L\(Self.place(x2)) \(Self.place(y2))\"/>"
    }

    mutating func path(_ points: [(x: Double, y: Double)], _ style: String, closed: Bool = false) {
        guard let first = points.first else { return }
        var data = "M\(Self.place(first.x)) \(Self.place(first.y))"
        for point in points.dropFirst() { data += "L\(Self.place(point.x)) \(Self.place(point.y))" }
        body += "<path class=\"\(style)\" d=\"\(data)\(closed ? "Z" : "")\"/>"
    }

    mutating func rectangle(_ x: Double, _ y: Double, width: Double, height: Double, _ style: String) {
        guard width > 0, height > 0 else { return }
        body += "<rect class=\"\(style)\" x=\"\(Self.place(x))\" y=\"\(Self.place(y))\""
        body += " width=\"\(Self.place(width))\" height=\"\(Self.place(height))\"/>"
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) {
        body +=
            "<circle class=\"\(style)\" cx=\"\(Self.place(x))\" cy=\"\(Self.place(y))\" r=\"\(Self.place(radius))\"/>"
    }

    /// Two strokes that cross: told from a circle without colour.
    mutating func cross(_ x: Double, _ y: Double, radius: Double, _ style: String) {
        body +=
            "<path class=\"\(style)\" d=\"M\(Self.place(x - radius)) \(Self.place(y - radius))l\(Self.place(2 * radius)) "
        body +=
            "\(Self.place(2 * radius))m0 \(Self.place(-2 * radius))l\(Self.place(-2 * radius)) \(Self.place(2 * radius))\"/>"
    }

    enum Anchor: String { case start, middle, end }

    mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, _ style: String = "tick") {
        body += "<text class=\"\(style)\" x=\"\(Self.place(x))\" y=\"\(Self.place(y))\""
        body += anchor == .start ? ">" : " text-anchor=\"\(anchor.rawValue)\">"
        body += OutsideText.escapedMarkup(text) + "</text>"
    }

    /// The whole drawing. `label` is what a screen reader says; `readings` are what the pointer and the arrow keys show.
    func markup(width: Double, height: Double, label: String, readings: ChartReadings = ChartReadings()) -> String {
        var head = "<svg class=\"chart\" viewBox=\"0 0 \(Self.place(width)) \(Self.place(height))\" role=\"img\""
        head += " aria-label=\"\(OutsideText.escapedMarkup(label))\""
        if !readings.isEmpty { head += " data-readings=\"\(OutsideText.escapedMarkup(readings.json))\"" }
        return head + ">\(body)</svg>"
    }
}

/// What a chart says at each place along its horizontal axis, for the page's script.
struct ChartReadings {
    struct Reading {
        /// In the drawing's units.
        var x: Double
        var title: String
        /// One line each: `p95 14.2 ms`.
        var lines: [String]
    }

    var readings: [Reading] = []
    var isEmpty: Bool { readings.isEmpty }

    /// `[[x, title, line...], ...]`.
    var json: String {
        let rows = readings.map { reading in
            let texts = ([reading.title] + reading.lines).map { OutsideText.json($0) }
            return "[" + ([SVGDrawing.place(reading.x)] + texts).joined(separator: ",") + "]"
        }
        return "[" + rows.joined(separator: ",") + "]"
    }
}
