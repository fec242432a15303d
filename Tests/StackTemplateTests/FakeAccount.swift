import ExactJSON
import StackTemplate

/// The stand-in for an account: physical ids and ARNs made of the names in the properties.
enum FakeAccount {
    static let environment = TemplateEnvironment(
        region: "us-west-2", accountID: "123456789012", stackName: "drill",
        stackID: "arn:aws:cloudformation:us-west-2:123456789012:stack/drill/1")

    static let lookups = TemplateLookups(
        storedParameter: { name in
            [
                "/cdk-bootstrap/hnb659fds/version": "21", "/old/version": "2", "/zones": "x, y", "/greeting": "hello",
                "/greeting:3": "hello again",
            ][name]
        },
        exportedValue: { name in ["network-vpc": "vpc-1"][name] })

    static func identify(_ resource: ResourceDeclaration) throws(TemplateError) -> ResourceIdentity {
        let names = ["TableName", "FunctionName", "LogGroupName", "QueueName", "TopicName", "StageName", "Name"]
        let name = names.lazy.compactMap { resource.properties[$0]?.stringValue }.first ?? resource.logicalID
        let arn = "arn:aws:fake:::\(name)"
        let attributes = ["Arn": arn, "StreamArn": arn + "/stream/1", "RootResourceId": "root"]
        return ResourceIdentity(ref: resource.type == "AWS::SNS::Topic" ? arn : name, attributes: attributes)
    }

    /// Reads and resolves a template in one go.
    static func resolve(
        _ text: String, _ parameters: [String: String] = [:]
    ) throws(TemplateError) -> ResolvedStack {
        let template = try StackTemplate(parsing: text, file: "t.yaml")
        return try TemplateResolver.resolve(
            template, parameters: parameters, environment: environment, lookups: lookups, identify: identify)
    }

    /// What a property of one resource comes out as, the property written into an otherwise complete template.
    static func value(of property: String, _ parameters: [String: String] = [:]) throws -> JSONValue? {
        let stack = try resolve(
            """
            Parameters:
              Name: {Type: String, Default: dev}
              Count: {Type: Number, Default: 7}
              Subnets: {Type: CommaDelimitedList, Default: "a, b,c"}
            Mappings:
              Sizes: {dev: {cache: "0.5", replicas: 1}, prod: {cache: "6.1", replicas: 3}}
            Conditions:
              IsDev: !Equals [!Ref Name, dev]
            Resources:
              Table: {Type: "AWS::DynamoDB::Table", Properties: {TableName: !Sub "items-${Name}"}}
              Subject:
                Type: AWS::Test::Subject
                Properties:
                  Value: \(property)
            """, parameters)
        return stack.resource("Subject")?.properties["Value"]
    }
}
