/// The state of one runtime as the Runtime API sees it; decides what each call of the runtime means.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
struct RuntimeSession: Sendable {
    enum Phase: Sendable, Equatable {
        /// Started, has not asked for an invocation yet.
        case initializing
        /// Waits for an invocation.
        case idle
        /// Works on the invocation of this request id.
        case invoking(String)
        case over
    }

    /// What the driver does about a call of the runtime.
    enum Verdict: Sendable, Equatable {
        /// Keep the call open until an invocation comes.
        case park(isFirst: Bool)
        /// The invocation is done; answer 202.
        case finish(RuntimeOutcome)
        /// The runtime could not start; answer 202.
        case initFailed(RuntimeOutcome)
        /// Answer an error.
        case refuse(status: Int, type: String, message: String)
    }

    /// A response's limit, payload and envelope (Lambda's quotas: 6 MB).
    static let maximumResponseBytes = 6_291_556

    private(set) var phase = Phase.initializing

    mutating func next() -> Verdict {
        switch phase {
        case .initializing:
            phase = .idle
            return .park(isFirst: true)
        case .idle: return .park(isFirst: false)
        case .invoking, .over:
            return .refuse(
                status: 403, type: "InvalidStateTransition", message: "Transition from Running to Ready is not allowed."
            )
        }
    }

    /// An idle runtime gets an invocation.
    mutating func begin(_ requestID: String) { phase = .invoking(requestID) }

    mutating func response(to requestID: Substring, body: [UInt8], isTooLong: Bool) -> Verdict {
        guard let refusal = finish(requestID) else {
            if isTooLong || body.count > Self.maximumResponseBytes {
                let type = "Function.ResponseSizeTooLarge"
                let message =
                    "Response payload size exceeded maximum allowed payload size (\(Self.maximumResponseBytes) bytes)."
                return .finish(.failure(LambdaText.errorPayload(type: type, message: message), type: type))
            }
            return .finish(.response(body))
        }
        return refusal
    }

    mutating func failure(of requestID: Substring, body: [UInt8], type: String?) -> Verdict {
        if let refusal = finish(requestID) { return refusal }
        return .finish(Self.failure(body, type))
    }

    mutating func initFailure(body: [UInt8], type: String?) -> Verdict {
        guard phase == .initializing else {
            return .refuse(
                status: 403, type: "InvalidStateTransition", message: "The runtime was initialized already.")
        }
        phase = .over
        return .initFailed(Self.failure(body, type))
    }

    mutating func end() { phase = .over }

    private mutating func finish(_ requestID: Substring) -> Verdict? {
        guard case .invoking(let current) = phase, current == requestID else {
            return .refuse(status: 400, type: "InvalidRequestID", message: "Invalid request ID")
        }
        // The runtime is idle when it asks for the next invocation; until then it may still be tidying up.
        phase = .idle
        return nil
    }

    private static func failure(_ body: [UInt8], _ type: String?) -> RuntimeOutcome {
        let type = type.flatMap { $0.isEmpty ? nil : $0 } ?? "Unhandled"
        // A runtime may report nothing or garbage; the caller of the function gets JSON either way.
        guard !body.isEmpty, body.count <= maximumResponseBytes else {
            return .failure(LambdaText.errorPayload(type: type, message: "The runtime reported an error."), type: type)
        }
        return .failure(body, type: type)
    }
}
