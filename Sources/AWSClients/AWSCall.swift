/// One operation of a service that a drill carries out, and the permission that it takes.
///
/// The clients call through these values and `firedrill permissions` lists them, so that no call can lack its permission.
/// Actions and the resources they can be limited to: the Service Authorization Reference
/// (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
package struct AWSCall: Sendable, Hashable {
    /// What a drill makes the call for.
    package enum Purpose: String, Sendable, CaseIterable {
        /// Finds the stack and observes what traffic does to it.
        case observation
        /// Reads definitions that only the wiring check judges: without it the check says what it could not see.
        case wiring
        /// Changes something on purpose, or undoes it.
        case fault
    }

    /// The resources that the permission can be limited to.
    package enum Scope: String, Sendable, CaseIterable {
        /// The operation knows no resources: the policy has to say `*`.
        case everything
        case stack, api, function, mapping, alarms, logGroup, allLogGroups, table, queue, topic, role, managedPolicy,
            key
        /// Queues that a drill makes for itself and removes.
        case ownQueue
    }

    package var service: AWSService
    /// The operation's name in the service model: `DescribeAlarms`.
    package var operation: String
    /// The IAM action: `cloudwatch:DescribeAlarms`.
    package var permission: String
    package var scope: Scope
    package var purpose: Purpose

    /// - Parameter permission: where it is not the service's IAM prefix and the operation's name.
    package init(
        _ service: AWSService, _ operation: String, on scope: Scope, for purpose: Purpose = .observation,
        permission: String? = nil
    ) {
        self.service = service
        self.operation = operation
        self.permission = permission ?? "\(service.permissionPrefix):\(operation)"
        self.scope = scope
        self.purpose = purpose
    }
}

extension AWSCall {
    /// Whether the call changes nothing, so that it may be sent again when its answer is lost.
    package var isRead: Bool { Self.reads(operation) }

    static func reads(_ operation: String) -> Bool {
        ["Get", "Describe", "List", "Filter", "Query", "Scan", "BatchGet", "AssumeRole"].contains {
            operation.hasPrefix($0)
        }
    }
}

extension AWSCall {
    package static let describeStacks = AWSCall(.cloudFormation, "DescribeStacks", on: .stack)
    package static let listStackResources = AWSCall(.cloudFormation, "ListStackResources", on: .stack)

    // API Gateway's permissions are HTTP methods on paths.
    package static let getRestAPI = AWSCall(.apiGateway, "GetRestApi", on: .api, permission: "apigateway:GET")
    package static let getResources = AWSCall(.apiGateway, "GetResources", on: .api, permission: "apigateway:GET")
    package static let getStage = AWSCall(.apiGateway, "GetStage", on: .api, permission: "apigateway:GET")
    package static let getStages = AWSCall(.apiGateway, "GetStages", on: .api, permission: "apigateway:GET")

    package static let getFunctionConfiguration = AWSCall(.lambda, "GetFunctionConfiguration", on: .function)
    package static let listEventSourceMappings = AWSCall(.lambda, "ListEventSourceMappings", on: .everything)
    package static let getEventSourceMapping = AWSCall(.lambda, "GetEventSourceMapping", on: .mapping)

    package static let describeAlarms = AWSCall(.cloudWatch, "DescribeAlarms", on: .alarms)
    package static let describeAlarmHistory = AWSCall(.cloudWatch, "DescribeAlarmHistory", on: .alarms)
    package static let getMetricStatistics = AWSCall(.cloudWatch, "GetMetricStatistics", on: .everything)
    package static let listMetrics = AWSCall(.cloudWatch, "ListMetrics", on: .everything)

    package static let filterLogEvents = AWSCall(.logs, "FilterLogEvents", on: .logGroup)
    package static let describeLogGroups = AWSCall(.logs, "DescribeLogGroups", on: .allLogGroups, for: .wiring)

    package static let describeTable = AWSCall(.dynamoDB, "DescribeTable", on: .table)
    package static let getQueueAttributes = AWSCall(.sqs, "GetQueueAttributes", on: .queue)
    package static let getTopicAttributes = AWSCall(.sns, "GetTopicAttributes", on: .topic)
    package static let listSubscriptionsByTopic = AWSCall(.sns, "ListSubscriptionsByTopic", on: .topic)

