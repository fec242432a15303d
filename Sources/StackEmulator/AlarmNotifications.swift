import EmulatedMonitoring
import EmulatedServices
import EmulatorCore
import Synchronization

/// What alarms do: publish to topics and invoke functions.
final class AlarmNotifications: Sendable {
    private struct Functions {
        weak var lambda: LambdaService?
    }

    /// The principal that a function's policy must let in
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html).
    private static let principal = "lambda.alarms.cloudwatch.amazonaws.com"

    private let account: EmulatedAccount
    private let topics: TopicService
    private let functions = Mutex(Functions())

    init(account: EmulatedAccount, topics: TopicService) {
        self.account = account
        self.topics = topics
    }

    /// Says where functions are, which come into being after the alarms.
    func invokeFunctions(of lambda: LambdaService) { functions.withLock { $0.lambda = lambda } }

    @Sendable func carryOut(_ request: AlarmActionRequest) async -> AlarmActionOutcome {
        let parts = request.actionARN.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        do throws(AWSServiceError) {
            switch parts.count > 2 ? parts[2] : "" {
            case "sns":
                try topics.publish(
                    topicARN: request.actionARN, subject: request.subject, message: request.notification.text,
                    service: "cloudwatch.amazonaws.com", sourceARN: request.alarmARN)
            case "lambda": try invoke(request)
            default: return .failure("Actions of this kind are not emulated: \(request.actionARN)")
            }
            return .success
        } catch {
            return .failure(error.message)
        }
    }

    /// Hands the event over to the function, as an asynchronous invocation; nobody waits for the function itself.
    private func invoke(_ request: AlarmActionRequest) throws(AWSServiceError) {
        guard let lambda = functions.withLock({ $0.lambda }) else { return }
        let function = try FunctionIdentifier(request.actionARN, account: account)
        let isAllowed = lambda.allows(
            function: request.actionARN, service: Self.principal, sourceARN: request.alarmARN)
        guard isAllowed else {
            throw AWSServiceError(
                "AccessDeniedException",
                "\(Self.principal) is not authorized to perform: lambda:InvokeFunction on resource: \(request.actionARN) "
                    + "because no resource-based policy allows the lambda:InvokeFunction action", status: 403)
        }
        try lambda.enqueue(function, InvocationRequest(payload: request.event.serialized()))
    }
}
