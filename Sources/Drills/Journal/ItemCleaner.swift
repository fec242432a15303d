package import AWSClients
import AWSQueryClients
import LoadEngine

/// Removes the items that a run wrote: all whose key begins with the run's mark.
package struct ItemCleaner: Sendable {
    package var connection: AWSConnection

    package init(connection: AWSConnection) { self.connection = connection }

    /// - Parameters:
    ///   - stack: the CloudFormation stack whose tables are looked through.
    /// - Returns: how many items were removed.
    package func clean(runID: String, stack: String) async throws(DrillError) -> Int {
        let prefix = RunMark(runID: runID).prefix
        let resources = try await aws { () async throws(AWSCallError) in
            try await CloudFormationClient(connection: connection).resources(ofStack: stack)
        }
        let tables = resources.filter { $0.type == "AWS::DynamoDB::Table" || $0.type == "AWS::DynamoDB::GlobalTable" }
        let items = ItemRemovalClient(connection: connection)
        return try await aws { () async throws(AWSCallError) in
            var removed = 0
            for table in tables.map(\.physicalID) {
                let key = try await items.key(ofTable: table)
                guard key.isText else { continue }
                for found in try await items.keys(inTable: table, names: key.names, beginningWith: prefix) {
                    try await items.delete(found, fromTable: table)
                    removed += 1
                }
            }
            return removed
        }
    }
}
