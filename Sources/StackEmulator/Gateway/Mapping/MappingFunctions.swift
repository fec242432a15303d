import ExactJSON
import Foundation
import HTTPExchange

/// The functions that mapping templates call: those of `$input` and `$util`, and the methods of texts, lists and maps.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
enum MappingFunctions {
    private static let input: Set<String> = ["json", "path", "params"]
    private static let util: Set<String> = [
        "escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode",
    ]
    private static let methods: Set<String> = [
        "get", "size", "length", "isEmpty", "contains", "containsKey", "keySet", "values", "entrySet", "toString",
        "equals", "equalsIgnoreCase", "startsWith", "endsWith", "indexOf", "substring", "toUpperCase", "toLowerCase",
        "trim", "replace", "replaceAll", "split", "matches", "add", "put", "remove", "getKey", "getValue", "concat",
    ]

    /// Refuses a function that does not exist here, when the template is read.
    static func check(_ reference: MappingReference) throws(TemplateProblem) {
        for (index, access) in reference.accesses.enumerated() {
            guard case .call(let name, _) = access else { continue }
            let known =
                index == 0 && reference.name == "input"
                ? input : index == 0 && reference.name == "util" ? util : methods
            guard known.contains(name) else {
                throw TemplateProblem(message: "$\(reference.name)...\(name)() is not emulated")
            }
        }
    }

    static func util(_ name: String, _ arguments: [JSONValue]) throws(TemplateProblem) -> JSONValue {
        guard let argument = arguments.first else { throw TemplateProblem(message: "$util.\(name)() needs a value") }
        let text = argument.javaText
        switch name {
        case "escapeJavaScript": return .string(escapedJavaScript(text))
        case "parseJson":
            guard let value = try? JSONValue(parsing: text) else {
                throw TemplateProblem(message: "$util.parseJson() got what is no JSON")
            }
            return value
        case "urlEncode":
            return .string(
                PercentEncoding.encode(text, keeping: "*").replacing("%20", with: "+").replacing("~", with: "%7E"))
        case "urlDecode": return .string(PercentEncoding.decode(text, plusIsSpace: true) ?? text)
        case "base64Encode": return .string(Data(text.utf8).base64EncodedString())
        case "base64Decode":
            guard let data = Data(base64Encoded: text) else {
                throw TemplateProblem(message: "$util.base64Decode() got what is no base64")
            }
            return .string(String(decoding: data, as: UTF8.self))
        default: throw TemplateProblem(message: "$util.\(name)() is not emulated")
        }
    }

    /// The text as it stands between the quotes of a JavaScript string.
    static func escapedJavaScript(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "'", "\\", "/": output += "\\" + String(scalar)
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{8}": output += "\\b"
            case "\u{C}": output += "\\f"
            default:
                if scalar.value >= 0x20, scalar.value < 0x7F {
                    output.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16, uppercase: true)
                        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                }
            }
        }
        return output
    }

    /// A method of a value; nil where the value has no such method.
    static func method(_ name: String, of value: JSONValue, _ arguments: [JSONValue]) -> JSONValue? {
        switch value {
        case .object(let members): method(name, of: members, arguments)
        case .array(let elements): method(name, of: elements, arguments)
        case .null: nil
        case .string, .number, .bool: method(name, of: value.javaText, arguments)
        }
    }

    private static func method(
        _ name: String, of members: [String: JSONValue], _ arguments: [JSONValue]
    ) -> JSONValue? {
        let sorted = members.sorted { $0.key < $1.key }
        switch name {
        case "get": return arguments.first.flatMap { members[$0.javaText] } ?? .null
        case "size": return .integer(members.count)
        case "isEmpty": return .bool(members.isEmpty)
        case "containsKey": return .bool(arguments.first.map { members[$0.javaText] != nil } ?? false)
        case "keySet": return .array(sorted.map { .string($0.key) })
        case "values": return .array(sorted.map(\.value))
        case "entrySet": return .array(sorted.map { ["key": .string($0.key), "value": $0.value] })
        case "getKey": return members["key"]
        case "getValue": return members["value"]
        case "toString": return .string(JSONValue.object(members).javaText)
        default: return nil
        }
    }

    private static func method(_ name: String, of elements: [JSONValue], _ arguments: [JSONValue]) -> JSONValue? {
        switch name {
        case "get": return JSONValue.array(elements)[arguments.first?.intValue ?? -1] ?? .null
        case "size": return .integer(elements.count)
        case "isEmpty": return .bool(elements.isEmpty)
        case "contains": return .bool(arguments.first.map(elements.contains) ?? false)
        case "toString": return .string(JSONValue.array(elements).javaText)
        default: return nil
        }
    }

    private static func method(_ name: String, of text: String, _ arguments: [JSONValue]) -> JSONValue? {
        let first = arguments.first?.javaText ?? ""
        switch name {
        case "length", "size": return .integer(text.count)
        case "isEmpty": return .bool(text.isEmpty)
        case "contains": return .bool(first.isEmpty || text.contains(first))
        case "toString": return .string(text)
        case "equals": return .bool(text == first)
        case "equalsIgnoreCase": return .bool(text.lowercased() == first.lowercased())
        case "startsWith": return .bool(text.hasPrefix(first))
        case "endsWith": return .bool(text.hasSuffix(first))
        case "toUpperCase": return .string(text.uppercased())
        case "toLowerCase": return .string(text.lowercased())
        case "trim": return .string(text.trimmingCharacters(in: .whitespacesAndNewlines))
        case "concat": return .string(text + first)
        case "indexOf":
            return .integer(
                text.firstRange(of: first).map { text.distance(from: text.startIndex, to: $0.lowerBound) } ?? -1)
        case "substring":
            let start = arguments.first?.intValue ?? 0
            let end = arguments.count > 1 ? arguments[1].intValue ?? 0 : text.count
            guard start >= 0, end >= start, end <= text.count else { return nil }
            return .string(String(text.dropFirst(start).prefix(end - start)))
        case "replace": return arguments.count == 2 ? .string(text.replacing(first, with: arguments[1].javaText)) : nil
        case "replaceAll":
            guard arguments.count == 2, let pattern = try? Regex(first) else { return nil }
            return .string(text.replacing(pattern, with: arguments[1].javaText))
        case "matches":
            guard let pattern = try? Regex(first) else { return nil }
            return .bool((try? pattern.wholeMatch(in: text)) != nil)
        case "split":
            guard let pattern = try? Regex(first) else { return nil }
            return .array(text.split(separator: pattern).map { .string(String($0)) })
        default: return nil
        }
    }
}

extension JSONValue {
    /// The value as a template prints it: texts bare, maps and lists as Java shows them.
    var javaText: String {
        switch self {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): text
        case .array(let elements): "[" + elements.map(\.javaText).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.javaText)" }.joined(separator: ", ")
                + "}"
        }
    }
}
