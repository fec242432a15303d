import Glibc
import Synchronization

@testable import LoadEngine

/// A small HTTP/1.1 server on the loopback whose answers a test writes byte by byte.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        /// Number of the connection on this server and of the request on the connection, both from 0.
        var connection: Int
        var number: Int
        var head: String
        var body: [UInt8]

        var method: String { String(head.prefix { $0 != " " }) }
        var target: String { String(head.drop { $0 != " " }.dropFirst().prefix { $0 != " " }) }
        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                    return String(parts[1].drop { $0 == " " })
                }
            }
            return nil
        }
    }

    enum Reply: Sendable {
        case send([UInt8])
        /// Each piece in a write of its own.
        case pieces([[UInt8]])
        case sendAndClose([UInt8])
        /// Closes without an answer.
        case close
        /// Closes with a TCP reset.
        case reset
        /// Never answers; the connection stays open until the server stops.
        case silence

        static func ok(_ body: String, headers: String = "", status: String = "200 OK") -> Reply {
            .send(
                Array(
                    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)".utf8))
        }
    }

    let port: UInt16
    private let listener: Int32
    private let counters = Mutex(Counters())
    private let handler: @Sendable (Request) -> Reply

    private struct Counters {
        var sockets: [Int32] = []
        var connections = 0
        var requests: [Request] = []
        var stopping = false
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { counters.withLock(\.requests) }
    var connections: Int { counters.withLock(\.connections) }

    init(_ handler: @escaping @Sendable (Request) -> Reply) {
        self.handler = handler
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var bound = sockaddr_in()
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = bind(listener, $0, length) }
        }
        listen(listener, 256)
        withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listener, $0, &length) }
        }
        self.listener = listener
        port = UInt16(bigEndian: bound.sin_port)
        _ = OSThread { [self] in acceptLoop() }
    }

    /// Closes everything; every thread of the server ends by itself.
    func stop() {
        let sockets: [Int32]? = counters.withLock { counters in
            // Once only: later the descriptors' numbers may be another server's.
            guard !counters.stopping else { return nil }
            counters.stopping = true
            return counters.sockets
        }
        guard let sockets else { return }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptLoop() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else {
                close(listener)
                return
            }
            var one: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            let number: Int? = counters.withLock { counters in
                guard !counters.stopping else { return nil }
                counters.sockets.append(socket)
                counters.connections += 1
                return counters.connections - 1
            }
            guard let number else {
                close(socket)
                continue
            }
            _ = OSThread { [self] in serve(socket, connection: number) }
        }
    }

    private func serve(_ socket: Int32, connection: Int) {
        defer {
            counters.withLock { $0.sockets.removeAll { $0 == socket } }
            close(socket)
        }
        var buffer: [UInt8] = []
        var number = 0
        while let request = read(socket, &buffer, connection: connection, number: number) {
            counters.withLock { $0.requests.append(request) }
            number += 1
            switch handler(request) {
            case .send(let bytes): write(socket, bytes)
            case .pieces(let pieces): for piece in pieces { write(socket, piece) }
            case .sendAndClose(let bytes):
                write(socket, bytes)
                return
            case .close: return
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                return
            case .silence: break
            }
        }
    }

    private func read(_ socket: Int32, _ buffer: inout [UInt8], connection: Int, number: Int) -> Request? {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let end = Self.headEnd(buffer) {
                var request = Request(
                    connection: connection, number: number, head: String(decoding: buffer[..<end], as: UTF8.self),
                    body: [])
                let length = request.header("content-length").flatMap { Int($0) } ?? 0
                if buffer.count >= end + 4 + length {
                    request.body = Array(buffer[end + 4..<end + 4 + length])
                    buffer.removeFirst(end + 4 + length)
                    return request
                }
            }
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: chunk[..<count])
        }
    }

    private static func headEnd(_ buffer: [UInt8]) -> Int? {
        guard buffer.count >= 4 else { return nil }
        return (0...buffer.count - 4).first {
            buffer[$0] == 13 && buffer[$0 + 1] == 10 && buffer[$0 + 2] == 13 && buffer[$0 + 3] == 10
        }
    }

    private func write(_ socket: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
