import StackTemplate
import Testing

@Suite("A mistake in a template") struct TemplateErrorTests {
    struct Mistake: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var code: TemplateError.Code
        /// `line:column`.
        var place: String
        /// A part of the message.
        var says: String

        init(_ name: String, _ text: String, _ code: TemplateError.Code, _ place: String, _ says: String) {
            self.name = name
            self.text = text
            self.code = code
            self.place = place
            self.says = says
        }

        var testDescription: String { name }
    }

    /// A template with one resource whose property stands at line 3, column 45.
    private static func property(_ value: String) -> String {
        """
        Parameters: {P: {Type: String, Default: x}}
        Resources:
          A: {Type: "AWS::Test::A", Properties: {V: \(value)}}
        """
    }

    static let mistakes = [
        Mistake("empty", "", .malformed, "1:1", "empty"),
        Mistake("no map", "- a\n- b", .malformed, "1:1", "a map of sections, not a list"),
        Mistake("no YAML", "Resources:\n  A: [1, 2", .malformed, "3:1", "flow sequence begun in line 2"),
        Mistake(
            "deep nesting", String(repeating: "[", count: 10_000), .malformed, "1:1", "this is nested too deeply"),
        Mistake("two documents", "a: 1\n---\nb: 2\n", .malformed, "2:1", "document"),
        Mistake("unknown section", "Resorces: {}", .malformed, "1:1", "Resorces is no section"),
        Mistake("no resources", "Description: x", .malformed, "1:1", "no resources"),
        Mistake("null", "Resources:\n  A:\n    Type:\n", .malformed, "3:10", "no null"),
        Mistake("no type", "Resources:\n  A: {Properties: {}}", .malformed, "2:6", "has no Type"),
        Mistake(
            "misplaced attribute", "Resources:\n  A: {Type: T, Propertys: {}}", .malformed, "2:16",
            "cannot have Propertys"),
        Mistake("same name twice", "Resources:\n  A: {Type: T}\n  A: {Type: T}", .malformed, "2:3", "more than once"),
        Mistake("alias", "Resources: &r\n  A: {Type: T}", .unsupported, "1:12", "anchors"),
        Mistake("merge", "Resources:\n  <<: {A: {Type: T}}", .unsupported, "2:3", "merges"),
        Mistake(
            "transform", "Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: T}}", .unsupported, "1:12",
            "transform"),
        Mistake("unknown function", property("!Sum [a]"), .unsupported, "3:45", "Fn::Sum is not supported"),
        Mistake("unknown YAML tag", property("!!binary aGk="), .unsupported, "3:45", "tag"),
        Mistake("unknown reference", property("!Ref Nobody"), .unknownName, "3:45", "Nobody is neither"),
        Mistake("unknown reference in Sub", property("!Sub 'x${Nobody}'"), .unknownName, "3:45", "Nobody is neither"),
        Mistake("unknown resource", property("!GetAtt Nobody.Arn"), .unknownName, "3:45", "no resource Nobody"),
        Mistake("unknown condition", property("!If [Nobody, 1, 2]"), .unknownName, "3:45", "no condition Nobody"),
        Mistake("unknown mapping", property("!FindInMap [Nobody, a, b]"), .unknownName, "3:57", "no mapping Nobody"),
        Mistake("malformed GetAtt", property("!GetAtt Arn"), .malformed, "3:45", "a resource and an attribute"),
        Mistake("open Sub", property("!Sub 'a ${P'"), .malformed, "3:45", "without its }"),
        Mistake("empty Sub name", property("!Sub 'a ${}'"), .malformed, "3:45", "cannot read ${}"),
        Mistake("short Join", property("!Join [',']"), .malformed, "3:45", "a list of 2, got 1"),
        Mistake("Join of text", property("!Join [',', P]"), .value, "3:57", "a list"),
        Mistake("Join of lists", property("!Join [',', [[1]]]"), .value, "3:57", "put together"),
        Mistake("Select outside", property("!Select [3, [a]]"), .value, "3:54", "1 elements"),
        Mistake("Select huge", property("!Select ['99999999999999999999', [a]]"), .value, "3:54", "1 elements"),
        Mistake("function beside others", property("{Ref: P, Other: 1}"), .malformed, "3:46", "only member"),
        Mistake("condition as a property", property("!Equals [a, b]"), .value, "3:45", "Conditions section"),
        Mistake(
            "resource in a condition", "Conditions: {C: !Equals [!Ref A, b]}\nResources: {A: {Type: T}}", .value,
            "1:26",
            "does not exist yet"),
        Mistake(
            "conditions in a circle",
            "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources: {R: {Type: T}}", .cycle,
            "3:12",
            "A -> B -> A"),
        Mistake("unknown dependency", "Resources:\n  A: {Type: T, DependsOn: B}", .unknownName, "2:3", "depends on B"),
        Mistake(
            "resources in a circle",
            """
            Resources:
              First: {Type: T, DependsOn: A}
              A: {Type: T, Properties: {V: !GetAtt B.Arn}}
              B: {Type: T, Properties: {V: [!Sub "${C}"]}}
              C: {Type: T, DependsOn: [A]}
            """, .cycle, "3:3", "A -> B -> C -> A"),
        Mistake("itself", "Resources:\n  A: {Type: T, Properties: {V: !Ref A}}", .cycle, "2:3", "A -> A"),
        Mistake(
            "resource that a condition leaves out",
            """
            Conditions: {Never: !Equals [a, b]}
            Resources:
              A: {Type: T, Condition: Never}
              B: {Type: T, Properties: {V: !Ref A}}
            """, .unknownName, "4:32", "its condition does not hold"),
        Mistake(
            "unknown attribute", "Resources:\n  A: {Type: T}\n  B: {Type: T, Properties: {V: !GetAtt A.Color}}",
            .unknownName,
            "3:32", "no attribute Color"),
        Mistake(
            "no such policy", "Resources:\n  A: {Type: T, DeletionPolicy: Keep}", .value, "2:32",
            "Keep is no deletion policy"),
        Mistake(
            "list as output", "Resources: {A: {Type: T}}\nOutputs: {O: {Value: [1]}}", .value, "2:22",
            "come out as text"),
        Mistake(
            "parameter without default", "Parameters:\n  P: {Type: String}\nResources: {A: {Type: T}}", .parameter,
            "2:3",
            "no default"),
        Mistake(
            "default outside the allowed values",
            "Parameters:\n  P: {Type: String, Default: c, AllowedValues: [a, b]}\nResources: {A: {Type: T}}",
            .parameter,
            "2:3", "one of a, b"),
        Mistake(
            "broken pattern",
            "Parameters:\n  P: {Type: String, Default: c, AllowedPattern: '['}\nResources: {A: {Type: T}}",
            .parameter, "2:3", "no regular expression"),
    ]

    @Test("is named with its place", arguments: mistakes)
    func mistake(_ mistake: Mistake) throws {
        let error = try #require(throws: TemplateError.self) { _ = try FakeAccount.resolve(mistake.text) }
        #expect(error.code == mistake.code)
        #expect(error.location.map { "\($0.line):\($0.column)" } == mistake.place)
        #expect(error.message.contains(mistake.says), "\(error)")
        #expect(error.description.hasPrefix("t.yaml:\(mistake.place): "))
    }
}