    package static let listRolePolicies = AWSCall(.iam, "ListRolePolicies", on: .role, for: .wiring)
    package static let getRolePolicy = AWSCall(.iam, "GetRolePolicy", on: .role, for: .wiring)
    package static let listAttachedRolePolicies = AWSCall(.iam, "ListAttachedRolePolicies", on: .role, for: .wiring)
    package static let getPolicy = AWSCall(.iam, "GetPolicy", on: .managedPolicy, for: .wiring)
    package static let getPolicyVersion = AWSCall(.iam, "GetPolicyVersion", on: .managedPolicy, for: .wiring)

    package static let getFunctionConcurrency = AWSCall(.lambda, "GetFunctionConcurrency", on: .function, for: .fault)
    package static let putFunctionConcurrency = AWSCall(.lambda, "PutFunctionConcurrency", on: .function, for: .fault)
    package static let deleteFunctionConcurrency = AWSCall(
        .lambda, "DeleteFunctionConcurrency", on: .function, for: .fault)
    // The action is not named after the operation.
    package static let invokeFunction = AWSCall(
        .lambda, "Invoke", on: .function, for: .fault, permission: "lambda:InvokeFunction")
    package static let putMetricAlarm = AWSCall(.cloudWatch, "PutMetricAlarm", on: .alarms, for: .fault)
    package static let deleteAlarms = AWSCall(.cloudWatch, "DeleteAlarms", on: .alarms, for: .fault)
    package static let setAlarmState = AWSCall(.cloudWatch, "SetAlarmState", on: .alarms, for: .fault)
    package static let putMetricData = AWSCall(.cloudWatch, "PutMetricData", on: .everything, for: .fault)
    package static let scan = AWSCall(.dynamoDB, "Scan", on: .table, for: .fault)
    package static let deleteItem = AWSCall(.dynamoDB, "DeleteItem", on: .table, for: .fault)
    package static let createQueue = AWSCall(.sqs, "CreateQueue", on: .ownQueue, for: .fault)
    package static let getQueueURL = AWSCall(.sqs, "GetQueueUrl", on: .ownQueue, for: .fault)
    package static let receiveMessage = AWSCall(.sqs, "ReceiveMessage", on: .ownQueue, for: .fault)
    package static let deleteQueue = AWSCall(.sqs, "DeleteQueue", on: .ownQueue, for: .fault)
    package static let subscribe = AWSCall(.sns, "Subscribe", on: .topic, for: .fault)
    package static let unsubscribe = AWSCall(.sns, "Unsubscribe", on: .everything, for: .fault)

    // Before a drill, in the name of whoever assumes the role: no part of the drill's own permissions.
    package static let assumeRole = AWSCall(.sts, "AssumeRole", on: .role)
    package static let assumeRoleWithWebIdentity = AWSCall(.sts, "AssumeRoleWithWebIdentity", on: .role)
    // Takes no permission.
    package static let getCallerIdentity = AWSCall(.sts, "GetCallerIdentity", on: .everything)

    /// Every call that a drill can make. A call that is not here has no permission in the policy that Firedrill prints.
    package static let all: [AWSCall] = [
        .describeStacks, .listStackResources, .getRestAPI, .getResources, .getStage, .getStages,
        .getFunctionConfiguration, .listEventSourceMappings, .getEventSourceMapping, .describeAlarms,
        .describeAlarmHistory, .getMetricStatistics, .listMetrics, .filterLogEvents, .describeLogGroups, .describeTable,
        .getQueueAttributes, .getTopicAttributes, .listSubscriptionsByTopic, .listRolePolicies, .getRolePolicy,
        .listAttachedRolePolicies, .getPolicy, .getPolicyVersion, .invokeFunction, .getFunctionConcurrency,
        .putFunctionConcurrency, .deleteFunctionConcurrency, .putMetricAlarm, .deleteAlarms, .setAlarmState,
        .putMetricData, .scan, .deleteItem, .createQueue, .getQueueURL, .receiveMessage, .deleteQueue, .subscribe,
        .unsubscribe,
    ]
}
