import NIOCore

/// Connections without a request, by the `host:port` that they lead to.
struct IdleConnections {
    private struct Entry {
        var connection: PlainHTTPConnection
        var since: NIODeadline
    }

    private var entries: [String: [Entry]] = [:]
    /// Servers drop idle connections; one that is old enough to be dropped is not used again.
    private static let longestIdleTime = TimeAmount.seconds(15)

    /// The connection that was used last; those that are too old are closed.
    mutating func take(_ origin: String, now: NIODeadline) -> PlainHTTPConnection? {
        while let entry = entries[origin]?.popLast() {
            guard entry.connection.isUsable, now - entry.since < Self.longestIdleTime else {
                _ = entry.connection.close()
                continue
            }
            return entry.connection
        }
        return nil
    }

    mutating func put(_ connection: PlainHTTPConnection, _ origin: String, now: NIODeadline) {
        entries[origin, default: []].append(Entry(connection: connection, since: now))
    }

    mutating func takeAll() -> [PlainHTTPConnection] {
        defer { entries = [:] }
        return entries.values.flatMap { $0.map(\.connection) }
    }
}
