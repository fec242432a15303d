package import HTTPExchange
package import Timekeeping

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The outermost layer of a function: environment, transports, exit status.
package enum LambdaProgram {
    /// What a function's code may reach.
    package struct Surroundings: Sendable {
        package var environment: [String: String]
        /// For calls to AWS; a call is given up long before the function's own timeout.
        package var transport: any HTTPTransport
        package var now: @Sendable () -> Timestamp
        /// Writes one line into the function's log.
        package var log: @Sendable (String) -> Void
    }

    /// Runs the function until the Runtime API goes away, then says with which status the process should end.
    ///
    /// - Parameters:
    ///   - environment: The process's variables; `AWS_LAMBDA_RUNTIME_API` names the Runtime API.
    ///   - start: Makes the handler; an error from it is reported as a failed start.
    /// - Returns: 0 when whoever started this process has gone, 1 when the function could not start or go on.
    package static func run<Handler: LambdaHandler>(
        environment: [String: String], start: @Sendable (Surroundings) throws -> Handler
    ) async -> Int32 {
        guard let address = environment["AWS_LAMBDA_RUNTIME_API"], !address.isEmpty else {
            StandardError.writeLine(
                "AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda or by an emulator of it")
            return 1
        }
        let runtimeTransport = PlainHTTPTransport()
        let serviceTransport = FunctionTransport(longestTimeout: .seconds(5))
        let status = await run(
            api: RuntimeAPIClient(address: address, transport: runtimeTransport),
            surroundings: Surroundings(
                environment: environment, transport: serviceTransport, now: Timestamp.system,
                log: StandardOutput.writeLine),
            start: start)
        await serviceTransport.shutDown()
        await runtimeTransport.shutDown()
        return status
    }

    private static func run<Handler: LambdaHandler>(
        api: RuntimeAPIClient, surroundings: Surroundings, start: @Sendable (Surroundings) throws -> Handler
    ) async -> Int32 {
        let handler: Handler
        do {
            handler = try start(surroundings)
        } catch {
            StandardError.writeLine("the function could not start: \(error)")
            // The status says the same; a report that does not arrive changes nothing.
            try? await api.failInitialization(with: error)
            return 1
        }
        do throws(LambdaRuntimeError) {
            try await InvocationLoop(api: api, handler: handler).run()
        } catch {
            if error.code == .lost { return 0 }
            StandardError.writeLine(error.message)
            return 1
        }
    }

    /// The process's variables.
    package static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
