/// Takes invocations one at a time and hands them to the function's code.
package struct InvocationLoop<Handler: LambdaHandler>: Sendable {
    private let api: RuntimeAPIClient
    private let handler: Handler

    package init(api: RuntimeAPIClient, handler: Handler) {
        self.api = api
        self.handler = handler
    }

    /// Works until the Runtime API goes away.
    ///
    /// - Throws: `LambdaRuntimeError`, always: there is no other end than losing the Runtime API or being refused by it.
    package func run() async throws(LambdaRuntimeError) -> Never {
        var invocation = try await api.next()
        do throws(LambdaRuntimeError) {
            while true {
                try await report(await outcome(of: invocation), of: invocation.context.requestID)
                invocation = try await api.next()
            }
        } catch {
            // It was there a moment ago, so nothing is wrong with the address.
            throw error.code == .unreachable ? LambdaRuntimeError(code: .lost, message: error.message) : error
        }
    }

    private func outcome(of invocation: LambdaInvocation) async -> Result<[UInt8], any Error> {
        do {
            return .success(try await handler.handle(invocation.payload, context: invocation.context))
        } catch {
            return .failure(error)
        }
    }

    private func report(
        _ outcome: Result<[UInt8], any Error>, of requestID: String
    ) async throws(LambdaRuntimeError) {
        switch outcome {
        case .success(let answer): try await api.respond(to: requestID, with: answer)
        case .failure(let error): try await api.fail(requestID, with: error)
        }
    }
}
