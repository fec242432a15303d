import AWSSigning
package import HTTPExchange
package import Timekeeping

/// Signs requests, sends them, and tries again what is worth it.
package struct AWSConnection: Sendable {
    package var configuration: AWSClientConfiguration
    package var transport: any HTTPTransport
    package var now: @Sendable () -> Timestamp
    package var retries: RetryPolicy
    /// Asked before each attempt; nil for credentials that last.
    package var renewal: (any CredentialRenewal)?
    private let signingKeys = SigningKeys()

    package init(
        configuration: AWSClientConfiguration, transport: any HTTPTransport,
        now: @escaping @Sendable () -> Timestamp = Timestamp.system, retries: RetryPolicy = .standard,
        renewal: (any CredentialRenewal)? = nil
    ) {
        self.configuration = configuration
        self.transport = transport
        self.now = now
        self.retries = retries
        self.renewal = renewal
    }

    /// Sends a request to a service and hands back what an answer below 300 says.
    ///
    /// - Parameters:
    ///   - path: with its leading slash, percent-encoded, query included.
    ///   - action: for error messages.
    ///   - repeatable: whether sending twice does no harm; only then a transient failure is tried again.
    ///   - decodeError: finds the error's name and text in an answer of 300 and above.
    ///   - decode: reads an answer below 300; nil when it cannot be read, as one that was cut off.
    package func send<Answer>(
        _ service: AWSService, method: String, path: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        action: String, repeatable: Bool, decodeError: @Sendable (HTTPResponse) -> (code: String, message: String),
        decode: (HTTPResponse) throws(MalformedAnswer) -> Answer
    ) async throws(AWSCallError) -> Answer {
        var attempt = 0
        var refused: AWSCredentials?
        while true {
            let credentials = try await renewal?.credentials(insteadOf: refused) ?? configuration.credentials
            let failure: AWSCallError
            var wished: Duration?
            do throws(AWSCallError) {
                let response = try await sendOnce(
                    service, method: method, path: path, headers: headers, body: body, action: action, by: credentials)
                if response.status < 300 { return try Self.read(response, of: action, by: decode) }
                let (code, message) = decodeError(response)
                failure = AWSCallError(code: code, message: message, status: response.status, action: action)
                wished = RetryPolicy.wish(of: response)
            } catch {
                failure = error
            }
            // A call that was refused for its credentials has done nothing: it can be sent again whatever it does.
            if failure.isExpired, renewal != nil, refused == nil {
                refused = credentials
                continue
            }
            guard repeatable || failure.isThrottled, failure.isTransient, attempt < retries.maximumRetries,
                !Task.isCancelled
            else { throw failure }
            await retries.pause(retries.delay(afterAttempt: attempt, wished: wished))
            attempt += 1
        }
    }

    private static func read<Answer>(
        _ response: HTTPResponse, of action: String, by decode: (HTTPResponse) throws(MalformedAnswer) -> Answer
    ) throws(AWSCallError) -> Answer {
        do throws(MalformedAnswer) {
            return try decode(response)
        } catch {
            throw AWSCallError(
                code: AWSCallError.malformedAnswer, message: error.message, status: response.status, action: action)
        }
    }

    private func sendOnce(
        _ service: AWSService, method: String, path: String, headers: [HTTPHeader], body: [UInt8], action: String,
        by credentials: AWSCredentials?
    ) async throws(AWSCallError) -> HTTPResponse {
        var request = HTTPRequest(
            method: method, url: configuration.url(of: service) + path, headers: headers, body: body)
        if let credentials {
            let signer = SignatureV4(
                service: service.signingName, region: configuration.signingRegion(of: service),
                credentials: credentials, keys: signingKeys)
            do throws(SigningError) {
                try signer.sign(&request, at: now())
            } catch {
                throw AWSCallError(code: "Signing", message: error.message, status: 400, action: action)
            }
        }
        do throws(HTTPTransportError) {
            return try await transport.send(request)
        } catch {
            throw AWSCallError(code: "Transport", message: error.message, status: 0, action: action)
        }
    }
}

/// An answer that is not what the service model says.
package struct MalformedAnswer: Error, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}
