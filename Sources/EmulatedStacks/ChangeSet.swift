package import Timekeeping

/// A set of changes that was worked out and may be carried out.
package struct ChangeSet: Sendable {
    package enum Status: String, Sendable {
        case createComplete = "CREATE_COMPLETE"
        case failed = "FAILED"
    }

    package enum ExecutionStatus: String, Sendable {
        case unavailable = "UNAVAILABLE"
        case available = "AVAILABLE"
        case executeInProgress = "EXECUTE_IN_PROGRESS"
        case executeComplete = "EXECUTE_COMPLETE"
        case executeFailed = "EXECUTE_FAILED"
        case obsolete = "OBSOLETE"
    }

    package enum Kind: String, Sendable {
        case create = "CREATE"
        case update = "UPDATE"
    }

    package var name: String
    /// Its ARN.
    package var id: String
    package var kind: Kind
    package var description: String?
    package var source: StackSource
    package var createdAt: Timestamp
    package var status: Status
    package var statusReason: String?
    package var execution: ExecutionStatus
    package var changes: [PlannedChange]
}
