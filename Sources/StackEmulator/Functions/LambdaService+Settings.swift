import EmulatorCore
import ExactJSON

extension LambdaService {
    /// Allows somebody to invoke a function, version or alias; returns the statement of its policy.
    ///
    /// - Throws: `ResourceConflictException` when there is a statement of this id, and Lambda's other errors.
    @discardableResult
    func addPermission(
        _ id: String, to record: FunctionRecord, qualifier: String?, input: JSONValue, revision: String? = nil
    ) throws(AWSServiceError) -> JSONValue {
        _ = try record.target(qualifier)
        let resource = record.qualifiedARN(qualifier)
        let statement = try FunctionPolicy.statement(id: id, input: input, resource: resource)
        try record.change { state throws(AWSServiceError) in
            var policy = state.policies[qualifier ?? ""] ?? FunctionPolicy()
            if !policy.isEmpty { try FunctionRecord.check(revision, policy.revisionID) }
            try policy.add(id, statement)
            state.policies[qualifier ?? ""] = policy
        }
        permissionsChanged()
        return statement
    }

    /// Takes a permission back; false when there is none of this id.
    func removePermission(
        _ id: String, from record: FunctionRecord, qualifier: String?
    ) throws(AWSServiceError) -> Bool {
        let isRemoved = try record.change { $0.policies[qualifier ?? ""]?.remove(id) ?? false }
        if isRemoved { permissionsChanged() }
        return isRemoved
    }

    /// Sets or removes a function's reserved concurrency.
    func reserve(_ count: Int?, for record: FunctionRecord) throws(AWSServiceError) {
        if let count, count < 0 {
            throw .lambdaValidation(
                "\(count)", "reservedConcurrentExecutions", "have value greater than or equal to 0")
        }
        guard concurrency.reserve(count, for: record.name) else {
            throw .invalidLambda(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                    + "below its minimum value of [\(min(ConcurrencyLedger.unreservedMinimum, concurrency.limit))].")
        }
        // The ledger has it; the record's document does too.
        try record.change { _ in }
    }

    /// Says what happens to asynchronous invocations of a function, version or alias.
    ///
    /// - Parameter replaces: whether what the input leaves out goes back to its default.
    func setEventInvokeConfig(
        of record: FunctionRecord, qualifier: String, input: JSONValue, replaces: Bool
    ) throws(AWSServiceError) -> EventInvokeConfig {
        _ = try record.target(qualifier)
        let now = surroundings.clock.now
        return try record.change { state throws(AWSServiceError) in
            let existing = state.eventInvokeConfigs[qualifier]
            if !replaces, existing == nil {
                throw AWSServiceError(
                    "ResourceNotFoundException",
                    "The function \(record.arn):\(qualifier) doesn't have an EventInvokeConfig", status: 404)
            }
            var config =
                replaces ? EventInvokeConfig(lastModified: now) : existing ?? EventInvokeConfig(lastModified: now)
            try config.apply(input, account: surroundings.account)
            config.lastModified = now
            state.eventInvokeConfigs[qualifier] = config
            return config
        }
    }
}
