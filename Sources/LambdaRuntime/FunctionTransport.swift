import HTTPExchange

/// What a function's code reaches AWS with: encrypted as a rule, plain where an emulator stands in for it.
struct FunctionTransport: HTTPTransport {
    private let plain: PlainHTTPTransport
    private let encrypted: AsyncHTTPTransport

    init(longestTimeout: Duration) {
        plain = PlainHTTPTransport(longestTimeout: longestTimeout)
        encrypted = AsyncHTTPTransport(longestTimeout: longestTimeout)
    }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        if request.url.utf8.starts(with: "http:".utf8) { return try await plain.send(request) }
        return try await encrypted.send(request)
    }

    func shutDown() async {
        await plain.shutDown()
        await encrypted.shutDown()
    }
}
