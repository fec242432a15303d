import EmulatedServices
import EmulatorCore
import ExactJSON
import Timekeeping

/// Tells queues and topics what became of events and of batches of records.
struct InvocationDestinations: Sendable {
    var queues: QueueService
    var topics: TopicService

    /// Sends a message on behalf of a function.
    ///
    /// - Parameter arn: of a queue or a topic.
    /// - Returns: Why the message could not be delivered; nil when it was.
    func send(_ body: String, to arn: String, functionARN: String) -> String? {
        switch DestinationARN.service(of: arn) {
        case "sqs": return queues.send(toARN: arn, body: body) ? nil : "the queue \(arn) does not exist"
        case "sns":
            do throws(AWSServiceError) {
                try topics.publish(
                    topicARN: arn, subject: nil, message: body, service: "lambda.amazonaws.com",
                    sourceARN: functionARN)
                return nil
            } catch {
                return error.message
            }
        default: return "destinations like \(arn) are not emulated"
        }
    }
}

/// What a destination is told about an event that was invoked asynchronously.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
struct EventRecord: Sendable {
    enum Condition: String, Sendable {
        case success = "Success"
        case retriesExhausted = "RetriesExhausted"
        case eventAgeExceeded = "EventAgeExceeded"
        case zeroReservedConcurrency = "ZeroReservedConcurrency"
    }

    var requestID: String
    /// With the qualifier.
    var functionARN: String
    var condition: Condition
    var invocations: Int
    var payload: [UInt8]
    /// The last answer; nil when the function never answered.
    var result: InvocationResult?

    func json(at moment: Timestamp) -> JSONValue {
        var members: [String: JSONValue] = [
            "version": "1.0", "timestamp": .string(moment.iso8601),
            "requestContext": [
                "requestId": .string(requestID), "functionArn": .string(functionARN),
                "condition": .string(condition.rawValue), "approximateInvokeCount": .integer(invocations),
            ],
            "requestPayload": Self.value(payload),
        ]
        if let result {
            var context: [String: JSONValue] = [
                "statusCode": 200, "executedVersion": .string(result.executedVersion),
            ]
            if let error = result.functionError { context["functionError"] = .string(error) }
            members["responseContext"] = .object(context)
            members["responsePayload"] = Self.value(result.payload)
        }
        return .object(members)
    }

    private static func value(_ payload: [UInt8]) -> JSONValue {
        (try? JSONValue(parsing: payload)) ?? .string(String(decoding: payload, as: UTF8.self))
    }
}
