import StackTemplate
import Testing

@Suite("Rules") struct RuleTests {
    private func resolve(_ rules: String, _ parameters: [String: String] = [:]) throws -> ResolvedStack {
        try FakeAccount.resolve(
            """
            Parameters:
              Stage: {Type: String, Default: dev}
              Sizes: {Type: CommaDelimitedList, Default: "small, medium"}
              First: {Type: "AWS::EC2::VPC::Id", Default: vpc-1}
              Second: {Type: "AWS::EC2::VPC::Id", Default: vpc-1}
              Version: {Type: "AWS::SSM::Parameter::Value<String>", Default: /cdk-bootstrap/hnb659fds/version}
            Rules:
              Checked: \(rules)
            Resources: {A: {Type: T}}
            """, parameters)
    }

    @Test(
        "assertions hold or do not",
        arguments: [
            ("!Equals [!Ref Stage, dev]", true), ("!Contains [[prod, qa], !Ref Stage]", false),
            ("!Not [!Contains [['1', '2'], !Ref Version]]", true), ("!Contains [!Ref Sizes, medium]", true),
            ("!EachMemberIn [!Ref Sizes, [small, medium, large]]", true),
            ("!EachMemberIn [!Ref Sizes, [small]]", false), ("!EachMemberEquals [!Ref Sizes, small]", false),
            ("!EachMemberEquals [!RefAll 'AWS::EC2::VPC::Id', !Ref First]", true),
            ("!And [!Equals [a, a], !Equals [a, b]]", false), ("!Or [!Equals [a, a], !Equals [a, b]]", true),
            ("true", true), ("false", false),
        ])
    func assertions(assertion: String, holds: Bool) throws {
        let rules = "{Assertions: [{Assert: \(assertion), AssertDescription: must be so}]}"
        if holds {
            _ = try resolve(rules)
        } else {
            let error = try #require(throws: TemplateError.self) { _ = try resolve(rules) }
            #expect(error.code == .parameter)
            #expect(error.message == "the rule Checked is not met: must be so")
            #expect(error.location?.line == 8)
        }
    }

    @Test("a rule counts only when its condition holds")
    func condition() throws {
        let rules = "{RuleCondition: !Equals [!Ref Stage, prod], Assertions: [{Assert: !Equals [a, b]}]}"
        _ = try resolve(rules)
        #expect(throws: TemplateError.self) { _ = try resolve(rules, ["Stage": "prod"]) }
    }

    @Test("the check of the CDK's bootstrap version sees the version in the parameter store")
    func bootstrap() throws {
        let rules = """
            {Assertions: [{Assert: {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "Version"}]}]},
                AssertDescription: "CDK bootstrap stack version 6 required."}]}
            """
        _ = try resolve(rules)
        let error = #expect(throws: TemplateError.self) { _ = try resolve(rules, ["Version": "/old/version"]) }
        #expect(error?.message.contains("CDK bootstrap stack version 6 required.") == true)
    }

    @Test(
        "what is no rule is refused",
        arguments: [
            ("{}", "needs a list of Assertions"), ("{Assertions: [{}]}", "has no Assert"),
            ("{Assertions: [{Assert: maybe}]}", "true or false"),
            ("{Assertions: [{Assert: !Ref Stage}]}", "Ref is neither true nor false"),
            ("{Assertions: [{Assert: !Equals [!Ref A, b]}]}", "does not exist yet"),
            ("{Assertions: [{Assert: !Equals [!ValueOf [First, Tags.Name], b]}]}", "Fn::ValueOf asks for attributes"),
        ])
    func malformed(rules: String, says: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try resolve(rules) }
        #expect(error.message.contains(says), "\(error)")
    }
}
