import EmulatorCore
import ExactJSON
import NIOHTTP1

/// One call of Lambda's REST API, taken apart.
struct LambdaCall: Sendable {
    var method: String
    /// `2015-03-31`
    var version: String
    /// The decoded path behind the version.
    var path: [String]
    var request: ServerRequest
    var caller: Caller
    private var query: [String: [String]]

    /// Nil for a path that starts with no API version.
    init?(_ request: ServerRequest) {
        var segments = RESTPath(request.path).segments
        guard let version = segments.first, Self.isVersion(version) else { return nil }
        segments.removeFirst()
        method = request.method
        self.version = version
        path = segments
        self.request = request
        caller = Caller(request)
        query = Dictionary(grouping: request.queryItems, by: \.name).mapValues { $0.map(\.value) }
    }

    /// The limit of a request with code: an archive of 50 MB in base64, and what stands around it. The figure is the one
    /// that Lambda's message names.
    static let longestUpload = 70_167_211

    /// Whether a request is one that may carry code: CreateFunction or UpdateFunctionCode.
    static func takesCode(method: String, path: Substring) -> Bool {
        guard isLambda(path) else { return false }
        let parts = path.split(separator: "/").dropFirst()
        guard parts.first == "functions" else { return false }
        return method == "POST" ? parts.count == 1 : method == "PUT" && parts.count == 3 && parts.last == "code"
    }

    /// Whether a path belongs to Lambda: its API's operations begin with the date of a version.
    static func isLambda(_ path: Substring) -> Bool {
        path.hasPrefix("/20") && isVersion(path.dropFirst().prefix { $0 != "/" })
    }

    private static func isVersion(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return false }
        return bytes.indices.allSatisfy { $0 == 4 || $0 == 7 || (48...57).contains(bytes[$0]) }
    }

    func parameter(_ name: String) -> String? { query[name]?.first.flatMap { $0.isEmpty ? nil : $0 } }

    func parameters(_ name: String) -> [String] { query[name] ?? [] }

    /// The body as JSON; an object without members when there is none.
    ///
    /// - Throws: `RequestTooLargeException` and `InvalidRequestContentException`.
    ///
    /// - Parameter operation: that takes code, so that its limit is another.
    func input(_ operation: String? = nil) throws(AWSServiceError) -> JSONValue {
        if request.isBodyTooLong {
            if let operation {
                throw AWSServiceError(
                    "RequestEntityTooLargeException",
                    "Request must be smaller than \(Self.longestUpload) bytes for the \(operation) operation",
                    status: 413)
            }
            throw AWSServiceError("RequestTooLargeException", "The request's body is too large.", status: 413)
        }
        if request.body.isEmpty { return [:] }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: request.body)
        } catch {
            throw AWSServiceError("InvalidRequestContentException", "Could not parse request body into json: \(error)")
        }
        guard value.objectValue != nil else {
            throw AWSServiceError("InvalidRequestContentException", "The request body is no JSON object.")
        }
        return value
    }

    /// A page of a list: `Marker` says where it starts, `MaxItems` how much it holds.
    func page(
        _ items: [JSONValue], as member: String, most: Int = 50
    ) throws(AWSServiceError) -> JSONValue {
        var size = most
        if let text = parameter("MaxItems") {
            guard let number = Int(text), (1...10_000).contains(number) else {
                throw .lambdaValidation(text, "maxItems", "have value greater than or equal to 1")
            }
            size = min(number, most)
        }
        var start = 0
        if let marker = parameter("Marker") {
            guard let number = Int(marker), (0...items.count).contains(number) else {
                throw .invalidLambda("The marker \(marker) is not one of this list.")
            }
            start = number
        }
        let page = items[start..<min(items.count, start + size)]
        var answer: [String: JSONValue] = [member: .array(Array(page))]
        if page.endIndex < items.count { answer["NextMarker"] = .string(String(page.endIndex)) }
        return .object(answer)
    }
}
