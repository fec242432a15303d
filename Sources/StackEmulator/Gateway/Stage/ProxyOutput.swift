import ExactJSON
import NIOHTTP1

/// Reads what a function behind a proxy integration returns.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
struct ProxyOutput: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: String
    /// The body is base64; whether it is decoded depends on what the caller accepts.
    var isBase64: Bool

    private static let allowedMembers: Set<String> = [
        "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded",
    ]

    /// Headers that a function cannot set; the gateway renames them.
    private static let remapped: Set<String> = ["connection", "content-length", "date", "server", "www-authenticate"]

    /// Nil when a payload breaks the contract, which is a 502.
    init?(_ payload: [UInt8]) {
        guard let output = try? JSONValue(parsing: payload), case .object(let members) = output, !members.isEmpty,
            members.keys.allSatisfy(Self.allowedMembers.contains), let status = Self.status(of: members["statusCode"])
        else { return nil }
        self.status = status
        headers = HTTPHeaders()
        guard Self.addMultiValues(members["multiValueHeaders"], to: &headers),
            Self.addValues(members["headers"], to: &headers)
        else { return nil }
        if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: "application/json") }
        switch members["isBase64Encoded"] {
        case nil, .null?: isBase64 = false
        case .bool(let flag)?: isBase64 = flag
        default: return nil
        }
        switch members["body"] {
        case nil, .null?: body = ""
        case .string(let text)?: body = text
        default: return nil
        }
    }

    /// The answer; without binary media types the gateway passes a base64 body on as the text it is.
    func response(decodesBase64: Bool = false) -> ServerResponse {
        let bytes = decodesBase64 ? Base64.decode(body) ?? Array(body.utf8) : Array(body.utf8)
        return ServerResponse(status: status, headers: headers, body: bytes)
    }

    /// The answer that a payload stands for; nil when it breaks the contract.
    static func response(from payload: [UInt8]) -> ServerResponse? { ProxyOutput(payload)?.response() }

    private static func status(of value: JSONValue?) -> Int? {
        let status: Int?
        switch value {
        case nil, .null?: status = 200
        case .number(let literal)?: status = Int(literal)
        case .string(let text)?: status = Int(text)
        default: status = nil
        }
        // An informational status would leave the client waiting for the final one.
        guard let status, (200...599).contains(status) else { return nil }
        return status
    }

    private static func addMultiValues(_ value: JSONValue?, to headers: inout HTTPHeaders) -> Bool {
        switch value {
        case nil, .null?: return true
        case .object(let members)?:
            for (name, values) in members.sorted(by: { $0.key < $1.key }) {
                guard let values = values.arrayValue else { return false }
                for value in values {
                    guard let text = text(of: value), add(name, text, to: &headers) else { return false }
                }
            }
            return true
        default: return false
        }
    }

    private static func addValues(_ value: JSONValue?, to headers: inout HTTPHeaders) -> Bool {
        switch value {
        case nil, .null?: return true
        case .object(let members)?:
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                guard let text = text(of: value) else { return false }
                // A value that multiValueHeaders has already is not said twice.
                if headers[name].contains(text) { continue }
                guard add(name, text, to: &headers) else { return false }
            }
            return true
        default: return false
        }
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    private static func add(_ name: String, _ value: String, to headers: inout HTTPHeaders) -> Bool {
        // What would split the answer, or is no header at all, is the function's mistake.
        let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
        guard isToken, !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else { return false }
        headers.add(name: remapped.contains(name.lowercased()) ? "x-amzn-Remapped-\(name)" : name, value: value)
        return true
    }
}
