import EmulatorCore
import ExactJSON

extension CloudFormationService {
    /// What `aws cloudformation deploy` looks for to tell that nothing is to be done.
    private static let noChanges =
        "The submitted information didn't contain changes. Submit different information to create a change set."

    func createChangeSet(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let kind = ChangeSet.Kind(rawValue: request.input["ChangeSetType"]?.stringValue ?? "UPDATE") ?? .update
        let name = request.input["ChangeSetName"]?.stringValue ?? ""
        guard !name.isEmpty else {
            throw .stackValidation(
                "1 validation error detected: Value '' at 'changeSetName' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
        }
        let existing = store.find(request.input["StackName"]?.stringValue ?? "")
        var record: StackRecord
        switch (kind, existing) {
        case (.create, .some(let found)) where found.status != .reviewInProgress:
            throw .stackValidation(
                "Stack [\(found.name)] already exists and cannot be created again with the changeSet [\(name)].")
        case (.update, nil):
            throw .stackValidation("Stack [\(request.input["StackName"]?.stringValue ?? "")] does not exist")
        case (_, .some(let found)): record = found
        case (.create, nil):
            let source = StackSource(templateText: "", templateFile: "TemplateBody")
            record = newRecord(try request.name(), source, .reviewInProgress)
        }
        let source = try await request.source(
            previous: kind == .update ? record : nil, fetch: surroundings.fetchTemplate)
        // One that was executed, or never can be, does not stand in the way: deploys name their sets by the second.
        if record.changeSets.contains(where: { $0.name == name && $0.execution == .available }) {
            throw AWSServiceError(
                "AlreadyExistsException",
                "ChangeSet \(name) cannot be created due to a mismatch with existing attribute Name")
        }
        if kind == .update { try mayUpdate(record) }
        let plan = try check(source, for: record)
        if kind == .create, existing == nil {
            record.source = source
            _ = store.add(record)
            store.setStatus(record.id, .reviewInProgress, reason: "User Initiated")
        }
        let isEmpty =
            kind == .update && plan.changes.isEmpty && plan.outputs == record.outputs
            && source.tags == record.source.tags
        let set = ChangeSet(
            name: name,
            id: surroundings.operations.account.arn("cloudformation", "changeSet/\(name)/\(Identifiers.uuid())"),
            kind: kind, description: request.input["Description"]?.stringValue, source: source,
            createdAt: surroundings.operations.clock.now, status: isEmpty ? .failed : .createComplete,
            statusReason: isEmpty ? Self.noChanges : nil, execution: isEmpty ? .unavailable : .available,
            changes: plan.changes)
        store.change(record.id) { $0.changeSets.append(set) }
        return ["Id": .string(set.id), "StackId": .string(record.id)]
    }

    func describeChangeSet(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let (set, record) = try changeSet(request)
        return StackDocuments.description(set, of: record)
    }

    func listChangeSets(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request) { "Stack [\($0)] does not exist" }
        return ["Summaries": .array(record.changeSets.map { StackDocuments.summary($0, of: record) })]
    }

    func deleteChangeSet(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        guard let (set, record) = try? changeSet(request) else { return [:] }
        store.change(record.id) { $0.changeSets.removeAll { $0.id == set.id } }
        return [:]
    }

    func executeChangeSet(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let (set, record) = try changeSet(request)
        guard set.execution == .available else {
            throw AWSServiceError(
                "InvalidChangeSetStatus",
                "ChangeSet [\(set.id)] cannot be executed in its current execution status of [\(set.execution.rawValue)]"
            )
        }
        try begin(record.id, set.kind == .create ? .createInProgress : .updateInProgress)
        store.change(record.id) { stack in
            for index in stack.changeSets.indices {
                let isThis = stack.changeSets[index].id == set.id
                stack.changeSets[index].execution = isThis ? .executeInProgress : .obsolete
            }
        }
        let rollsBack = !request.flag("DisableRollback")
        let store = store
        await run(record.id, nil) { operation in
            let failure: StackFailure?
            if set.kind == .create {
                store.change(record.id) { stack in
                    stack.source = set.source
                    if !rollsBack { stack.source.onFailure = .doNothing }
                }
                failure = await operation.create()
            } else {
                failure = await operation.update(to: set.source, rollsBack: rollsBack)
            }
            store.change(record.id) { stack in
                if let index = stack.changeSets.firstIndex(where: { $0.id == set.id }) {
                    stack.changeSets[index].execution = failure == nil ? .executeComplete : .executeFailed
                }
            }
        }
        return [:]
    }

    /// The change set that a call names, by name and stack or by its ARN alone.
    private func changeSet(_ request: StackRequest) throws(AWSServiceError) -> (ChangeSet, StackRecord) {
        let name = request.input["ChangeSetName"]?.stringValue ?? ""
        let candidates: [StackRecord]
        if let stackName = request.input["StackName"]?.stringValue {
            guard let record = store.find(stackName) else {
                throw .stackValidation("Stack [\(stackName)] does not exist")
            }
            candidates = [record]
        } else {
            candidates = store.all
        }
        for record in candidates {
            if let set = record.changeSets.last(where: { $0.id == name || $0.name == name }) { return (set, record) }
        }
        throw AWSServiceError("ChangeSetNotFound", "ChangeSet [\(name)] does not exist", status: 404)
    }
}
