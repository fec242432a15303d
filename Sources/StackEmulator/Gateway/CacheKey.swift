import NIOHTTP1

/// What tells two cached answers apart: the namespace and method, and the values of the listed parameters.
///
/// Nothing else of a request is in it: not the path, not the query string, no header that is not listed.
struct CacheKey: Hashable, Sendable {
    private var bytes: [UInt8]

    init(method: Int) {
        bytes = []
        bytes.reserveCapacity(48)
        append(UInt32(truncatingIfNeeded: method))
    }

    /// Adds one parameter's value; a missing one differs from an empty one.
    mutating func append(_ value: (some StringProtocol)?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        append(UInt32(truncatingIfNeeded: value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func append(_ number: UInt32) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

/// Where a cache key parameter is found in a request: `method.request.path.id`, `.querystring.q`, `.header.Accept`.
enum CacheKeyParameter: Sendable, Equatable {
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

    /// Adds this parameter's value in a request to a key.
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
