import EmulatorCore
import ExactJSON
import HTTPExchange

/// A call of API Gateway's own API, taken apart.
struct GatewayCall: Sendable {
    var verb: String
    /// The path's segments, decoded.
    var path: [String]
    private var items: [(name: String, value: String)]
    /// The body; nil when there is none.
    var input: JSONValue?
    /// There is a body, and it is no JSON.
    var isMalformed = false

    init(_ request: ServerRequest) {
        verb = request.method
        path = RESTPath(request.path).segments
        items = request.queryItems
        guard !request.body.isEmpty else { return }
        do throws(JSONError) { input = try JSONValue(parsing: request.body) } catch { isMalformed = true }
    }

    var body: JSONValue { input ?? [:] }
    var api: String { path.count > 1 ? path[1] : "" }

    var query: [String: String] { Dictionary(items) { _, last in last } }

    func queryValues(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    func operations() throws(AWSServiceError) -> [PatchOperation] { try PatchOperation.all(in: body) }

    var unknown: AWSServiceError {
        AWSServiceError(
            "UnknownOperationException", "\(verb) /\(path.joined(separator: "/")) is not emulated.", status: 404)
    }

    func empty(_ status: Int) -> ServerResponse {
        ServerResponse(status: status, headers: ["x-amzn-RequestId": Identifiers.uuid()])
    }

    /// A page of a list: `limit` elements after the one that `position` names; 25 unless told, 500 at most.
    func page(_ all: [(id: String, document: JSONValue)]) throws(AWSServiceError) -> ServerResponse {
        var limit = 25
        if let text = query["limit"] {
            guard let number = Int(text), (1...500).contains(number) else {
                throw GatewayFault.badRequest("Invalid limit specified. Must be between 1 and 500")
            }
            limit = number
        }
        var rest = all[...]
        if let position = query["position"] {
            guard let index = all.firstIndex(where: { $0.id == position }) else {
                throw GatewayFault.badRequest("Invalid position parameter specified")
            }
            rest = all[(index + 1)...]
        }
        let page = rest.prefix(limit)
        var members: [String: JSONValue] = ["item": .array(page.map(\.document))]
        if page.count < rest.count, let last = page.last { members["position"] = .string(last.id) }
        return RESTAnswer.json(.object(members))
    }
}
