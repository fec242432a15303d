import EmulatorCore
import ExactJSON
import Testing

@testable import EmulatedStacks

/// Calls and refusals of CloudFormation, in its own words.
@Suite struct CloudFormationServiceTests {
    private let one = "Resources: { A: { Type: Test::Thing, Properties: { Name: a, Size: '1' } } }"
    private let two = "Resources: { A: { Type: Test::Thing, Properties: { Name: a, Size: '2' } } }"

    private func refusal(
        _ account: FakeAccount, _ operation: String, stack: String = "shop", _ template: String? = nil,
        _ more: [String: JSONValue] = [:]
    ) async -> AWSServiceError? {
        do throws(AWSServiceError) {
            _ = try await account.call(operation, stack: stack, template, more)
            return nil
        } catch {
            return error
        }
    }

    @Test("refusals are CloudFormation's")
    func refusals() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateStack", one)
        let role = "Resources: { R: { Type: AWS::IAM::Role } }"
        let named = "Resources: { R: { Type: AWS::IAM::Role, Properties: { RoleName: r } } }"
        let large = one + "\n#" + String(repeating: "x", count: 51_200)
        let cases: [(String, String, String?, [String: JSONValue], String, String)] = [
            ("CreateStack", "shop", one, [:], "AlreadyExistsException", "Stack [shop] already exists"),
            ("CreateStack", "1st", one, [:], "ValidationError", "Member must satisfy regular expression pattern"),
            ("CreateStack", "new", nil, [:], "ValidationError", "Either Template URL or Template Body"),
            ("CreateStack", "new", large, [:], "ValidationError", "less than or equal to 51200"),
            ("CreateStack", "new", role, [:], "InsufficientCapabilitiesException", "[CAPABILITY_IAM]"),
            (
                "CreateStack", "new", named, ["Capabilities": ["CAPABILITY_IAM"]], "InsufficientCapabilitiesException",
                "[CAPABILITY_NAMED_IAM]"
            ),
            ("UpdateStack", "shop", one, [:], "ValidationError", "No updates are to be performed."),
            ("UpdateStack", "nobody", one, [:], "ValidationError", "Stack [nobody] does not exist"),
            ("DescribeStacks", "nobody", nil, [:], "ValidationError", "Stack with id nobody does not exist"),
            (
                "UpdateStack", "shop", "Resources: { A: { Type: Test::Other } }", [:], "ValidationError",
                "Update of resource type is not permitted"
            ),
            (
                "DescribeStackResource", "shop", nil, ["LogicalResourceId": "Z"], "ValidationError",
                "Resource Z does not exist for stack shop"
            ),
            (
                "ExecuteChangeSet", "shop", nil, ["ChangeSetName": "none"], "ChangeSetNotFound",
                "ChangeSet [none] does not exist"
            ),
        ]
        for (operation, stack, template, more, code, words) in cases {
            let error = await refusal(account, operation, stack: stack, template, more)
            #expect(error?.code == code, "\(operation) \(stack)")
            #expect(error?.message.contains(words) == true, "\(operation) \(stack): \(error?.message ?? "")")
        }
    }

    @Test("a change set says what it would do, does nothing until it is executed, and once only")
    func changeSets() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateChangeSet", one, ["ChangeSetName": "first", "ChangeSetType": "CREATE"])
        #expect(account.status() == "REVIEW_IN_PROGRESS")
        #expect(account.provider.calls.isEmpty)
        _ = try await account.call("ExecuteChangeSet", nil, ["ChangeSetName": "first"])
        #expect(account.status() == "CREATE_COMPLETE")

        _ = try await account.call("CreateChangeSet", two, ["ChangeSetName": "second"])
        let described = try await account.call("DescribeChangeSet", nil, ["ChangeSetName": "second"])
        let change = described["Changes"]?[0]?["ResourceChange"]
        #expect(change?["Action"]?.stringValue == "Modify")
        #expect(change?["Replacement"]?.stringValue == "False")
        #expect(change?["Details"]?[0]?["Target"]?["Name"]?.stringValue == "Size")
        #expect(account.provider.sizes == ["a": "1"])
        _ = try await account.call("ExecuteChangeSet", nil, ["ChangeSetName": "second"])
        #expect(account.provider.sizes == ["a": "2"])
        let again = await refusal(account, "ExecuteChangeSet", nil, ["ChangeSetName": "second"])
        #expect(again?.code == "InvalidChangeSetStatus")
    }

    @Test("a change set without changes fails with the words that deploying looks for")
    func noChanges() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateStack", one)
        _ = try await account.call("CreateChangeSet", one, ["ChangeSetName": "same"])
        let described = try await account.call("DescribeChangeSet", nil, ["ChangeSetName": "same"])
        #expect(described["Status"]?.stringValue == "FAILED")
        #expect(
            described["StatusReason"]?.stringValue?.hasPrefix("The submitted information didn't contain changes.")
                == true)
    }

    @Test("parameters keep their previous value where asked, and secrets stay hidden")
    func parameters() async throws {
        let account = FakeAccount()
        let template = """
            Parameters: { Size: { Type: String }, Word: { Type: String, NoEcho: true } }
            Resources: { A: { Type: Test::Thing, Properties: { Name: a, Size: !Ref Size, Tags: !Ref Word } } }
            """
        func parameter(_ name: String, _ value: String?) -> JSONValue {
            value.map { ["ParameterKey": .string(name), "ParameterValue": .string($0)] }
                ?? ["ParameterKey": .string(name), "UsePreviousValue": "true"]
        }
        _ = try await account.call(
            "CreateStack", template, ["Parameters": [parameter("Size", "1"), parameter("Word", "secret")]])
        _ = try await account.call(
            "UpdateStack", nil,
            ["UsePreviousTemplate": "true", "Parameters": [parameter("Size", "2"), parameter("Word", nil)]])
        #expect(account.provider.sizes == ["a": "2"])
        let described = try await account.call("DescribeStacks")
        #expect(!described.text.contains("secret"))
        #expect(account.store.find("shop")?.parameters == ["Size": "2", "Word": "secret"])
    }

    @Test("a stack under termination protection stays")
    func protection() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateStack", one, ["EnableTerminationProtection": "true"])
        #expect(await refusal(account, "DeleteStack")?.message.contains("TerminationProtection") == true)
        _ = try await account.call("UpdateTerminationProtection", nil, ["EnableTerminationProtection": "false"])
        _ = try await account.call("DeleteStack")
        #expect(account.provider.sizes.isEmpty)
    }
}
