package import AWSClients

/// The ARNs that a drill of one stack touches, by what a permission can be limited to.
package struct PermissionResources: Sendable, Equatable {
    /// A resource as a policy sees it.
    package struct Resource: Sendable, Equatable {
        /// CloudFormation's type.
        package var type: String
        /// The name or id, or a pattern with `*` where it is not known yet.
        package var id: String

        package init(type: String, id: String) {
            self.type = type
            self.id = id
        }
    }

    package private(set) var arns: [AWSCall.Scope: [String]] = [:]

    /// - Parameters:
    ///   - stack: the stack's name, or a pattern.
    ///   - account: empty where it is not known.
    ///   - apiIDs: those that are drilled; the stack's other APIs stay out.
    ///   - logGroups: besides the resources', those that functions write to.
    ///   - roleARNs: besides the resources', those of functions.
    package init(
        stack: String, region: String, account: String, resources: [Resource], apiIDs: [String]? = nil,
        logGroups: [String] = [], roleARNs: [String] = []
    ) {
        let partition = AWSPartition(region: region).name
        let account = account.isEmpty ? "*" : account
        func arn(_ service: String, _ rest: String) -> String {
            "arn:\(partition):\(service):\(region):\(account):\(rest)"
        }
        func ids(_ type: String) -> [String] { resources.filter { $0.type == type }.map(\.id) }
        /// Ids that are ARNs already stay as they are.
        func arns(_ type: String, _ make: (String) -> String) -> [String] {
            ids(type).map { $0.hasPrefix("arn:") ? $0 : make($0) }
        }

        add(.everything, ["*"])
        add(.stack, [arn("cloudformation", "stack/\(stack)/*")])
        add(.stack, arns("AWS::CloudFormation::Stack") { arn("cloudformation", "stack/\($0)/*") })
        // An API's ARN names no account.
        for id in apiIDs ?? ids("AWS::ApiGateway::RestApi") {
            let path = "arn:\(partition):apigateway:\(region)::/restapis/\(id)"
            add(.api, [path, "\(path)/*"])
        }
        add(.function, arns("AWS::Lambda::Function") { arn("lambda", "function:\($0)") })
        add(.mapping, arns("AWS::Lambda::EventSourceMapping") { arn("lambda", "event-source-mapping:\($0)") })
        if !ids("AWS::CloudWatch::Alarm").isEmpty { add(.alarms, [arn("cloudwatch", "alarm:*")]) }
        let functionGroups = ids("AWS::Lambda::Function").filter { !$0.hasPrefix("arn:") }.map { "/aws/lambda/\($0)" }
        for group in logGroups.isEmpty ? functionGroups : logGroups {
            // With and without the streams of the group: services disagree which form they ask for.
            add(.logGroup, [arn("logs", "log-group:\(group)"), arn("logs", "log-group:\(group):*")])
        }
        if !self[.logGroup].isEmpty { add(.allLogGroups, [arn("logs", "log-group:*")]) }
        add(.table, arns("AWS::DynamoDB::Table") { arn("dynamodb", "table/\($0)") })
        add(.table, arns("AWS::DynamoDB::GlobalTable") { arn("dynamodb", "table/\($0)") })
        // A queue's id is its URL.
        add(.queue, arns("AWS::SQS::Queue") { arn("sqs", String($0.split(separator: "/").last ?? "*")) })
        add(.topic, arns("AWS::SNS::Topic") { arn("sns", $0) })
        // As the proof of delivery names them.
        if !self[.topic].isEmpty { add(.ownQueue, [arn("sqs", "firedrill-*")]) }
        add(.key, arns("AWS::KMS::Key") { arn("kms", "key/\($0)") })
        add(.role, arns("AWS::IAM::Role") { "arn:\(partition):iam::\(account):role/\($0)" } + roleARNs)
        if !self[.role].isEmpty {
            add(.managedPolicy, ["arn:\(partition):iam::aws:policy/*", "arn:\(partition):iam::\(account):policy/*"])
        }
    }

    package subscript(_ scope: AWSCall.Scope) -> [String] { arns[scope] ?? [] }

    private mutating func add(_ scope: AWSCall.Scope, _ more: [String]) {
        for arn in more where !self[scope].contains(arn) { arns[scope, default: []].append(arn) }
    }
}

extension PermissionResources {
    /// Of a stack that has been found.
    package init(of map: StackMap, region: String) {
        let topics = map.topics.map { Resource(type: "AWS::SNS::Topic", id: $0.arn) }
        let functionRoles = Set(map.functions.map(\.roleARN).filter { !$0.isEmpty })
        let names = Set(functionRoles.compactMap { $0.split(separator: "/").last.map(String.init) })
        let resources = map.resources.map { Resource(type: $0.type, id: $0.physicalID) }
        self.init(
            stack: map.stackName, region: region, account: map.account,
            // A role's ARN has its path, which its name lacks.
            resources: resources.filter { $0.type != "AWS::IAM::Role" || !names.contains($0.id) } + topics,
            apiIDs: [map.apiID], logGroups: map.functions.map(\.logGroup), roleARNs: functionRoles.sorted())
    }
}
