import ExactJSON
import StackTemplate

/// A stack as the rules judge it: its resources, and what they mean, whether read from a template or from AWS.
package struct WiringSubject: Sendable {
    /// The template's file or the stack's name, for people.
    package var name: String
    package var account: String
    package var region: String
    package var resources: [WiringResource]
    /// What could not be read or is not judged, one sentence each: silence about it would look like approval.
    package var gaps: [String]
    /// Ids of rules that ask for what could not be read: they hold their tongue.
    package var unjudgedRules: Set<String> = []
    /// Topics outside of the stack that alarms publish to, and that were looked for and found.
    package var foundTopics: Set<String> = []
    /// Those that were looked for in vain.
    package var missingTopics: Set<String> = []

    package let alarms: [AlarmDefinition]
    package let composites: [CompositeAlarm]
    package let apis: [GatewayAPI]
    package let stages: [GatewayStage]
    package let methods: [GatewayMethod]
    package let functions: [FunctionDefinition]
    package let mappings: [MappingDefinition]
    package let tables: [TableDefinition]
    package let queues: [QueueDefinition]
    package let topics: [TopicDefinition]
    package let logGroups: [LogGroupDefinition]
    package let roles: [RoleDefinition]
    package let keys: [KeyDefinition]
    package let permissions: [InvokePermission]

    package init(name: String, account: String, region: String, resources: [WiringResource], gaps: [String] = []) {
        self.name = name
        self.account = account
        self.region = region
        self.resources = resources
        func all(_ type: String) -> [WiringResource] { resources.filter { $0.type == type } }
        alarms = all("AWS::CloudWatch::Alarm").map(AlarmDefinition.init)
        composites = all("AWS::CloudWatch::CompositeAlarm").map(CompositeAlarm.init)
        apis = all("AWS::ApiGateway::RestApi").map(GatewayAPI.init)
        stages = all("AWS::ApiGateway::Stage").map(GatewayStage.init)
        methods = GatewayMethod.all(in: resources)
        functions = all("AWS::Lambda::Function").map(FunctionDefinition.init)
        mappings = all("AWS::Lambda::EventSourceMapping").map(MappingDefinition.init)
        tables = all("AWS::DynamoDB::Table").map(TableDefinition.init)
        queues = all("AWS::SQS::Queue").map { QueueDefinition($0, policies: all("AWS::SQS::QueuePolicy")) }
        topics = all("AWS::SNS::Topic").map { topic in
            TopicDefinition(
                topic, policies: all("AWS::SNS::TopicPolicy"), subscriptions: all("AWS::SNS::Subscription"))
        }
        logGroups = all("AWS::Logs::LogGroup").map(LogGroupDefinition.init)
        roles = all("AWS::IAM::Role").map { role in
            RoleDefinition(
                role, policies: all("AWS::IAM::Policy") + all("AWS::IAM::RolePolicy"),
                managed: all("AWS::IAM::ManagedPolicy"))
        }
        keys = all("AWS::KMS::Key").map(KeyDefinition.init)
        permissions = all("AWS::Lambda::Permission").map(InvokePermission.init)
        self.gaps = gaps + Self.unjudged(resources)
    }

    package func resource(_ logicalID: String) -> WiringResource? { resources.first { $0.logicalID == logicalID } }

    /// The function that a name, an ARN, or an ARN with version or alias names.
    package func function(named target: String) -> FunctionDefinition? {
        functions.first { $0.answers(to: target) }
    }

    /// The function that a method's integration invokes.
    package func function(behind method: GatewayMethod) -> FunctionDefinition? {
        functions.first { function in
            method.integrationURI.contains(":function:\(function.name)/")
                || method.integrationURI.contains(":function:\(function.name):")
        }
    }

    /// The functions that answer requests or follow an event source: the ones whose failures a user feels.
    package var servingFunctions: [FunctionDefinition] {
        let names =
            methods.compactMap { function(behind: $0)?.name }
            + mappings.compactMap { function(named: $0.function)?.name }
        let serving = Set(names)
        return functions.filter { serving.contains($0.name) }
    }

    /// The mappings that follow a table's stream.
    package var streamMappings: [MappingDefinition] { mappings.filter(\.isStream) }

    /// The stage of an API's method; a stack with several stages serves each method in each of them.
    func stages(of method: GatewayMethod) -> [GatewayStage] { stages.filter { $0.api == method.api } }

    /// Whether a stage's cache answers for a method: API Gateway caches GET alone unless a setting names another.
    func caches(_ method: GatewayMethod, in stage: GatewayStage) -> Bool {
        guard stage.cacheClusterEnabled, let setting = stage.setting(for: method), setting.cachingEnabled,
            setting.ttlSeconds > 0
        else { return false }
        return method.verb == "GET" || setting.verb == method.verb
    }

    private static func unjudged(_ resources: [WiringResource]) -> [String] {
        var gaps: [String] = []
        for resource in resources {
            switch resource.type {
            case "AWS::ApiGateway::RestApi"
            where resource.properties["Body"] != nil
                || resource.properties["BodyS3Location"] != nil:
                gaps.append("the methods of \(resource.logicalID) stand in an OpenAPI document and are not judged")
            case "AWS::ApiGatewayV2::Api":
                gaps.append("\(resource.logicalID) is an HTTP or WebSocket API: its routes are not judged")
            case "AWS::CloudWatch::AnomalyDetector":
                gaps.append("\(resource.logicalID): bands of anomaly detection are not judged")
            default: break
            }
        }
        return gaps
    }
}
