import StackTemplate
import Testing

@Suite("Parameters") struct ParameterTests {
    private func resolve(_ declaration: String, _ given: [String: String]) throws -> ResolvedStack {
        try FakeAccount.resolve(
            """
            Parameters:
              P: {\(declaration)}
            Resources:
              A: {Type: T, Properties: {V: !Ref P}}
            """, given)
    }

    @Test(
        "a value within the constraints is taken",
        arguments: [
            ("Type: String", "anything, even this"),
            ("Type: String, Default: x", ""),
            ("Type: String, AllowedValues: [a, b]", "b"),
            ("Type: String, AllowedPattern: '[a-z0-9-]+'", "qa-1"),
            ("Type: String, MinLength: 2, MaxLength: 3", "abc"),
            ("Type: Number, MinValue: 1, MaxValue: 2.5", "2.5"),
            ("Type: CommaDelimitedList, AllowedValues: [a, b]", "a, b,a"),
            ("Type: List<Number>, MaxValue: 3", "1,2,3"),
            ("Type: 'AWS::SSM::Parameter::Value<String>'", "/greeting"),
            ("Type: 'List<AWS::EC2::Subnet::Id>'", "subnet-1,subnet-2"),
        ])
    func accepted(declaration: String, value: String) throws {
        #expect(try resolve(declaration, ["P": value]).parameters == ["P": value])
    }

    @Test(
        "a value outside the constraints is refused and said why",
        arguments: [
            ("Type: String, AllowedValues: [a, b]", "c", "one of a, b"),
            ("Type: String, AllowedPattern: '[a-z]+'", "abc1", "must match [a-z]+"),
            ("Type: String, AllowedPattern: '[a-z]+'", "", "must match"),
            ("Type: String, MinLength: 2", "a", "at least 2"),
            ("Type: String, MaxLength: 3", "abcd", "at most 3"),
            ("Type: String, MaxLength: 3, ConstraintDescription: short", "abcd", "(short)"),
            ("Type: Number", "many", "a number"),
            ("Type: Number", "nan", "a number"),
            ("Type: Number, MinValue: 1", "0", "1.0 or more"),
            ("Type: Number, MaxValue: 1", "1.1", "1.0 or less"),
            ("Type: CommaDelimitedList, AllowedValues: [a, b]", "a,c", "\"c\""),
        ])
    func refused(declaration: String, value: String, says: String) throws {
        let error = try #require(throws: TemplateError.self) { _ = try resolve(declaration, ["P": value]) }
        #expect(error.code == .parameter)
        #expect(error.location == TemplateLocation(file: "t.yaml", line: 2, column: 3))
        #expect(error.message.contains(says), "\(error)")
    }

    @Test("one that the template does not have is refused and the known ones are listed")
    func unknown() throws {
        let error = try #require(throws: TemplateError.self) {
            _ = try resolve("Type: String, Default: x", ["Q": "1", "P": "2"])
        }
        #expect(error.code == .parameter)
        #expect(error.message == "the template has no parameter Q: it has P")
        #expect(error.location == nil)
        #expect(error.cloudFormationMessage == "Parameters: [Q] do not exist in the template")
    }

    @Test("what is given wins over the default")
    func given() throws {
        #expect(try resolve("Type: String, Default: x", ["P": "y"]).resource("A")?.properties["V"] == "y")
        #expect(try resolve("Type: String, Default: x", [:]).resource("A")?.properties["V"] == "x")
    }
}
