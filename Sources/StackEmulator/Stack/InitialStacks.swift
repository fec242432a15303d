import EmulatedStacks
import EmulatorCore
import StackTemplate
import Synchronization

/// The stacks that an emulator starts with: the one of its configuration, and those that its data directory kept.
struct InitialStacks: Sendable {
    var configuration: EmulatorConfiguration
    var operations: StackOperation.Surroundings
    /// Nil without a data directory.
    var archive: StackArchive?

    /// Makes them, before any request is answered.
    ///
    /// - Returns: What the templates ask for and do not get.
    /// - Throws: `EmulatorError` with the place in the template when the configured stack cannot be made. A stack of the
    ///   archive that cannot be made is told among the notices, and stays in the archive.
    func create() async throws(EmulatorError) -> [String] {
        let notices = NoticeList()
        var restoring = operations
        restoring.adoptsExisting = archive != nil
        restoring.notice = { notices.add($0.description) }
        let kept: [StackArchive.Entry]
        do throws(AWSServiceError) { kept = try archive?.entries() ?? [] } catch {
            throw EmulatorError(code: .storage, message: error.message)
        }
        for entry in kept where configuration.startsEmpty || entry.name != configuration.stackName {
            if let failure = await make(entry, restoring) {
                notices.add(
                    "the stack \(entry.name), deployed before, could not be made again: "
                        + [failure.logicalID, failure.message].compactMap { $0 }.joined(separator: ": "))
            }
        }
        if !configuration.startsEmpty {
            try await createConfigured(kept.first { $0.name == configuration.stackName }?.id, restoring)
            try checkCommands()
        }
        let listed = notices.all
        if configuration.refusesUnsupported, !listed.isEmpty {
            throw EmulatorError(
                code: .unsupported,
                message: "the template asks for what is not emulated:\n  " + listed.joined(separator: "\n  "))
        }
        return listed
    }

    private func createConfigured(
        _ keptID: String?, _ restoring: StackOperation.Surroundings
    ) async throws(EmulatorError) {
        let name = configuration.stackName
        let account = operations.account
        let uuid = Identifiers.stableUUID("\(account.id)/\(name)")
        let entry = StackArchive.Entry(
            name: name, id: keptID ?? account.arn("cloudformation", "stack/\(name)/\(uuid)"),
            source: StackSource(
                templateText: configuration.templateText, templateFile: configuration.templateFile,
                parameters: configuration.parameters, capabilities: ["CAPABILITY_NAMED_IAM"]),
            terminationProtection: false)
        guard let failure = await make(entry, restoring) else { return }
        let place = failure.location.map { "\($0)" }
        guard let resource = failure.logicalID else {
            throw EmulatorError(code: .template, message: failure.message, location: place)
        }
        throw EmulatorError(
            code: .resource, message: "\(resource) (\(failure.type ?? "")): \(failure.message)", location: place)
    }

    /// Refuses a command for a function that no stack has: a misspelt name would leave the template's own code running.
    private func checkCommands() throws(EmulatorError) {
        let functions = operations.store.all.flatMap(\.resources).map(\.resolved)
            .filter { $0.type == "AWS::Lambda::Function" }
        let known = Set(functions.flatMap { [$0.logicalID, $0.ref] })
        guard let unknown = configuration.functions.keys.sorted().first(where: { !known.contains($0) }) else { return }
        let names = functions.map(\.logicalID).sorted().joined(separator: ", ")
        throw EmulatorError(
            code: .command,
            message: "no function is called \(unknown), which --function names: "
                + (names.isEmpty ? "the template has none" : "the template has \(names)"))
    }

    private func make(
        _ entry: StackArchive.Entry, _ restoring: StackOperation.Surroundings
    ) async -> StackFailure? {
        var record = StackRecord(
            name: entry.name, id: entry.id, source: entry.source, status: .createInProgress,
            createdAt: operations.clock.now)
        // What is there already is not taken back when something else fails.
        record.source.onFailure = .doNothing
        record.terminationProtection = entry.terminationProtection
        record.keptResources = archive?.resources(of: entry.name) ?? [:]
        _ = operations.store.add(record)
        operations.store.setStatus(entry.id, .createInProgress, reason: "User Initiated")
        let failure = await StackOperation(restoring, stackID: entry.id).create()
        if failure != nil { operations.store.remove(entry.id) }
        operations.store.change(entry.id) { record in
            record.source.onFailure = entry.source.onFailure
            record.keptResources = [:]
        }
        guard failure == nil, let made = operations.store.find(entry.id) else { return failure }
        do throws(AWSServiceError) { try archive?.recordResources(made) } catch {
            configuration.notice(error.message)
        }
        return nil
    }
}

/// Gathers notices while stacks are made.
private final class NoticeList: Sendable {
    private let notices = Mutex<[String]>([])

    var all: [String] { notices.withLock { $0 } }

    func add(_ notice: String) { notices.withLock { $0.append(notice) } }
}
