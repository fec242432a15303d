package import HTTPExchange

/// The canonical form of a request that Signature V4 signs.
///
/// Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package struct CanonicalRequest: Sendable, Equatable {
    /// The six parts joined by line feeds.
    package var text: String
    /// The names of the signed headers, sorted, joined by semicolons.
    package var signedHeaders: String

    /// Headers that hops on the way may change or add; botocore leaves them unsigned too.
    static let unsignedHeaders: Set<String> = [
        "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    /// - Parameters:
    ///   - doubleEncodesPath: every service but S3 encodes the path, already encoded on the wire, once more.
    ///   - payloadHash: lower-case hexadecimal SHA-256 of the body, or a marker such as `UNSIGNED-PAYLOAD`.
    package init(
        method: String, url: URLParts, headers: [HTTPHeader], doubleEncodesPath: Bool, payloadHash: String
    ) {
        var values: [String: [String]] = [:]
        for header in headers {
            let name = header.name.lowercased()
            guard !Self.unsignedHeaders.contains(name) else { continue }
            values[name, default: []].append(Self.collapsed(header.value))
        }
        if values["host"] == nil { values["host"] = [url.hostHeader] }
        let names = values.keys.sorted()
        signedHeaders = names.joined(separator: ";")
        let lines = names.map { "\($0):\(values[$0, default: []].joined(separator: ","))\n" }.joined()
        let path =
            doubleEncodesPath ? PercentEncoding.encode(Self.withoutDotSegments(url.path), keeping: "/") : url.path
        text = [
            method.uppercased(), path.isEmpty ? "/" : path, Self.sortedQuery(url.query), lines, signedHeaders,
            payloadHash,
        ].joined(separator: "\n")
    }

    /// The canonical form of a request that has been received: just the headers that its sender has signed are in it.
    ///
    /// - Parameters:
    ///   - path: as it is on the wire.
    ///   - query: as it is on the wire, without the signature itself.
    ///   - values: the values of a header, by its name in lower case.
    package init(
        method: String, path: String, query: String, signedHeaders names: [String],
        values: (String) -> [String], doubleEncodesPath: Bool, payloadHash: String
    ) {
        signedHeaders = names.joined(separator: ";")
        let lines = names.map { name in
            "\(name):\(values(name).map(Self.collapsed).joined(separator: ","))\n"
        }.joined()
        let encoded = doubleEncodesPath ? PercentEncoding.encode(Self.withoutDotSegments(path), keeping: "/") : path
        text = [
            method.uppercased(), encoded.isEmpty ? "/" : encoded, Self.sortedQuery(query), lines, signedHeaders,
            payloadHash,
        ].joined(separator: "\n")
    }

    /// Runs of white space become one space; none is left at the ends.
    static func collapsed(_ value: String) -> String {
        value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Query parameters as they are on the wire, sorted by name and then by value; one without `=` gets an empty value.
    static func sortedQuery(_ query: String) -> String {
        guard !query.isEmpty else { return "" }
        let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { pair -> (String, String) in
            guard let equals = pair.firstIndex(of: "=") else { return (String(pair), "") }
            return (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
        }
        // Compared by code point, as AWS does; the texts are ASCII.
        return pairs.sorted { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }.map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// The path without `.`, `..` and empty segments (RFC 3986 section 5.2.4, empty segments removed as AWS does).
    static func withoutDotSegments(_ path: String) -> String {
        guard !path.isEmpty else { return "/" }
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        let trailing = path.hasSuffix("/") && !kept.isEmpty ? "/" : ""
        return (path.hasPrefix("/") ? "/" : "") + kept.joined(separator: "/") + trailing
    }
}
