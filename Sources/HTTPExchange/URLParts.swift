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
        guard let separator = text.range(of: "://") else { return nil }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let afterScheme = text[separator.upperBound...].prefix { $0 != "#" }
        let authorityEnd = afterScheme.firstIndex { $0 == "/" || $0 == "?" } ?? afterScheme.endIndex
        var authority = afterScheme[..<authorityEnd]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = String(authority[...close])
            authority = authority[authority.index(after: close)...]
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            host = String(authority[..<colon])
            authority = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        port = nil
        if authority.hasPrefix(":") {
            guard let number = Int(authority.dropFirst()), (1...65_535).contains(number) else { return nil }
            port = number
        } else if !authority.isEmpty {
            return nil
        }
        let rest = afterScheme[authorityEnd...]
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        path = String(rest[..<question])
        query = question == rest.endIndex ? "" : String(rest[rest.index(after: question)...])
    }

    /// The value of the Host header: the port only where it is not the scheme's own.
    package var hostHeader: String {
        guard let port, port != (scheme == "https" ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }
}

extension String {
    fileprivate func range(of separator: StaticString) -> Range<String.Index>? {
        let needle = separator.description
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
