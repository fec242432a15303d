package import ExactJSON
package import Wiring

/// The findings of the wiring check for programs.
package enum WiringJSON {
    package static func render(_ report: WiringReport) -> JSONValue {
        [
            "subject": .string(report.subject), "errors": .integer(report.errors.count),
            "advice": .integer(report.advice.count), "notJudged": .array(report.gaps.map(JSONValue.string)),
            "findings": .array(
                report.entries.map { entry in
                    var members: [String: JSONValue] = [
                        "id": .string(entry.finding.id), "severity": .string(entry.finding.severity.rawValue),
                        "resource": .string(entry.finding.place.logicalID),
                        "path": .array(entry.finding.place.path.map(JSONValue.string)),
                        "message": .string(entry.finding.message), "reason": .string(entry.finding.reason),
                        "remedy": .string(entry.finding.remedy),
                    ]
                    if let type = entry.resourceType { members["type"] = .string(type) }
                    if let location = entry.location {
                        members["file"] = .string(location.file)
                        members["line"] = .integer(location.line)
                        members["column"] = .integer(location.column)
                    }
                    return .object(members)
                }),
        ]
    }
}
