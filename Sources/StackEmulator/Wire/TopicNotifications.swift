import EmulatedServices
import EmulatorCore
import ExactJSON
import HTTPExchange
import LambdaRuntime

/// What carries messages from topics to functions and web servers.
struct TopicNotifications: Sendable {
    var functions: LambdaService
    var nursery: TaskNursery

    var deliveries: TopicDeliveries {
        TopicDeliveries(
            invoke: { function, event, topic in invoke(function, event, topic) }, transport: OneRequestTransport(),
            start: { work in nursery.start(work) })
    }

    /// Hands an event to a function whose policy lets the topic invoke it; what becomes of it is Lambda's affair.
    private func invoke(_ function: String, _ event: JSONValue, _ topic: String) -> Bool {
        guard functions.allows(function: function, service: "sns.amazonaws.com", sourceARN: topic) else { return false }
        do throws(AWSServiceError) {
            try functions.enqueue(
                try FunctionIdentifier(function, account: functions.surroundings.account),
                InvocationRequest(payload: event.serialized()))
            return true
        } catch {
            return false
        }
    }
}

/// A client for each request: messages to web servers are few, and no connection is left to be closed.
private struct OneRequestTransport: HTTPTransport {
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let transport = AsyncHTTPTransport()
        let result: Result<HTTPResponse, HTTPTransportError>
        do throws(HTTPTransportError) {
            result = .success(try await transport.send(request))
        } catch {
            result = .failure(error)
        }
        await transport.shutDown()
        return try result.get()
    }
}
