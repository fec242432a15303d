import EmulatorCore
import ExactJSON
import Foundation

/// Resource-based policies, which are kept and given back; no call is judged by them.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
extension TableService {
    /// Longest policy, in bytes.
    private static let longestPolicy = 20 << 10
    /// What a call expects that wants there to be no policy yet.
    private static let noPolicy = "NO_POLICY"

    func putResourcePolicy(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let table = try policedTable(input)
        let text = try input.requiredString("Policy")
        guard text.utf8.count <= Self.longestPolicy else {
            throw .init(
                "LimitExceededException", "Policy size exceeds the limit of \(Self.longestPolicy) bytes")
        }
        guard let document = try? JSONValue(parsing: Array(text.utf8)), document["Statement"] != nil else {
            throw .validation("Invalid policy document: it must be a JSON object with a Statement")
        }
        let expected = try input.string("ExpectedRevisionId")
        let now = clock.now.millisecondsSinceEpoch
        let changed = try await changeTable(table.name) { table, _ in
            try Self.check(expected, table)
            // The same policy again is no new revision; revisions are in the order of time.
            guard table.policy?.text != text else { return }
            let last = table.policy.flatMap { Int64($0.revision) } ?? 0
            table.policy = .init(text: text, revision: String(max(now, last + 1)))
        }
        return ["RevisionId": .string(changed.policy?.revision ?? "")]
    }

    func getResourcePolicy(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        guard let policy = try policedTable(input).policy else {
            throw Self.policyNotFound(try input.requiredString("ResourceArn"))
        }
        return ["Policy": .string(policy.text), "RevisionId": .string(policy.revision)]
    }

    func deleteResourcePolicy(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let table = try policedTable(input)
        let expected = try input.string("ExpectedRevisionId")
        _ = try await changeTable(table.name) { table, _ in
            try Self.check(expected, table)
            table.policy = nil
        }
        // Deleting what is not there is no error, and has no revision to tell.
        return table.policy.map { ["RevisionId": .string($0.revision)] } ?? [:]
    }

    /// Refuses a change of another revision than the one that the call expects.
    private static func check(_ expected: String?, _ table: TableRecord) throws {
        switch (expected, table.policy) {
        case (nil, _), (noPolicy, nil): return
        case (let expected?, let policy?) where expected == policy.revision: return
        case (noPolicy, let policy?):
            throw policyNotFound(
                "Requested policy update expecting none to be present for table \(table.name), but a policy exists with "
                    + "revision id \(policy.revision).")
        case (let expected?, let policy?):
            throw policyNotFound(
                "Requested update for policy with revision id \(expected), but the policy associated to target table "
                    + "\(table.name) has revision id \(policy.revision).")
        case (let expected?, nil):
            throw policyNotFound(
                "Requested update for policy with revision id \(expected), but no policy is associated to target table "
                    + "\(table.name).")
        }
    }

    private static func policyNotFound(_ what: String) -> AWSServiceError {
        .init(
            "PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: \(what)")
    }

    private func policedTable(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        let arn = try input.requiredString("ResourceArn")
        let prefix = account.arn("dynamodb", "table/")
        guard arn.hasPrefix(prefix), !arn.dropFirst(prefix.count).contains("/") else {
            throw .validation("Resource-based policies of streams and other resources are not emulated: \(arn)")
        }
        let name = String(arn.dropFirst(prefix.count))
        guard let table = catalog.table(name) else {
            throw .init("ResourceNotFoundException", "Requested resource not found: Table: \(name) not found")
        }
        return table
    }
}
