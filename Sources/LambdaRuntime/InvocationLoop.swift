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
        while true {
            let invocation = try await api.next()
            let outcome: Result<[UInt8], any Error>
            do {
                outcome = .success(try await handler.handle(invocation.payload, context: invocation.context))
            } catch {
                outcome = .failure(error)
            }
            switch outcome {
            case .success(let answer): try await api.respond(to: invocation.context.requestID, with: answer)
            case .failure(let error): try await api.fail(invocation.context.requestID, with: error)
            }
        }
    }
}
