import HTTPExchange
import Testing

@testable import LoadEngine

@Suite("CurlTransport")
struct CurlTransportTests {
    private func withServer<R: Sendable>(
        _ handler: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply,
        _ body: (LoopbackServer, CurlTransport) async throws -> R
    ) async throws -> R {
        let server = LoopbackServer(handler)
        defer { server.stop() }
        return try await body(server, CurlTransport())
    }

    @Test("sends method, path, headers and body as stated and adds nothing but Host and Content-Length")
    func sendsAsStated() async throws {
        try await withServer({ _ in .ok("hi", headers: "X-A: 1\r\nx-a: 2\r\n") }) { server, transport in
            let response = try await transport.send(
                HTTPRequest(
                    method: "PUT", url: server.url + "/a/../b?x=%20&y", headers: [HTTPHeader("X-Empty", "")],
                    body: [0, 1, 2]))
            #expect(response.status == 200)
            #expect(response.body == Array("hi".utf8))
            #expect(response.headers.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["1", "2"])
            #expect(response.elapsed > .zero)
            let request = try #require(server.requests.first)
            let lines = request.head.split(separator: "\r\n").map(String.init)
            #expect(lines.first == "PUT /a/../b?x=%20&y HTTP/1.1")
            #expect(
                Set(lines.dropFirst()) == ["Host: 127.0.0.1:\(server.port)", "X-Empty:", "Content-Length: 3"])
            #expect(request.body == [0, 1, 2])
        }
    }

    @Test("speaks every method", arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
    func methods(method: String) async throws {
        try await withServer({ _ in .send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)) }) { server, transport in
            let response = try await transport.send(HTTPRequest(method: method, url: server.url))
            #expect(response.status == 204)
            #expect(server.requests.first?.method == method)
        }
    }

    @Test("keeps the connection for the next request and takes only the final answer's headers")
    func reusesConnections() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        try await withServer({ _ in .send(Array(interim.utf8)) }) { server, transport in
            for _ in 0..<5 {
                let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
                #expect(response.headers.first("x-interim") == nil)
            }
            #expect(server.connections == 1)
        }
    }

    @Test("never sends a request twice when a kept connection dies under it")
    func noSilentRetry() async throws {
        try await withServer({ $0.number == 0 ? .ok("first") : .close }) { server, transport in
            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            await #expect(throws: HTTPTransportError.self) {
                try await transport.send(HTTPRequest(method: "GET", url: server.url))
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test("follows no redirect")
    func noRedirect() async throws {
        try await withServer({ _ in .ok("", headers: "Location: /other\r\n", status: "302 Found") }) {
            server, transport in
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test("names why no answer came")
    func errors() async throws {
        let transport = CurlTransport()
        let closed = LoopbackServer { _ in .silence }
        let port = closed.port
        closed.stop()
        let refused = await #expect(throws: HTTPTransportError.self) {
            try await transport.send(HTTPRequest(method: "GET", url: "http://127.0.0.1:\(port)"))
        }
        #expect(refused?.code == .connect || refused?.code == .reset)
        let injected = await #expect(throws: HTTPTransportError.self) {
            try await transport.send(
                HTTPRequest(method: "GET", url: "http://127.0.0.1:1", headers: [HTTPHeader("a", "b\r\nc: d")]))
        }
        #expect(injected?.code == .malformed)
        let scheme = await #expect(throws: HTTPTransportError.self) {
            try await transport.send(HTTPRequest(method: "GET", url: "file:///etc/hostname"))
        }
        #expect(scheme?.code == .malformed)
        try await withServer({ _ in .silence }) { server, transport in
            let late = await #expect(throws: HTTPTransportError.self) {
                try await transport.send(
                    HTTPRequest(method: "GET", url: server.url, timeout: .milliseconds(30)))
            }
            #expect(late?.code == .timeout)
        }
    }

    @Test("ends a request when its task is cancelled, whether it was under way or not")
    func cancellation() async throws {
        try await withServer({ _ in .silence }) { server, transport in
            await withTaskGroup(of: HTTPTransportError?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do throws(HTTPTransportError) {
                            _ = try await transport.send(HTTPRequest(method: "GET", url: server.url))
                            return nil
                        } catch { return error }
                    }
                }
                group.cancelAll()
                for await error in group { #expect(error?.code == .cancelled) }
            }
        }
    }

    @Test("carries many requests at once")
    func concurrency() async throws {
        try await withServer({ .ok($0.target) }) { server, transport in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let response = try await transport.send(
                            HTTPRequest(method: "GET", url: "\(server.url)/\(index)"))
                        return response.body == Array("/\(index)".utf8)
                    }
                }
                for try await right in group { #expect(right) }
            }
        }
    }
}
