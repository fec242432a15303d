/// The address that a server listens on.
struct ListenAddress: Sendable, Equatable {
    var host: String

    init(_ host: String) { self.host = host }

    /// Whether only this machine reaches it.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || (host.hasPrefix("127.") && !host.contains(":"))
    }

    /// How this machine reaches it, as a URL has it.
    var localHost: String {
        switch host {
        case "0.0.0.0", "": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        }
    }
}
