package import Wiring

/// The rules of the wiring check as test cases: those with errors fail, advice stands in the output of a case that passes.
package enum WiringJUnit {
    package static func render(_ report: WiringReport) -> String {
        let failed = Set(report.errors.map(\.finding.id))
        let rules = WiringRules.all
        let counts = "tests=\"\(rules.count)\" failures=\"\(failed.count)\" errors=\"0\" skipped=\"0\""
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        xml += "<testsuites name=\"firedrill wiring\" \(counts)>\n"
        xml += "  <testsuite name=\"\(escaped(report.subject))\" \(counts) time=\"0\">\n"
        for rule in rules {
            let entries = report.entries.filter { $0.finding.id == rule.id }
            let family = rule.id.prefix { $0 != "." }
            let head =
                "    <testcase classname=\"wiring.\(family)\" name=\"\(escaped("\(rule.id): \(rule.title)"))\" time=\"0\""
            guard !entries.isEmpty else {
                xml += head + "/>\n"
                continue
            }
            xml += head + ">\n"
            let errors = entries.filter { $0.finding.severity == .error }
            if let first = errors.first {
                xml += "      <failure type=\"\(rule.id)\" message=\"\(escaped(first.finding.message))\">"
                xml += escaped(errors.map(told).joined(separator: "\n")) + "</failure>\n"
            }
            let advice = entries.filter { $0.finding.severity == .advice }
            if !advice.isEmpty {
                xml += "      <system-out>\(escaped(advice.map(told).joined(separator: "\n")))</system-out>\n"
            }
            xml += "    </testcase>\n"
        }
        return xml + "  </testsuite>\n</testsuites>\n"
    }

    private static func told(_ entry: WiringReport.Entry) -> String {
        let place = entry.location.map { "\($0) " } ?? ""
        return "\(place)\(entry.finding.place.text): \(entry.finding.message). Remedy: \(entry.finding.remedy)"
    }

    private static func escaped(_ text: String) -> String { OutsideText.escapedMarkup(text) }
}
