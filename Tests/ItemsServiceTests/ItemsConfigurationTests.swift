import ItemsService
import Testing

@Suite("The functions' configuration") struct ItemsConfigurationTests {
    @Test("comes from the environment that the template sets")
    func complete() throws {
        let configuration = try ItemsConfiguration(
            environment: [
                "TABLE_NAME": "t", "STAGE": "qa", "ALLOWED_ORIGIN": "https://shop.example",
                "FIREDRILL_FAULTS": "enabled",
            ], needsTable: true)
        #expect(configuration.tableName == "t")
        #expect(configuration.stage == "qa")
        #expect(configuration.allowedOrigin == "https://shop.example")
        #expect(configuration.faultsEnabled)
    }

    @Test(
        "is refused when something is missing",
        arguments: [([:], true, "STAGE"), (["STAGE": ""], false, "STAGE"), (["STAGE": "dev"], true, "TABLE_NAME")])
    func incomplete(environment: [String: String], needsTable: Bool, says: String) {
        let error = #expect(throws: ItemsError.self) {
            _ = try ItemsConfiguration(environment: environment, needsTable: needsTable)
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(says) == true)
    }

    @Test("has faults off unless the environment says otherwise")
    func defaults() throws {
        let configuration = try ItemsConfiguration(environment: ["STAGE": "dev"], needsTable: false)
        #expect(!configuration.faultsEnabled)
        #expect(configuration.allowedOrigin == "https://example.com")
    }
}
