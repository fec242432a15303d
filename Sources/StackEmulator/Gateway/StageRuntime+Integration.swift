import EmulatorCore
import ExactJSON
import NIOCore
import Timekeeping

extension StageRuntime {
    private enum Called: Sendable {
        case answered(InvocationResult)
        case failed(AWSServiceError)
        case timedOut
    }

    /// Calls the function behind a method and turns what it returns into the answer.
    func integrate(_ exchange: Exchange, _ plan: MethodPlan, _ function: String) async -> ServerResponse {
        let event = event(of: exchange, plan)
        let began = ContinuousClock.now
        let called = await call(function, event)
        var integration = IntegrationRecord(latency: ContinuousClock.now - began)
        switch called {
        case .timedOut:
            integration.error = surroundings.switches.integrationTimeoutMessage
            return refuse(.integrationTimeout, exchange, integration)
        case .failed(let error):
            // The function was not invoked at all: throttled, or its environment cannot be opened.
            integration.lambdaStatus = error.status
            integration.error = "\(error.code): \(error.message)"
            return refuse(.apiConfigurationError, exchange, integration)
        case .answered(let result):
            integration.lambdaStatus = 200
            integration.requestID = result.requestID
            if result.functionError != nil {
                integration.error = "The Lambda function returned an error."
                return refuse(.default5XX, exchange, integration)
            }
            guard let response = ProxyOutput.response(from: result.payload) else {
                integration.error = "Execution failed due to configuration error: Malformed Lambda proxy response"
                return refuse(.default5XX, exchange, integration)
            }
            integration.functionStatus = response.status
            store(response, exchange)
            return finish(exchange, response, integration)
        }
    }

    /// Waits for the function no longer than the gateway does; the function itself runs on to its own end.
    private func call(_ function: String, _ event: [UInt8]) async -> Called {
        let outcome = OneShot<Called>()
        let functions = surroundings.functions
        let isStarted = surroundings.nursery.start {
            do throws(AWSServiceError) {
                outcome.fulfill(.answered(try await functions.invoke(function, payload: event)))
            } catch {
                outcome.fulfill(.failed(error))
            }
        }
        if !isStarted { return .timedOut }
        let limit = TimeAmount.nanoseconds(surroundings.switches.integrationTimeout.wholeNanoseconds)
        let timer = surroundings.eventLoops.next().scheduleTask(in: limit) { _ = outcome.fulfill(.timedOut) }
        let called = await outcome.value
        timer.cancel()
        return called
    }

    private func event(of exchange: Exchange, _ plan: MethodPlan) -> [UInt8] {
        ProxyEvent(
            request: exchange.request, path: String(exchange.path), resourceID: plan.resourceID,
            resourcePath: plan.resourcePath, pathParameters: exchange.pathParameters, stage: stage.name,
            stageVariables: stage.variables, apiID: api.id, accountID: surroundings.account.id,
            deploymentID: stage.deploymentID, domainName: domainName, requestID: exchange.requestID,
            extendedRequestID: exchange.extendedRequestID, traceID: "Root=\(exchange.traceRoot)",
            requestTime: exchange.started
        ).json.serialized()
    }
}
