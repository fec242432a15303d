import EmulatorCore
import ExactJSON
import Testing

@testable import EmulatedStacks

/// What CloudFormation does with a stack's resources: made in order, changed in place or replaced, taken back on failure.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
@Suite struct StackOperationTests {
    private func template(a: String = "1", b: String = "1", more: String = "") -> String {
        """
        Resources:
          B: { Type: Test::Thing, Properties: { Name: b, Size: "\(b)", Near: !GetAtt A.Arn } }
          A: { Type: Test::Thing, Properties: { Name: a, Size: "\(a)" } }
        \(more)
        Outputs: { Where: { Value: !GetAtt B.Arn } }
        """
    }

    @Test("a stack's resources are made in the order of their references, each step in the history")
    func create() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateStack", template())
        #expect(account.provider.calls == ["create a", "create b"])
        #expect(account.status() == "CREATE_COMPLETE")
        #expect(
            account.history() == [
                "shop CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_COMPLETE",
                "B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS", "B CREATE_COMPLETE", "shop CREATE_COMPLETE",
            ])
        #expect(account.store.find("shop")?.outputs.map(\.value) == ["arn:thing/b"])
    }

    @Test(
        "a failed creation is taken back, kept or removed, as was asked",
        arguments: [
            ("ROLLBACK", "ROLLBACK_COMPLETE", ["create a", "delete a"]), ("DO_NOTHING", "CREATE_FAILED", ["create a"]),
            ("DELETE", "DELETE_COMPLETE", ["create a", "delete a"]),
        ])
    func failedCreation(_ choice: String, _ status: String, _ calls: [String]) async throws {
        let account = FakeAccount()
        let created = try await account.call("CreateStack", template(b: "bad"), ["OnFailure": .string(choice)])
        let record = try #require(account.store.find(created["StackId"]?.stringValue ?? ""))
        #expect(record.status.rawValue == status)
        #expect(account.provider.calls == calls)
        let failed = try #require(record.events.first { $0.status == "CREATE_FAILED" && $0.logicalID == "B" })
        #expect(failed.reason?.contains("A thing cannot be bad.") == true)
    }

    @Test("an update changes in place, replaces, adds and removes, and cleans up after everything else is done")
    func update() async throws {
        let account = FakeAccount()
        _ = try await account.call(
            "CreateStack", template(more: "  Old: { Type: Test::Thing, Properties: { Name: old } }"))
        let changed = template(a: "2", more: "  New: { Type: Test::Thing, Properties: { Name: new } }")
            .replacing("Name: b", with: "Name: c")
        _ = try await account.call("UpdateStack", changed)
        #expect(account.status() == "UPDATE_COMPLETE")
        #expect(
            account.provider.calls.dropFirst(3)
                == ["update a", "create c", "create new", "delete b", "delete old"])
        #expect(account.provider.sizes == ["a": "2", "c": "1", "new": ""])
        #expect(account.store.find("shop")?.resources.map(\.logicalID).sorted() == ["A", "B", "New"])
    }

    @Test("a failed update goes back to what was there")
    func failedUpdate() async throws {
        let account = FakeAccount()
        _ = try await account.call("CreateStack", template())
        let before = account.provider.sizes
        let broken = template(a: "2", b: "bad", more: "  New: { Type: Test::Thing, Properties: { Name: new } }")
        _ = try await account.call("UpdateStack", broken)
        #expect(account.status() == "UPDATE_ROLLBACK_COMPLETE")
        #expect(account.provider.sizes == before)
        #expect(account.store.find("shop")?.source.templateText == template())
        #expect(account.store.find("shop")?.outputs.map(\.value) == ["arn:thing/b"])
        _ = try await account.call("UpdateStack", template(a: "3"))
        #expect(account.provider.sizes["a"] == "3")
    }

    @Test("a deletion goes backwards, keeps what is to be retained and tells what would not go")
    func delete() async throws {
        let account = FakeAccount()
        _ = try await account.call(
            "CreateStack",
            template(more: "  Kept: { Type: Test::Thing, DeletionPolicy: Retain, Properties: { Name: kept } }"))
        _ = try await account.call(
            "UpdateStack",
            template(
                b: "stuck", more: "  Kept: { Type: Test::Thing, DeletionPolicy: Retain, Properties: { Name: kept } }"))
        _ = try await account.call("DeleteStack")
        #expect(account.status() == "DELETE_FAILED")
        #expect(account.provider.sizes == ["kept": "", "b": "stuck"])
        let id = try #require(account.store.find("shop")?.id)
        _ = try await account.call("DeleteStack", nil, ["RetainResources": ["B"]])
        #expect(account.store.find(id)?.status == .deleteComplete)
        #expect(account.store.find("shop") == nil)
    }
}
