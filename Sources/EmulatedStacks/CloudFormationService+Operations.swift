import EmulatorCore
import ExactJSON
import StackTemplate

extension CloudFormationService {
    func createStack(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let name = try request.name()
        let source = try await request.source(previous: nil, fetch: surroundings.fetchTemplate)
        try check(source, for: newRecord(name, source, .createInProgress))
        let record = newRecord(name, source, .createInProgress)
        if let status = store.add(record) {
            guard status != .reviewInProgress else {
                throw .stackValidation(
                    "Stack:\(store.find(name)?.id ?? name) is in REVIEW_IN_PROGRESS state and can not be created.")
            }
            throw AWSServiceError("AlreadyExistsException", "Stack [\(name)] already exists")
        }
        store.change(record.id) { $0.terminationProtection = request.flag("EnableTerminationProtection") }
        await run(record.id, .createInProgress) { await $0.create() }
        return ["StackId": .string(record.id)]
    }

    func updateStack(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let record = try stack(request) { "Stack [\($0)] does not exist" }
        let source = try await request.source(previous: record, fetch: surroundings.fetchTemplate)
        let plan = try check(source, for: record)
        try mayUpdate(record)
        if plan.changes.isEmpty, plan.outputs == record.outputs, source.tags == record.source.tags,
            source.notificationARNs == record.source.notificationARNs
        {
            throw .stackValidation("No updates are to be performed.")
        }
        try begin(record.id, .updateInProgress)
        let rollsBack = !request.flag("DisableRollback")
        await run(record.id, nil) { await $0.update(to: source, rollsBack: rollsBack) }
        return ["StackId": .string(record.id)]
    }

    func deleteStack(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        // Deleting what is not there is no error.
        guard let record = store.find(request.input["StackName"]?.stringValue ?? ""),
            record.status != .deleteComplete
        else { return [:] }
        if record.terminationProtection {
            throw .stackValidation(
                "Stack [\(record.name)] cannot be deleted while TerminationProtection is enabled")
        }
        let retained = Set(request.strings("RetainResources"))
        if !retained.isEmpty, record.status != .deleteFailed {
            throw .stackValidation(
                "Invalid operation on stack [\(record.name)]. RetainResources can only be used when the stack is in the DELETE_FAILED state."
            )
        }
        try begin(record.id, .deleteInProgress)
        if let refusal = ExportUse(store: store).refusalToDelete(record.outputs) {
            // The stack is as it was; only its history tells that somebody tried.
            store.setStatus(record.id, record.status, reason: refusal)
            return [:]
        }
        await run(record.id, nil) { await $0.delete(retaining: retained) }
        return [:]
    }

    func updateTerminationProtection(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request)
        store.change(record.id) { $0.terminationProtection = request.flag("EnableTerminationProtection") }
        if let changed = store.find(record.id) { surroundings.changed(changed) }
        return ["StackId": .string(record.id)]
    }

    // MARK: Steps

    func newRecord(_ name: String, _ source: StackSource, _ status: StackStatus) -> StackRecord {
        StackRecord(
            name: name,
            id: surroundings.operations.account.arn("cloudformation", "stack/\(name)/\(Identifiers.uuid())"),
            source: source, status: status, createdAt: surroundings.operations.clock.now)
    }

    /// Checks all that can be checked before anything is made.
    @discardableResult
    func check(_ source: StackSource, for record: StackRecord) throws(AWSServiceError) -> StackPlanner.Plan {
        let template = try parse(source.templateText)
        let plan: StackPlanner.Plan
        do throws(StackFailure) {
            plan = try StackPlanner(surroundings.operations, stackID: record.id).plan(from: record, to: source)
        } catch {
            throw .stackValidation(error.wordsOfCloudFormation ?? error.message)
        }
        try CapabilityCheck.check(template, given: source.capabilities)
        let retyped = template.resources.filter { resource in
            record.resource(resource.logicalID).map { $0.resolved.type != resource.type } ?? false
        }
        if !retyped.isEmpty {
            let names = retyped.map(\.logicalID).joined(separator: ", ")
            throw .stackValidation(
                "Update of resource type is not permitted. The new template modifies resource type of the following resources: [\(names)]"
            )
        }
        return plan
    }

    func mayUpdate(_ record: StackRecord) throws(AWSServiceError) {
        guard record.status.mayBeUpdated else {
            throw .stackValidation("Stack:\(record.id) is in \(record.status.rawValue) state and can not be updated.")
        }
    }

    /// Announces an operation, unless one is going on.
    func begin(_ id: String, _ status: StackStatus) throws(AWSServiceError) {
        let busy = store.change(id) { record -> StackStatus? in
            if record.status.isInProgress { return record.status }
            record.status = status
            return nil
        }
        if case .some(.some(let busy)) = busy {
            let verb = status == .deleteInProgress ? "deleted" : "updated"
            throw .stackValidation("Stack:\(id) is in \(busy.rawValue) state and can not be \(verb).")
        }
        store.setStatus(id, status, reason: "User Initiated")
    }

    /// Carries an operation out and says when it has ended.
    ///
    /// - Parameter announced: the status to write into the history first; nil when it is there.
    func run(
        _ id: String, _ announced: StackStatus?,
        _ work: @escaping @Sendable (StackOperation) async -> Void
    ) async {
        if let announced { store.setStatus(id, announced, reason: "User Initiated") }
        let operation = StackOperation(surroundings.operations, stackID: id)
        await surroundings.run { [store, surroundings] in
            await work(operation)
            if let record = store.find(id) { surroundings.changed(record) }
        }
    }
}
