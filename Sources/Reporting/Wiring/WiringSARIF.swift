package import ExactJSON
import HTTPExchange
package import Wiring

/// The findings of the wiring check as SARIF 2.1.0, which code hosts show beside the line
/// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
package enum WiringSARIF {
    /// - Parameter version: of this program.
    package static func render(_ report: WiringReport, version: String) -> JSONValue {
        [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "firedrill", "semanticVersion": .string(version),
                            "rules": .array(WiringRules.all.map(rule)),
                        ]
                    ],
                    // Columns count characters, as the template's reader counts them.
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        [
                            "executionSuccessful": true,
                            "toolExecutionNotifications": .array(
                                report.gaps.map {
                                    ["level": "note", "message": ["text": .string("not judged: \($0)")]]
                                }),
                        ]
                    ],
                    "results": .array(report.entries.map(result)),
                ]
            ],
        ]
    }

    private static func level(_ severity: WiringSeverity) -> JSONValue { severity == .error ? "error" : "warning" }

    private static func rule(_ rule: WiringRule) -> JSONValue {
        [
            "id": .string(rule.id), "shortDescription": ["text": .string(rule.title)],
            "fullDescription": ["text": .string(rule.reason)],
            "help": ["text": .string("\(rule.title.prefix(1).uppercased())\(rule.title.dropFirst()). \(rule.reason)")],
            "defaultConfiguration": ["level": level(rule.severity)],
        ]
    }

    private static func result(_ entry: WiringReport.Entry) -> JSONValue {
        let finding = entry.finding
        var location: [String: JSONValue] = [
            "logicalLocations": [
                [
                    "name": .string(finding.place.logicalID), "fullyQualifiedName": .string(finding.place.text),
                    "kind": "resource",
                ]
            ]
        ]
        if let place = entry.location {
            location["physicalLocation"] = [
                "artifactLocation": ["uri": .string(uri(place.file))],
                "region": ["startLine": .integer(place.line), "startColumn": .integer(place.column)],
            ]
        }
        return [
            "ruleId": .string(finding.id),
            "ruleIndex": .integer(WiringRules.all.firstIndex { $0.id == finding.id } ?? -1),
            "level": level(finding.severity),
            "message": [
                "text": .string(
                    "\(finding.message). \(finding.remedy.prefix(1).uppercased())\(finding.remedy.dropFirst()).")
            ],
            "locations": [.object(location)],
            // The same finding is the same one after lines above it moved.
            "partialFingerprints": ["place/v1": .string("\(finding.id) \(finding.place.text)")],
        ]
    }

    /// A path as a relative reference of RFC 3986, or as a file URL where it is absolute.
    private static func uri(_ path: String) -> String {
        let encoded = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
        return path.hasPrefix("/") ? "file://\(encoded)" : encoded
    }
}
