package import HTTPExchange
import Timekeeping

/// One invocation handed out by the Runtime API.
package struct LambdaInvocation: Sendable, Equatable {
    package var payload: [UInt8]
    package var context: LambdaContext
}

/// The Runtime API as its four calls.
///
/// Source: "Using the Lambda runtime API for custom runtimes" of the Lambda developer guide.
package struct RuntimeAPIClient: Sendable {
    private let base: String
    private let transport: any HTTPTransport

    /// - Parameters:
    ///   - address: Host and port, the value of `AWS_LAMBDA_RUNTIME_API`.
    ///   - transport: Must wait as long as a request says, which is practically for ever.
    package init(address: String, transport: any HTTPTransport) {
        base = "http://\(address)/2018-06-01/runtime"
        self.transport = transport
    }

    /// Waits for the next invocation, however long the platform freezes or idles this process.
    ///
    /// - Throws: `LambdaRuntimeError` with code `lost` when no answer comes, `refused` on one that is no invocation.
    package func next() async throws(LambdaRuntimeError) -> LambdaInvocation {
        let response = try await send("GET", "/invocation/next", timeout: Self.unlimited)
        guard response.status == 200 else { throw Self.refused("invocation/next", response) }
        guard let requestID = response.headers.first("Lambda-Runtime-Aws-Request-Id"),
            let deadline = response.headers.first("Lambda-Runtime-Deadline-Ms").flatMap(Int64.init)
        else {
            throw LambdaRuntimeError(
                code: .refused, message: "the Runtime API handed out an invocation without id or deadline")
        }
        return LambdaInvocation(
            payload: response.body,
            context: LambdaContext(
                requestID: requestID, deadline: Timestamp(millisecondsSinceEpoch: deadline),
                invokedFunctionARN: response.headers.first("Lambda-Runtime-Invoked-Function-Arn") ?? "",
                traceID: response.headers.first("Lambda-Runtime-Trace-Id")))
    }

    /// Delivers an invocation's answer.
    package func respond(to requestID: String, with payload: [UInt8]) async throws(LambdaRuntimeError) {
        try await report("/invocation/\(PercentEncoding.encode(requestID))/response", payload)
    }

    /// Reports an invocation as failed.
    package func fail(_ requestID: String, with error: any Error) async throws(LambdaRuntimeError) {
        try await report("/invocation/\(PercentEncoding.encode(requestID))/error", LambdaFailure(error))
    }

    /// Reports that the function could not start.
    package func failInitialization(with error: any Error) async throws(LambdaRuntimeError) {
        try await report("/init/error", LambdaFailure(error))
    }

    private func report(_ path: String, _ failure: LambdaFailure) async throws(LambdaRuntimeError) {
        try await report(path, failure.body, headers: [HTTPHeader("Lambda-Runtime-Function-Error-Type", failure.type)])
    }

    private func report(
        _ path: String, _ body: [UInt8], headers: [HTTPHeader] = []
    ) async throws(LambdaRuntimeError) {
        let type = [HTTPHeader("Content-Type", "application/json")]
        let response = try await send("POST", path, headers: type + headers, body: body, timeout: .seconds(30))
        // 4xx: this one report came too late or was too large, the platform knows; 500: "non-recoverable state".
        if response.status >= 500 { throw Self.refused(path, response) }
    }

    private func send(
        _ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8] = [], timeout: Duration
    ) async throws(LambdaRuntimeError) -> HTTPResponse {
        let request = HTTPRequest(method: method, url: base + path, headers: headers, body: body, timeout: timeout)
        do throws(HTTPTransportError) {
            return try await transport.send(request)
        } catch {
            let code: LambdaRuntimeError.Code = error.code == .connect || error.code == .resolve ? .unreachable : .lost
            throw LambdaRuntimeError(code: code, message: "no answer from the Runtime API: \(error.message)")
        }
    }

    private static func refused(_ path: String, _ response: HTTPResponse) -> LambdaRuntimeError {
        let body = String(decoding: response.body.prefix(500), as: UTF8.self)
        return LambdaRuntimeError(
            code: .refused, message: "the Runtime API answered \(response.status) to \(path): \(body)")
    }

    /// Longer than any process lives.
    private static let unlimited = Duration.seconds(100 * 365 * 86_400)
}
