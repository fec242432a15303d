import ExactJSON
import StackTemplate
import Testing

/// Expected values follow the examples of CloudFormation's "Intrinsic function reference".
@Suite("Functions in a template") struct IntrinsicTests {
    @Test(
        "come out as CloudFormation would have them",
        arguments: [
            ("!Ref Name", "dev"),
            ("!Ref Count", 7),
            ("!Ref Subnets", ["a", "b", "c"]),
            ("!Ref Table", "items-dev"),
            ("!Ref AWS::Region", "us-west-2"),
            ("!Ref AWS::AccountId", "123456789012"),
            ("!Ref AWS::Partition", "aws"),
            ("!Ref AWS::StackName", "drill"),
            ("!Ref AWS::URLSuffix", "amazonaws.com"),
            ("!GetAtt Table.Arn", "arn:aws:fake:::items-dev"),
            ("!GetAtt [Table, Arn]", "arn:aws:fake:::items-dev"),
            ("!Sub plain", "plain"),
            ("!Sub 'a ${Name} ${Count}, ${Table}, ${Table.Arn}'", "a dev 7, items-dev, arn:aws:fake:::items-dev"),
            ("!Sub '${!Name} $ $$ $Name ${ Name }'", "${Name} $ $$ $Name dev"),
            ("!Sub ['${x}-${Name}-${Table.Arn}', {x: !Ref Count, Table.Arn: mine}]", "7-dev-mine"),
            ("!Join ['-', [a, !Ref Name, 3, true]]", "a-dev-3-true"),
            ("!Join ['', []]", ""),
            ("!Select [1, !Ref Subnets]", "b"),
            ("!Select ['2', [x, y, z]]", "z"),
            ("!Split ['|', 'a||b|']", ["a", "", "b", ""]),
            ("!Split ['||', 'none']", ["none"]),
            ("!Select [0, !Split ['.', !Sub '${Name}.x']]", "dev"),
            ("!FindInMap [Sizes, !Ref Name, cache]", "0.5"),
            ("!FindInMap [Sizes, prod, replicas]", 3),
            ("!Base64 'hello, world'", "aGVsbG8sIHdvcmxk"),
            ("!If [IsDev, small, large]", "small"),
            ("{a: !Ref AWS::NoValue, b: [1, !If [IsDev, !Ref AWS::NoValue, 2], 3]}", ["b": [1, 3]]),
            ("{'Fn::Join': [':', [{Ref: Name}, {'Fn::GetAtt': [Table, Arn]}]]}", "dev:arn:aws:fake:::items-dev"),
            ("{'Fn::If': [IsDev, {'Fn::Sub': '${Name}!'}, x]}", "dev!"),
            ("!Ref AWS::NotificationARNs", []),
        ] as [(String, JSONValue)])
    func values(property: String, expected: JSONValue) throws {
        #expect(try FakeAccount.value(of: property) == expected)
    }

    @Test("a property whose value is AWS::NoValue is not there")
    func noValue() throws {
        #expect(try FakeAccount.value(of: "!Ref AWS::NoValue") == nil)
    }

    @Test(
        "plain scalars have YAML 1.1's types, quoted ones are text",
        arguments: [
            ("true", true), ("No", false), ("'true'", "true"), ("1", 1), ("'1'", "1"), ("012345678901", "012345678901"),
            ("2012-10-17", "2012-10-17"), ("0.50", .number("0.50")), ("1e3", .number("1e3")), ("+1", "+1"),
            ("0x1F", "0x1F"),
            ("12345678901234567890123", .number("12345678901234567890123")), ("''", ""), ("a: b", ["a": "b"]),
        ] as [(String, JSONValue)])
    func scalars(property: String, expected: JSONValue) throws {
        let indented = property.contains(": ") ? "{\(property)}" : property
        #expect(try FakeAccount.value(of: indented) == expected)
    }

    @Test(
        "conditions combine",
        arguments: [
            ("!Equals [a, a]", true), ("!Equals [a, b]", false), ("!Equals [1, '1']", true),
            ("!Not [!Equals [a, b]]", true),
            ("!And [!Condition Holds, !Equals [a, a]]", true), ("!And [!Condition Holds, !Equals [a, b]]", false),
            ("!Or [!Equals [a, b], !Condition Holds]", true), ("!Or [!Equals [a, b], !Not [!Condition Holds]]", false),
            ("{'Fn::Not': [{Condition: Holds}]}", false), ("!Equals [!Ref AWS::Region, us-west-2]", true),
            ("!Equals [!Join ['', [d, ev]], dev]", true),
        ])
    func conditions(expression: String, holds: Bool) throws {
        let stack = try FakeAccount.resolve(
            """
            Conditions:
              Tested: \(expression)
              Holds: !Equals [x, x]
            Resources:
              Always: {Type: "AWS::SNS::Topic"}
              Sometimes: {Type: "AWS::SNS::Topic", Condition: Tested}
            Outputs:
              Said: {Condition: Tested, Value: !Ref Sometimes}
            """)
        #expect((stack.resource("Sometimes") != nil) == holds)
        #expect(stack.outputs.count == (holds ? 1 : 0))
    }

    @Test("JSON and YAML give the same template")
    func json() throws {
        let json = """
            {"Parameters": {"P": {"Type": "String", "Default": "x"}}, "Resources": {"A": {"Type": "AWS::SNS::Topic",
             "Properties": {"TopicName": {"Fn::Sub": "${P}-t"}, "Tags": [{"Ref": "P"}, 1.50, true]}}}}
            """
        let yaml = """
            Parameters:
              P:
                Type: String
                Default: x
            Resources:
              A:
                Type: AWS::SNS::Topic
                Properties:
                  TopicName: !Sub ${P}-t
                  Tags: [!Ref P, 1.50, true]
            """
        #expect(
            try FakeAccount.resolve(json).resource("A")?.properties
                == FakeAccount.resolve(yaml).resource("A")?.properties)
        #expect(
            try FakeAccount.resolve(json).resource("A")?.properties
                == ["TopicName": "x-t", "Tags": ["x", .number("1.50"), true]])
    }

    @Test("JSON may be indented with tabs and write characters as escapes")
    func jsonText() throws {
        let text = "{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\":\"T\",\"Properties\":{\"V\":"
        func value(_ literal: String) throws -> JSONValue? {
            try FakeAccount.resolve(text + literal + "}}}}").resource("A")?.properties["V"]
        }
        #expect(try value(#""\ud83d\uDE00 \u0041\/\\ud83d""#) == #"😀 A/\ud83d"#)
        #expect(try value("[-1.5E+3,\t1]") == [.number("-1.5E+3"), 1])
        #expect(throws: TemplateError.self) { _ = try value(#""\ud83d alone""#) }
    }

    @Test("what the CDK adds to every template does not get in the way")
    func synthesised() throws {
        let text = """
            {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Metadata": {"aws:cdk:path": "Stack/T/Resource"}},
              "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable",
               "Properties": {"Analytics": "v2:deflate64:H4sI"}}},
             "Conditions": {"CDKMetadataAvailable": {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "af-south-1"]},
               {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-west-2"]}]}},
             "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>",
               "Default": "/cdk-bootstrap/hnb659fds/version", "Description": "Version"}},
             "Rules": {"CheckBootstrapVersion": {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2"],
               {"Ref": "BootstrapVersion"}]}]}, "AssertDescription": "too old"}]}}}
            """
        #expect(try FakeAccount.resolve(text).resources.map(\.logicalID) == ["T", "CDKMetadata"])
    }
}
