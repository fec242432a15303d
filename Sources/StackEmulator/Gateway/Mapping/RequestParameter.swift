/// A parameter of a request: `method.request.path.id`, `.querystring.q`, `.header.Accept`.
enum RequestParameter: Sendable, Equatable {
    case path(String)
    case queryString(String)
    case multiValueQueryString(String)
    case header(String)
    case multiValueHeader(String)

    /// Nil when the text names no request parameter.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "method", parts[1] == "request", !parts[3].isEmpty else { return nil }
        let name = String(parts[3])
        switch parts[2] {
        case "path": self = .path(name)
        case "querystring": self = .queryString(name)
        case "multivaluequerystring": self = .multiValueQueryString(name)
        case "header": self = .header(name)
        case "multivalueheader": self = .multiValueHeader(name)
        default: return nil
        }
    }

    var name: String {
        switch self {
        case .path(let name), .queryString(let name), .multiValueQueryString(let name), .header(let name),
            .multiValueHeader(let name):
            name
        }
    }

    /// The last value sent; of a multi-value parameter all, with commas between them.
    func value(in request: ServerRequest, pathParameters: [(name: String, value: Substring)]) -> String? {
        switch self {
        case .path(let name): return pathParameters.first { $0.name == name }.map { String($0.value) }
        case .queryString(let name): return request.queryItems.last { $0.name == name }?.value
        case .multiValueQueryString(let name):
            let values = request.queryItems.filter { $0.name == name }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ",")
        case .header(let name): return request.headers[name].last
        case .multiValueHeader(let name):
            let values = request.headers[name]
            return values.isEmpty ? nil : values.joined(separator: ",")
        }
    }

    /// Adds this parameter's value in a request to a cache key.
    func append(
        to key: inout CacheKey, request: ServerRequest, pathParameters: [(name: String, value: Substring)]
    ) {
        switch self {
        case .path(let name): key.append(pathParameters.first { $0.name == name }?.value)
        case .queryString(let name): key.append(request.queryItems.last { $0.name == name }?.value)
        case .multiValueQueryString(let name):
            let values = request.queryItems.filter { $0.name == name }.map(\.value)
            key.append(values.isEmpty ? nil : values.joined(separator: "\u{0}"))
        case .header(let name): key.append(request.headers[name].last)
        case .multiValueHeader(let name):
            let values = request.headers[name]
            key.append(values.isEmpty ? nil : values.joined(separator: "\u{0}"))
        }
    }
}
