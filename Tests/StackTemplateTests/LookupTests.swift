import ExactJSON
import StackTemplate
import Testing

/// Expected values follow the examples of CloudFormation's user guide.
@Suite("What lies outside of a template") struct LookupTests {
    @Test(
        "functions look it up or work it out",
        arguments: [
            ("!GetAZs us-east-1", ["us-east-1a", "us-east-1b", "us-east-1c"]),
            ("!Select [0, !GetAZs '']", "us-west-2a"),
            ("!Select [1, !GetAZs {Ref: 'AWS::Region'}]", "us-west-2b"),
            ("!ImportValue network-vpc", "vpc-1"),
            ("{'Fn::ImportValue': !Sub 'network-${Part}'}", "vpc-1"),
            (
                "!Cidr [192.168.0.0/24, 6, 5]",
                [
                    "192.168.0.0/27", "192.168.0.32/27", "192.168.0.64/27", "192.168.0.96/27", "192.168.0.128/27",
                    "192.168.0.160/27",
                ]
            ),
            ("!Select [255, !Cidr [10.1.2.3/16, 256, 8]]", "10.1.255.0/24"),
            ("!Cidr ['2001:db8:1234:1a00::/56', '2', '64']", ["2001:db8:1234:1a00::/64", "2001:db8:1234:1a01::/64"]),
            ("!Cidr [10.0.0.0/8, 1]", ["10.0.0.0/24"]),
            ("'{{resolve:ssm:/greeting}}, {{resolve:ssm:/greeting:3}}!'", "hello, hello again!"),
            ("[a, {b: 'x{{resolve:ssm:/greeting}}'}]", ["a", ["b": "xhello"]]),
            ("'{{resolve:ssm:/greeting'", "{{resolve:ssm:/greeting"),
            ("!Length [a, !Ref Part, c]", 3),
            ("!ToJsonString {b: [1, true], a: !Ref Part}", #"{"a":"vpc","b":[1,true]}"#),
            ("!FindInMap [Sizes, nowhere, x, {DefaultValue: !Ref Part}]", "vpc"),
            ("!FindInMap [Sizes, dev, x, {DefaultValue: 2}]", 1),
        ] as [(String, JSONValue)])
    func found(expression: String, expected: JSONValue) throws {
        #expect(try value(expression) == expected)
    }

    private func value(_ expression: String) throws -> JSONValue? {
        try FakeAccount.resolve(
            """
            Parameters: {Part: {Type: String, Default: vpc}}
            Mappings: {Sizes: {dev: {x: 1}}}
            Resources:
              A:
                Type: T
                Properties:
                  V: \(expression)
            """
        ).resource("A")?.properties["V"]
    }

    @Test(
        "what is not there, or not known here, is said",
        arguments: [
            ("!ImportValue nothing", .unknownName, "no stack exports nothing", "No export named nothing found."),
            ("'{{resolve:ssm:/none}}'", .value, "no parameter /none", nil),
            ("'{{resolve:secretsmanager:x}}'", .unsupported, "references to secretsmanager are not supported", nil),
            ("'{{resolve:ssm-secure:x}}'", .unsupported, "references to ssm-secure", nil),
            ("'{{resolve:weather:x}}'", .value, "names no service", nil),
            ("!Cidr [10.0.0.0/24, 257, 4]", .value, "cannot cut 257 blocks", nil),
            ("!Cidr [10.0.0.0/24, 5, 6]", .value, "cannot cut 5 blocks", nil),
            ("!Cidr [10.0.0/24, 1, 6]", .value, "out of 10.0.0/24", nil),
            ("!Cidr [10.0.0.0/24, 1, 9]", .value, "with 9 bits", nil),
            ("!Transform {Name: 'AWS::Include'}", .unsupported, "AWS::Include", nil),
            ("{'Fn::ForEach::L': [x, [a], {}]}", .unsupported, "loops (Fn::ForEach) are not supported", nil),
            ("!Contains [[a], a]", .value, "belongs into the Rules section", nil),
            (
                "!FindInMap [Sizes, prod, x]", .unknownName, "no key prod",
                "Template error: Unable to get mapping for Sizes::prod::x"
            ),
        ] as [(String, TemplateError.Code, String, String?)])
    func missing(expression: String, code: TemplateError.Code, says: String, words: String?) throws {
        let error = try #require(throws: TemplateError.self) { _ = try value(expression) }
        #expect(error.code == code)
        #expect(error.message.contains(says), "\(error)")
        if let words { #expect(error.cloudFormationMessage == words) }
    }

    @Test("a stored parameter gives what the store has, a list as a list")
    func storedParameters() throws {
        func value(_ type: String, _ name: String) throws -> JSONValue? {
            try FakeAccount.resolve(
                """
                Parameters: {P: {Type: "AWS::SSM::Parameter::Value<\(type)>", Default: \(name)}}
                Resources: {A: {Type: T, Properties: {V: !Ref P}}}
                """
            ).resource("A")?.properties["V"]
        }
        #expect(try value("String", "/greeting") == "hello")
        #expect(try value("List<String>", "/zones") == ["x", "y"])
        #expect(try value("CommaDelimitedList", "/zones") == ["x", "y"])
        #expect(try value("AWS::EC2::Image::Id", "/greeting") == "hello")
        let error = #expect(throws: TemplateError.self) { _ = try value("String", "/none") }
        #expect(
            error?.cloudFormationMessage == "Unable to fetch parameters [/none] from parameter store for this account.")
    }

    @Test("an output's export has its name resolved")
    func exports() throws {
        let stack = try FakeAccount.resolve(
            """
            Resources: {A: {Type: T}}
            Outputs:
              Shown: {Value: 1, Export: {Name: !Sub "${AWS::StackName}-shown"}}
              Own: {Value: 2}
            """)
        #expect(stack.outputs.map(\.exportName) == ["drill-shown", nil])
    }
}
