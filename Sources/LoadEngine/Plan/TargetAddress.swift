#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ScenarioModel

/// Where a load goes, taken apart once.
struct TargetAddress: Sendable, Equatable {
    var baseURL: String
    var isTLS: Bool
    /// Without the brackets of an IPv6 address.
    var host: String
    var port: UInt16
    /// What stands before every request's own path; empty or starting with a slash, never ending with one.
    var path: String
    /// The Host header's value: the port only where it is not the scheme's own.
    var hostHeader: String

    /// Nil when `BaseURL.fault` finds something.
    init?(_ baseURL: String) {
        guard BaseURL.fault(baseURL) == nil, let colon = baseURL.firstIndex(of: ":") else { return nil }
        isTLS = baseURL[..<colon].lowercased() == "https"
        let rest = baseURL[colon...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count).reversed().drop { $0 == "/" }.reversed())
        let standard: UInt16 = isTLS ? 443 : 80
        let bracket = authority.lastIndex(of: "]")
        let portColon = authority.lastIndex(of: ":").flatMap { colon in
            bracket.map { colon > $0 } ?? true ? colon : nil
        }
        let written = portColon.map { String(authority[..<$0]) } ?? String(authority)
        port = portColon.flatMap { UInt16(authority[authority.index(after: $0)...]) } ?? standard
        host = written.hasPrefix("[") ? String(written.dropFirst().dropLast()) : written
        hostHeader = port == standard ? written : "\(written):\(port)"
        self.baseURL = baseURL
    }

    /// The URL libcurl opens connections by.
    var connectURL: String {
        "\(isTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }

    /// What the system's resolver says, as `CURLOPT_RESOLVE` wants it; nil when the host is an address already.
    ///
    /// Looked up once for all connections: libcurl would start a thread for each of them.
    func resolved() throws(LoadError) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        hints.ai_flags = AI_NUMERICHOST
        if getaddrinfo(host, nil, &hints, &list) == 0 {
            freeaddrinfo(list)
            return nil
        }
        hints.ai_flags = 0
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw LoadError(
                code: .unreachable, message: "cannot resolve \(host): \(String(cString: gai_strerror(code)))",
                location: baseURL)
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let got = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if got == 0 {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                let address = String(decoding: bytes, as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            next = entry.pointee.ai_next
        }
        return "\(host):\(port):\(addresses.joined(separator: ","))"
    }
}
