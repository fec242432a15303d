import ExactJSON
import FoundationEssentials

/// The opaque position in a listing: DynamoDB's `LastEvaluatedKey` as base64url without padding (RFC 4648, section 5).
enum PageToken {
    static func encode(_ key: JSONValue) -> String {
        let base64 = Data(key.serialized()).base64EncodedString()
        return String(
            base64.compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// The key, or nil when the token is none that this API gave out.
    static func decode(_ token: String) -> JSONValue? {
        guard !token.isEmpty, token.utf8.count <= 8192 else { return nil }
        var base64 = String(token.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let bytes = Data(base64Encoded: base64), let key = try? JSONValue(parsing: Array(bytes)),
            let members = key.objectValue, members.count == 1, let id = members["id"]?["S"]?.stringValue, !id.isEmpty
        else { return nil }
        return ["id": ["S": .string(id)]]
    }
}
