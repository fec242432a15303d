import StackTemplate
import Testing

@Suite("CloudFormation's own words for a mistake") struct CloudFormationWordsTests {
    private static func resource(_ value: String) -> String { "Resources: {A: {Type: T, Properties: {V: \(value)}}}" }

    @Test(
        "are given where it has some",
        arguments: [
            ("[]", "Template format error: unsupported structure."),
            ("just text", "Template format error: unsupported structure."),
            ("Resources: [", "Template format error: YAML not well-formed. (line 2, column 1)"),
            ("Description: x", "Template format error: At least one Resources member must be defined."),
            (
                "Resources: {A: {Properties: {}}}",
                "Template format error: [/Resources/A] Every Resources object must contain a Type member."
            ),
            ("Resorces: {}", "Invalid template property or properties [Resorces]"),
            ("Resources: {A: {Type: T, Propertys: {}}}", "Invalid template resource property 'Propertys'"),
            ("Resources: {a-b: {Type: T}}", "Template format error: Resource name a-b is non alphanumeric."),
            (
                "AWSTemplateFormatVersion: 2009-09-09\nResources: {A: {Type: T}}",
                "Template format error: 2009-09-09 is not a supported value for AWSTemplateFormatVersion."
            ),
            (
                resource("!Ref B"),
                "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"
            ),
            (
                "Resources: {A: {Type: T, DependsOn: B}}",
                "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"
            ),
            (
                "Resources: {A: {Type: T}}\nOutputs: {O: {Value: !Sub '${B}'}}",
                "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template"
            ),
            (resource("!GetAtt B.Arn"), "Template error: instance of Fn::GetAtt references undefined resource B"),
            (resource("!If [C, 1, 2]"), "Template error: unresolved condition dependency C in Fn::If"),
            (
                "Conditions: {C: !Equals [!Ref A, b]}\nResources: {A: {Type: T}}",
                "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions "
                    + "block of the template"
            ),
            (
                resource("!FindInMap [M, a, b]"),
                "Template error: Mapping named 'M' is not present in the 'Mappings' section of template."
            ),
            (
                "Resources: {A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: A}, C: {Type: T}}",
                "Circular dependency between resources: [A, B]"
            ),
            ("Parameters: {P: {Type: Text}}", "Template format error: Unrecognized parameter type: Text"),
            (
                "Parameters: {P: {Type: List<String>}}",
                "Template format error: Unrecognized parameter type: List<String>"
            ),
            (
                "Parameters: {P: {Type: String}, Q: {Type: Number}}\nResources: {A: {Type: T}}",
                "Parameters: [P, Q] must have values"
            ),
        ])
    func template(text: String, words: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try FakeAccount.resolve(text) }
        #expect(error.cloudFormationMessage == words)
    }

    @Test(
        "are given for parameters",
        arguments: [
            ("Type: String, AllowedValues: [a]", "Parameter 'P' must be one of AllowedValues"),
            ("Type: String, AllowedPattern: '[a-z]'", "Parameter 'P' must match pattern [a-z]"),
            ("Type: String, MinLength: 9", "Parameter 'P' must contain at least 9 characters"),
            ("Type: String, MaxLength: 1", "Parameter 'P' must contain at most 1 characters"),
            ("Type: Number, MaxValue: 7", "Parameter 'P' must be a number not greater than 7"),
            ("Type: Number, MinValue: 99.5", "Parameter 'P' must be a number not less than 99.5"),
            (
                "Type: Number, MaxValue: 7, ConstraintDescription: must be small",
                "Parameter P failed to satisfy constraint: must be small"
            ),
        ])
    func parameter(declaration: String, words: String) throws {
        let error = try #require(throws: TemplateError.self) {
            _ = try FakeAccount.resolve("Parameters: {P: {\(declaration)}}\nResources: {A: {Type: T}}", ["P": "88"])
        }
        #expect(error.cloudFormationMessage == words)
    }

    @Test("a secret is not shown in the message that refuses it")
    func secret() throws {
        let error = try #require(throws: TemplateError.self) {
            _ = try FakeAccount.resolve(
                "Parameters: {P: {Type: String, NoEcho: true, MinLength: 9}}\nResources: {A: {Type: T}}", ["P": "pass"])
        }
        #expect(!error.description.contains("pass"))
    }

    @Test("sections and templates have AWS's limits")
    func limits() throws {
        func resources(_ count: Int) -> String {
            "Resources:\n" + (0..<count).map { "  R\($0): {Type: T}\n" }.joined()
        }
        #expect(try FakeAccount.resolve(resources(500)).resources.count == 500)
        let many = #expect(throws: TemplateError.self) { _ = try FakeAccount.resolve(resources(501)) }
        #expect(
            many?.cloudFormationMessage
                == "Template format error: Number of resources, 501, is greater than maximum allowed, 500")
        let padding = "# \(String(repeating: "x", count: 1_000_000))\n"
        let long = #expect(throws: TemplateError.self) { _ = try FakeAccount.resolve(padding + resources(1)) }
        #expect(long?.cloudFormationMessage == "Template may not exceed 1000000 bytes in size.")
    }
}
