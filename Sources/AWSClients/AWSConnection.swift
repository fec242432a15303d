import AWSSigning
package import HTTPExchange
package import Timekeeping

/// Signs requests, sends them, and tries again what is worth it.
package struct AWSConnection: Sendable {
    package var configuration: AWSClientConfiguration
    package var transport: any HTTPTransport
    package var now: @Sendable () -> Timestamp
    package var retries: RetryPolicy
    private let signingKeys = SigningKeys()

    package init(
        configuration: AWSClientConfiguration, transport: any HTTPTransport,
        now: @escaping @Sendable () -> Timestamp = Timestamp.system, retries: RetryPolicy = .standard
    ) {
        self.configuration = configuration
        self.transport = transport
        self.now = now
        self.retries = retries
    }

    /// Sends a request to a service and hands back an answer below 300.
    ///
    /// - Parameters:
    ///   - path: with its leading slash, percent-encoded, query included.
    ///   - action: for error messages.
    ///   - repeatable: whether sending twice does no harm; only then a transient failure is tried again.
    ///   - decodeError: finds the error's name and text in an answer of 300 and above.
    package func send(
        _ service: AWSService, method: String, path: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        action: String, repeatable: Bool, decodeError: @Sendable (HTTPResponse) -> (code: String, message: String)
    ) async throws(AWSCallError) -> HTTPResponse {
        var attempt = 0
        while true {
            let failure: AWSCallError
            do throws(AWSCallError) {
                let response = try await sendOnce(
                    service, method: method, path: path, headers: headers, body: body, action: action)
                if response.status < 300 { return response }
                let (code, message) = decodeError(response)
                failure = AWSCallError(code: code, message: message, status: response.status, action: action)
            } catch {
                failure = error
            }
            guard repeatable, failure.isTransient, attempt < retries.maximumRetries, !Task.isCancelled else {
                throw failure
            }
            await retries.pause(retries.delay(afterAttempt: attempt))
            attempt += 1
        }
    }

    private func sendOnce(
        _ service: AWSService, method: String, path: String, headers: [HTTPHeader], body: [UInt8], action: String
    ) async throws(AWSCallError) -> HTTPResponse {
        var request = HTTPRequest(
            method: method, url: configuration.url(of: service) + path, headers: headers, body: body)
        let signer = SignatureV4(
            service: service.signingName, region: configuration.region, credentials: configuration.credentials,
            keys: signingKeys)
        do throws(SigningError) {
            try signer.sign(&request, at: now())
        } catch {
            throw AWSCallError(code: "Signing", message: error.message, status: 0, action: action)
        }
        do throws(HTTPTransportError) {
            return try await transport.send(request)
        } catch {
            throw AWSCallError(code: "Transport", message: error.message, status: 0, action: action)
        }
    }
}

/// How often and after which pause a failed call is tried again: exponential backoff with full jitter
/// (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
package struct RetryPolicy: Sendable {
    package var maximumRetries: Int
    package var base: Duration
    package var cap: Duration
    /// Suspends for a while; handed in so that tests need not wait.
    package var pause: @Sendable (Duration) async -> Void
    /// A number in 0..<1.
    package var random: @Sendable () -> Double

    package init(
        maximumRetries: Int, base: Duration = .milliseconds(100), cap: Duration = .seconds(5),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.maximumRetries = maximumRetries
        self.base = base
        self.cap = cap
        self.pause = pause
        self.random = random
    }

    package static let standard = RetryPolicy(maximumRetries: 4)
    package static let none = RetryPolicy(maximumRetries: 0)

    func delay(afterAttempt attempt: Int) -> Duration {
        min(cap, base * (1 << min(attempt, 10))) * random()
    }
}
