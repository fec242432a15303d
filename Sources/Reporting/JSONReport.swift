import Foundation
package import Verdicts

/// `report.json`: everything measured and judged, from which every other report can be made again.
package enum JSONReport {
    /// The newest schema that this version reads; changes within it are additive only.
    static let newestSchema = 1

    /// The report as indented JSON with sorted keys, so that two runs can be compared line by line, ending in a line feed.
    ///
    /// Throws `notFinite` with the path of a figure that is not a number.
    package static func render(_ report: RunReport) throws(ReportError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(report)) + [UInt8(ascii: "\n")]
        } catch let EncodingError.invalidValue(value, context) {
            throw ReportError(
                code: .notFinite, message: "the value \(value) cannot be written as JSON",
                location: path(context.codingPath))
        } catch {
            throw ReportError(code: .malformed, message: "the report cannot be written as JSON: \(error)")
        }
    }

    /// Reads what `render` wrote, also by an older version.
    ///
    /// Throws `unknownSchema` for a newer version's, `malformed` with the path of what is missing or of another type.
    package static func read(_ bytes: [UInt8]) throws(ReportError) -> RunReport {
        struct Header: Decodable { var schemaVersion: Int }
        let data = Data(bytes)
        let decoder = JSONDecoder()
        do {
            // The version first: in a newer report anything else may be missing or changed.
            let version = try decoder.decode(Header.self, from: data).schemaVersion
            guard (1...newestSchema).contains(version) else {
                throw ReportError(
                    code: .unknownSchema,
                    message: "the report has schema version \(version), this version reads 1 to \(newestSchema)",
                    location: "schemaVersion")
            }
            return try decoder.decode(RunReport.self, from: data)
        } catch let error as ReportError {
            throw error
        } catch let error as DecodingError {
            throw malformed(error)
        } catch {
            throw ReportError(code: .malformed, message: "not a report: \(error)")
        }
    }

    private static func malformed(_ error: DecodingError) -> ReportError {
        switch error {
        case .keyNotFound(let key, let context):
            ReportError(code: .malformed, message: "is missing", location: path(context.codingPath + [key]))
        case .typeMismatch(let type, let context):
            ReportError(code: .malformed, message: "is not of the type \(type)", location: path(context.codingPath))
        case .valueNotFound(_, let context):
            ReportError(code: .malformed, message: "is null", location: path(context.codingPath))
        case .dataCorrupted(let context):
            ReportError(
                code: .malformed, message: "not a report: \(context.debugDescription)",
                location: path(context.codingPath))
        @unknown default:
            ReportError(code: .malformed, message: "not a report: \(error)")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
