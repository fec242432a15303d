package import Wiring

/// The findings of the wiring check for people: what, where, why, and what to do, by rule.
package enum WiringText {
    /// - Parameter width: columns to fold at.
    package static func render(_ report: WiringReport, width: Int) -> String {
        var lines: [String] = []
        for (title, entries) in [("ERROR", report.errors), ("ADVICE", report.advice)] {
            for group in grouped(entries) {
                guard let first = group.first?.finding else { continue }
                lines.append("\(title)  \(first.id)")
                lines += folded("why: \(first.reason)", indent: "  ", width: width)
                for entry in group {
                    lines.append("")
                    lines += folded(entry.finding.message, indent: "  ", width: width)
                    lines.append("    at: \(place(entry))")
                    lines += folded("do: \(entry.finding.remedy)", indent: "    ", width: width)
                }
                lines.append("")
            }
        }
        for gap in report.gaps { lines += folded("not judged: \(gap)", indent: "", width: width) }
        if !report.gaps.isEmpty { lines.append("") }
        lines.append(summary(report))
        return lines.joined(separator: "\n")
    }

    private static func summary(_ report: WiringReport) -> String {
        func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
        return
            "\(OutsideText.singleLine(report.subject)): \(count(report.errors.count, "error", "errors")), \(report.advice.count) advice; "
            + "\(report.rules) rules, \(count(report.alarms, "alarm", "alarms"))"
    }

    /// In the order of first appearance.
    private static func grouped(_ entries: [WiringReport.Entry]) -> [[WiringReport.Entry]] {
        var order: [String] = []
        for entry in entries where !order.contains(entry.finding.id) { order.append(entry.finding.id) }
        return order.map { id in entries.filter { $0.finding.id == id } }
    }

    private static func place(_ entry: WiringReport.Entry) -> String {
        let place = entry.finding.place.text
        return OutsideText.singleLine(entry.location.map { "\($0.file):\($0.line):\($0.column)  \(place)" } ?? place)
    }

    private static func folded(_ text: String, indent: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = indent
        for word in OutsideText.singleLine(text).split(separator: " ") {
            if line.count + word.count + 1 > width, line.count > indent.count + 4 {
                lines.append(line)
                // What belongs to a label stands under its text.
                line = indent + "    "
            }
            line += (line.allSatisfy { $0 == " " } ? "" : " ") + word
        }
        return lines + [line]
    }
}
