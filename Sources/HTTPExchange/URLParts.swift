/// An absolute HTTP URL taken apart, its percent-encoding left as it is.
package struct URLParts: Sendable, Equatable {
    package var scheme: String
    package var host: String
    /// Nil when the URL names none.
    package var port: Int?
    /// Starts with `/` or is empty.
    package var path: String
    /// Without the question mark; empty when there is none.
    package var query: String

    /// Nil when the text is no absolute `http` or `https` URL with a host.
    package init?(_ text: String) {
        guard let separator = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            text.utf8[separator...].starts(with: "://".utf8)
        else { return nil }
        scheme = text[..<separator].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        // Bytes, not characters: a combining mark behind a slash does not make it another character.
        let whole = text.utf8[text.utf8.index(separator, offsetBy: 3)...].prefix { $0 != UInt8(ascii: "#") }
        let authorityEnd =
            whole.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? whole.endIndex
        var authority = whole[..<authorityEnd]
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[authority.index(after: at)...] }
        if authority.first == UInt8(ascii: "["), let close = authority.firstIndex(of: UInt8(ascii: "]")) {
            host = String(Substring(authority[...close]))
            authority = authority[authority.index(after: close)...]
        } else {
            let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
            host = String(Substring(authority[..<colon]))
            authority = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        port = nil
        if authority.first == UInt8(ascii: ":") {
            guard let number = Int(Substring(authority.dropFirst())), (1...65_535).contains(number) else { return nil }
            port = number
        } else if !authority.isEmpty {
            return nil
        }
        let rest = whole[authorityEnd...]
        let question = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        path = String(Substring(rest[..<question]))
        query = question == rest.endIndex ? "" : String(Substring(rest[rest.index(after: question)...]))
    }

    /// What a request line names: path and query.
    package var target: String {
        let path = path.isEmpty ? "/" : path
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// Host and port as the URL has them.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// The value of the Host header: the port only where it is not the scheme's own.
    package var hostHeader: String {
        guard let port, port != (scheme == "https" ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }
}
