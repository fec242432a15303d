package import EmulatorCore
package import ExactJSON
import Timekeeping

/// The answers of query-protocol services.
package enum QueryXML {
    /// `<XResponse><XResult>...</XResult><ResponseMetadata>...`.
    ///
    /// - Parameters:
    ///   - result: an object with the members of the service model's output; lists become `<member>` elements, except
    ///     under the name `entry`, which maps use.
    ///   - types: tells moments and maps apart from numbers and structures.
    package static func answer(
        operation: String, namespace: String, result: JSONValue, requestID: String, types: MemberTypes = MemberTypes()
    ) -> [UInt8] {
        var text = "<\(operation)Response xmlns=\"\(namespace)\"><\(operation)Result>"
        let writer = Writer(types: types)
        writer.write(result, kind: .string, name: "", into: &text)
        text += "</\(operation)Result><ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata>"
        text += "</\(operation)Response>"
        return Array(text.utf8)
    }

    /// `<ErrorResponse>...` as botocore reads it.
    package static func error(_ error: AWSServiceError, requestID: String) -> [UInt8] {
        let sender = error.status >= 500 ? "Receiver" : "Sender"
        let text =
            "<ErrorResponse><Error><Type>\(sender)</Type><Code>\(escape(error.code))</Code>"
            + "<Message>\(escape(error.message))</Message></Error><RequestId>\(requestID)</RequestId></ErrorResponse>"
        return Array(text.utf8)
    }

    private struct Writer {
        var types: MemberTypes

        func write(_ value: JSONValue, kind: MemberTypes.Kind, name: String, into text: inout String) {
            switch value {
            case .null: break
            case .bool(let value): text += value ? "true" : "false"
            case .number(let literal):
                text += kind == .timestamp ? Timestamp(secondsSinceEpoch: Double(literal) ?? 0).iso8601 : literal
            case .string(let value): text += escape(value)
            case .array(let elements):
                for element in elements { wrap(element, in: "member", kind: kind, name: name, into: &text) }
            case .object(let members):
                if case .map(let valueKind) = kind {
                    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                        text += "<entry><key>\(escape(key))</key>"
                        wrap(value, in: "value", kind: valueKind, name: key, into: &text)
                        text += "</entry>"
                    }
                    return
                }
                for (key, value) in members.sorted(by: { $0.key < $1.key }) where !value.isNull {
                    if key == "entry", case .array(let entries) = value {
                        for entry in entries { wrap(entry, in: "entry", kind: .string, name: key, into: &text) }
                    } else if types.kind(of: key, in: name) == .flattened, case .array(let elements) = value {
                        for element in elements { wrap(element, in: key, kind: .string, name: key, into: &text) }
                    } else {
                        wrap(value, in: key, kind: types.kind(of: key, in: name), name: key, into: &text)
                    }
                }
            }
        }

        private func wrap(
            _ value: JSONValue, in element: String, kind: MemberTypes.Kind, name: String, into text: inout String
        ) {
            text += "<\(element)>"
            write(value, kind: kind, name: name, into: &text)
            text += "</\(element)>"
        }
    }

    /// Text as XML 1.0 allows it: markup escaped, control characters that it cannot say left out.
    /// A text as it stands between tags.
    package static func escape(_ text: String) -> String {
        var output = ""
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "\t", "\n": output.unicodeScalars.append(scalar)
            // A bare carriage return would be read back as a line feed.
            case "\r": output += "&#13;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: break
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
