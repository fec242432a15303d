package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import Timekeeping
import Synchronization

/// CloudWatch metrics and alarms, evaluated minute by minute on the emulator's clock.
///
/// What services record about themselves becomes visible with the flush two seconds after its minute; alarms are
/// evaluated five seconds after each minute.
package final class CloudWatchService: EmulatedService {
    let account: EmulatedAccount
    let clock: VirtualClock
    let evaluationRange: EvaluationRange
    let actions: AlarmActions
    /// What keeps alarms and dashboards over restarts.
    let documents: DocumentStore?
    // Where both are needed, `alarms` is locked first.
    let metrics = Mutex(MetricStore())
    let alarms: Mutex<AlarmStore>
    let dashboards = Mutex<[String: Dashboard]>([:])

    /// - Parameters:
    ///   - evaluationRange: how many datapoints an alarm looks at.
    ///   - documents: keeps alarms and dashboards over restarts; `restore` takes them over.
    ///   - actions: carries out what alarms do when their state changes.
    package init(
        account: EmulatedAccount, clock: VirtualClock, evaluationRange: EvaluationRange = EvaluationRange(),
        documents: DocumentStore? = nil, actions: @escaping AlarmActions
    ) {
        self.documents = documents
        alarms = Mutex(AlarmStore(documents: documents))
        self.account = account
        self.clock = clock
        self.evaluationRange = evaluationRange
        self.actions = actions
    }

    /// Puts the flush and the evaluation of every minute on the clock; they go on for as long as the service lives.
    package func start() {
        clock.every(.seconds(60), delay: .seconds(2)) { [weak self] boundary in self?.flush(before: boundary) }
        clock.every(.seconds(60), delay: .seconds(5)) { [weak self] boundary in
            await self?.evaluateAlarms(endingAt: boundary)
        }
        // Alarms with periods below a minute are evaluated every ten seconds; whole minutes are done above.
        clock.every(.seconds(10), delay: .seconds(5)) { [weak self] boundary in
            guard boundary.wholeSecondsSinceEpoch % 60 != 0 else { return }
            await self?.evaluateAlarms(endingAt: boundary, periodsBelow: 60)
        }
    }

    /// Carries out an operation of CloudWatch's service model, with the model's member names; moments are seconds
    /// since 1970.
    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let answer = try await carryOut(operation, CallInput(input))
        // A change is told when it can no longer be lost. Metrics are not kept.
        if operation != "PutMetricData", let documents { try await documents.settle() }
        return answer
    }

    private func carryOut(_ operation: String, _ input: CallInput) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "PutMetricData": return try putMetricData(input)
        case "GetMetricStatistics": return try getMetricStatistics(input)
        case "GetMetricData": return try getMetricData(input)
        case "ListMetrics": return try listMetrics(input)
        case "PutMetricAlarm": return try putMetricAlarm(input)
        case "PutCompositeAlarm": return try await putCompositeAlarm(input)
        case "DescribeAlarms": return try describeAlarms(input)
        case "DescribeAlarmsForMetric": return try describeAlarmsForMetric(input)
        case "DescribeAlarmHistory": return try describeAlarmHistory(input)
        case "DeleteAlarms": return try deleteAlarms(input)
        case "EnableAlarmActions": return try setActions(input, enabled: true)
        case "DisableAlarmActions": return try setActions(input, enabled: false)
        case "SetAlarmState": return try await setAlarmState(input)
        case "PutDashboard": return try putDashboard(input)
        case "GetDashboard": return try getDashboard(input)
        case "ListDashboards": return try listDashboards(input)
        case "DeleteDashboards": return try deleteDashboards(input)
        case "TagResource": return try tagResource(input)
        case "UntagResource": return try untagResource(input)
        case "ListTagsForResource": return try listTags(input)
        default: throw .unknownOperation(operation)
        }
    }

    /// The code that an error of the JSON model has in the query protocol, and in the header `x-amzn-query-error`.
    package static func queryErrorCode(of error: AWSServiceError) -> String {
        switch error.code {
        case "InvalidParameterValueException": "InvalidParameterValue"
        case "InvalidParameterCombinationException": "InvalidParameterCombination"
        case "MissingRequiredParameterException": "MissingParameter"
        case "DashboardInvalidInputError": "InvalidParameterInput"
        case "DashboardNotFoundError": "ResourceNotFound"
        case "LimitExceededFault": "LimitExceeded"
        case "InvalidFormatFault": "InvalidFormat"
        case "InternalServiceFault": "InternalServiceError"
        case "UnknownOperationException": "InvalidAction"
        default: error.code
        }
    }
}
