/// What the stack's template tells the functions through their environment.
package struct ItemsConfiguration: Sendable, Equatable {
    /// `TABLE_NAME`; empty for the stream function, which calls no table.
    package var tableName: String
    /// `STAGE`, the environment's name.
    package var stage: String
    /// `ALLOWED_ORIGIN`, the one origin that CORS headers name.
    package var allowedOrigin: String
    /// Whether injected faults are honoured: `FIREDRILL_FAULTS` is `enabled` and the stage is not `prod`.
    package var faultsEnabled: Bool

    package init(tableName: String = "", stage: String, allowedOrigin: String = "https://example.com", faults: String) {
        self.tableName = tableName
        self.stage = stage
        self.allowedOrigin = allowedOrigin
        // The template already refuses faults in prod; a function deployed some other way refuses them again.
        faultsEnabled = faults == "enabled" && stage != "prod"
    }

    /// - Throws: `ItemsError` when the stage is missing, or the table where one is needed.
    package init(environment: [String: String], needsTable: Bool) throws(ItemsError) {
        guard let stage = environment["STAGE"], !stage.isEmpty else {
            throw ItemsError(code: .configuration, message: "STAGE is not set")
        }
        let tableName = environment["TABLE_NAME"] ?? ""
        guard !needsTable || !tableName.isEmpty else {
            throw ItemsError(code: .configuration, message: "TABLE_NAME is not set")
        }
        self.init(
            tableName: tableName, stage: stage, allowedOrigin: environment["ALLOWED_ORIGIN"] ?? "https://example.com",
            faults: environment["FIREDRILL_FAULTS"] ?? "disabled")
    }
}
