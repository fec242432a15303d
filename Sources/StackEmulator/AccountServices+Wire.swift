import EmulatedMonitoring
import EmulatedServices
import EmulatedStacks
import EmulatedTables

extension AccountServices {
    /// Everything that speaks to clients.
    func dispatcher(stacks: CloudFormationService) -> Dispatcher {
        Dispatcher(
            gateway: gateway, gatewayCalls: APIGatewayRESTService(gateway: gateway),
            lambda: LambdaRESTService(functions: lambda, mappings: mappings),
            json: JSONProtocol(services: jsonServices), query: QueryProtocol(services: queryServices(stacks)),
            objects: S3Protocol(objects: objects, realTime: configuration.realTime),
            clock: ClockEndpoint(clock: clock, mode: configuration.clockMode),
            signatures: configuration.requiresSignature ? signatures : nil)
    }

    /// By API version.
    private func queryServices(_ stacks: CloudFormationService) -> [String: QueryProtocol.Service] {
        [
            "2010-05-15": .init(service: stacks, namespace: CloudFormationService.namespace),
            "2011-06-15": .init(
                service: STSService(account: account, clock: clock), namespace: STSService.namespace,
                types: STSService.memberTypes),
            "2010-05-08": .init(
                service: access, namespace: AccessService.namespace, types: AccessService.memberTypes),
            QueueFormService.version: .init(
                service: QueueFormService(queues: queues), namespace: QueueFormService.namespace,
                types: QueueFormService.memberTypes, errorCode: QueueFormService.errorCode),
            "2010-03-31": .init(service: topics, namespace: TopicService.namespace),
            "2010-08-01": .init(
                service: metrics, namespace: CloudWatchService.namespace, types: CloudWatchService.memberTypes,
                errorCode: CloudWatchService.queryErrorCode),
        ]
    }

    /// By the target's prefix.
    private var jsonServices: [String: JSONProtocol.Service] {
        [
            "DynamoDB_20120810": .init(
                service: tables, version: "1.0", errorNamespace: "com.amazonaws.dynamodb.v20120810", hasChecksum: true),
            "DynamoDBStreams_20120810": .init(
                service: tables.streams, version: "1.0", errorNamespace: "com.amazonaws.dynamodb.v20120810",
                hasChecksum: true),
            "GraniteServiceVersion20100801": .init(
                service: metrics, version: "1.0", errorNamespace: "com.amazonaws.cloudwatch.v2010_08_01",
                queryErrorCode: CloudWatchService.queryErrorCode, types: CloudWatchService.memberTypes),
            "Logs_20140328": .init(service: logs, version: "1.1", errorNamespace: ""),
            "TrentService": .init(service: keys, version: "1.1", errorNamespace: ""),
            "AmazonSSM": .init(service: parameters, version: "1.1", errorNamespace: ""),
            "AmazonSQS": .init(
                service: queues, version: "1.0", errorNamespace: "com.amazonaws.sqs",
                queryErrorCode: QueueFormService.errorCode),
        ]
    }
}
