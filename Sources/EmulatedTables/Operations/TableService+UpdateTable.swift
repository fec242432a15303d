import EmulatorCore
import ExactJSON
import GRDB

extension TableService {
    /// UpdateTable: what it changes is there when it answers, so the table never is in the state UPDATING.
    func updateTable(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let table = try describedTable(input)
        guard input["ReplicaUpdates"] == nil, input["GlobalTableWitnessUpdates"] == nil else {
            throw .validation("Replicas are not emulated: ReplicaUpdates")
        }
        let update = try TableUpdate(input, of: table, view: try streamView(input["StreamSpecification"])) {
            catalog.takeNumber()
        }
        let now = clock.now
        let account = account
        let changed = try await changeTable(table.name) { table, db in
            try update.apply(to: &table, now: now, account: account, db)
        }
        return ["TableDescription": try await describe(changed, status: "ACTIVE")]
    }
}
