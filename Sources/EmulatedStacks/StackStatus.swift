/// Where a stack stands, in CloudFormation's words
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
package enum StackStatus: String, Sendable {
    case reviewInProgress = "REVIEW_IN_PROGRESS"
    case createInProgress = "CREATE_IN_PROGRESS"
    case createComplete = "CREATE_COMPLETE"
    case createFailed = "CREATE_FAILED"
    case rollbackInProgress = "ROLLBACK_IN_PROGRESS"
    case rollbackComplete = "ROLLBACK_COMPLETE"
    case rollbackFailed = "ROLLBACK_FAILED"
    case updateInProgress = "UPDATE_IN_PROGRESS"
    case updateCleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    case updateComplete = "UPDATE_COMPLETE"
    case updateFailed = "UPDATE_FAILED"
    case updateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS"
    case updateRollbackCleanup = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    case updateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE"
    case updateRollbackFailed = "UPDATE_ROLLBACK_FAILED"
    case deleteInProgress = "DELETE_IN_PROGRESS"
    case deleteComplete = "DELETE_COMPLETE"
    case deleteFailed = "DELETE_FAILED"

    /// Whether an operation is going on, so that no other may begin.
    package var isInProgress: Bool { rawValue.hasSuffix("_IN_PROGRESS") && self != .reviewInProgress }

    /// Whether the stack may be updated now.
    package var mayBeUpdated: Bool {
        switch self {
        case .createComplete, .updateComplete, .updateRollbackComplete, .updateFailed, .createFailed: true
        default: false
        }
    }
}

/// Where a resource of a stack stands.
package enum ResourceStatus: String, Sendable {
    case createInProgress = "CREATE_IN_PROGRESS"
    case createComplete = "CREATE_COMPLETE"
    case createFailed = "CREATE_FAILED"
    case updateInProgress = "UPDATE_IN_PROGRESS"
    case updateComplete = "UPDATE_COMPLETE"
    case updateFailed = "UPDATE_FAILED"
    case deleteInProgress = "DELETE_IN_PROGRESS"
    case deleteComplete = "DELETE_COMPLETE"
    case deleteFailed = "DELETE_FAILED"
    case deleteSkipped = "DELETE_SKIPPED"
}
