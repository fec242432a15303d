import StackTemplate
import Testing

@Suite("The order of resources") struct ResourceOrderTests {
    private func order(_ resources: String) throws -> [String] {
        try FakeAccount.resolve("Conditions: {Never: !Equals [a, b]}\nResources:\n\(resources)").resources.map(
            \.logicalID)
    }

    @Test(
        "follows the file where nothing else asks, and puts what is needed first",
        arguments: [
            ("  B: {Type: T}\n  A: {Type: T}\n", ["B", "A"]),
            ("  B: {Type: T, DependsOn: A}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, Properties: {V: !Ref A}}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, Properties: {V: [{W: !GetAtt A.Arn}]}}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, Properties: {V: !Sub 'x${A.Arn}'}}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, Properties: {V: !Sub ['${A}', {A: 1}]}}\n  A: {Type: T}\n", ["B", "A"]),
            ("  B: {Type: T, Properties: {V: !Join ['', [!Ref A]]}}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, Properties: {V: !If [Never, !Ref A, 1]}}\n  A: {Type: T}\n", ["B", "A"]),
            ("  B: {Type: T, Properties: {V: !If [Never, 1, !Ref A]}}\n  A: {Type: T}\n", ["A", "B"]),
            ("  B: {Type: T, DependsOn: A}\n  A: {Type: T, Condition: Never}\n", ["B"]),
            (
                "  C: {Type: T, DependsOn: [A, B]}\n  B: {Type: T, DependsOn: A}\n  A: {Type: T}\n  D: {Type: T}\n",
                ["A", "B", "C", "D"]
            ),
        ])
    func order(resources: String, expected: [String]) throws {
        #expect(try order(resources) == expected)
    }

    @Test("identify is called once for each resource, with its properties resolved")
    func identification() throws {
        let template = try StackTemplate(
            parsing: """
                Resources:
                  B: {Type: T2, Properties: {V: !Sub "${A} ${A.Arn}"}}
                  A: {Type: T1, Properties: {V: 1}}
                Outputs:
                  O: {Value: !GetAtt B.Arn, Description: what it says}
                """, file: "t.yaml")
        var seen: [String] = []
        let stack = try TemplateResolver.resolve(
            template, parameters: [:], environment: FakeAccount.environment
        ) { resource throws(TemplateError) in
            seen.append("\(resource.logicalID) \(resource.type) \(resource.location.line) \(resource.properties.text)")
            return ResourceIdentity(ref: "ref-\(resource.logicalID)", attributes: ["Arn": "arn-\(resource.logicalID)"])
        }
        #expect(seen == ["A T1 3 {\"V\":1}", "B T2 2 {\"V\":\"ref-A arn-A\"}"])
        #expect(stack.outputs.map(\.key) == ["O"])
        #expect(stack.outputs.first?.value == "arn-B")
        #expect(stack.outputs.first?.description == "what it says")
    }

    @Test("an error of identify comes through")
    func identificationError() throws {
        let template = try StackTemplate(parsing: "Resources: {A: {Type: T}}", file: "t.yaml")
        let refusal = TemplateError(code: .unsupported, message: "T is not known", location: nil)
        let error = #expect(throws: TemplateError.self) {
            _ = try TemplateResolver.resolve(
                template, parameters: [:], environment: FakeAccount.environment
            ) { _ throws(TemplateError) in throw refusal }
        }
        #expect(error == refusal)
    }
}
