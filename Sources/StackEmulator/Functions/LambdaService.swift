import AWSSigning
import DurableDocuments
import EmulatedMonitoring
import EmulatedServices
import EmulatorCore
import ExactJSON
import NIOCore
import Synchronization
import Timekeeping

/// Lambda: functions, their execution environments, invocations.
final class LambdaService: Sendable {
    /// What the service needs from the emulator around it.
    struct Surroundings: Sendable {
        var account: EmulatedAccount
        var clock: VirtualClock
        var realTime: @Sendable () -> Timestamp
        var keys: KeyService
        var logs: LogsService
        var metrics: CloudWatchService
        var nursery: TaskNursery
        var eventLoops: any EventLoopGroup
        var date: HTTPDate
        var switches: EmulatorSwitches
        /// What every process sees besides its own variables, PATH above all.
        var baseEnvironment: [String: String]
        /// Finds or unpacks the code of a function.
        var code: FunctionCodeStore
        /// Who is told what became of events.
        var destinations: InvocationDestinations
        /// What keeps functions and their events over restarts.
        var documents: DocumentStore
        /// Tells the user what a function lacks on this machine.
        var notice = OnceTold { _ in }
        /// A number from 0 to 1, for aliases with two versions.
        var draw: @Sendable () -> Double = { Double.random(in: 0..<1) }
    }

    private struct State {
        var functions: [String: FunctionRecord] = [:]
        /// Names by the access key of the function's role.
        var accessKeys: [String: String] = [:]
        var endpointURL = ""
    }

    let surroundings: Surroundings
    let concurrency: ConcurrencyLedger
    private let permissions = PermissionCache()
    private let state = Mutex(State())

    init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
        concurrency = ConcurrencyLedger(
            limit: surroundings.switches.accountConcurrency, perFunction: surroundings.switches.concurrencyPerFunction)
    }

    /// Where processes reach the emulated services.
    func setEndpoint(_ url: String) { state.withLock { $0.endpointURL = url } }

    var endpointURL: String { state.withLock { $0.endpointURL } }

    /// Ends environments that were idle for a while, every minute from now on.
    func start() {
        surroundings.clock.every(.seconds(60)) { [weak self] _ in
            guard let self else { return }
            let limit = surroundings.clock.now - surroundings.switches.environmentIdleLifetime
            for record in records { for target in record.targets { target.pool.reap(idleSince: limit) } }
        }
    }

    // MARK: Functions

    /// All functions, by name.
    var records: [FunctionRecord] { state.withLock { Array($0.functions.values) }.sorted { $0.name < $1.name } }

    /// The function that a name or ARN means, whatever its qualifier.
    ///
    /// - Throws: `ResourceNotFoundException` and the errors of `FunctionIdentifier`.
    func record(_ identifier: FunctionIdentifier) throws(AWSServiceError) -> FunctionRecord {
        guard let record = state.withLock({ $0.functions[identifier.name] }) else {
            let arn = arn(of: identifier.name)
            throw .noFunction(identifier.qualifier.map { "\(arn):\($0)" } ?? arn)
        }
        return record
    }

    func record(_ identifier: String) throws(AWSServiceError) -> FunctionRecord {
        try record(FunctionIdentifier(identifier, account: surroundings.account))
    }

    func arn(of name: String) -> String { surroundings.account.arn("lambda", "function:\(name)") }

    /// Adds a function.
    ///
    /// - Throws: `ResourceConflictException` when there is one of this name.
    func add(
        _ configuration: LambdaFunction, tags: [String: String] = [:]
    ) throws(AWSServiceError) -> FunctionRecord {
        let name = configuration.name
        let record = FunctionRecord(
            configuration, tags: tags, metrics: LambdaMetrics(function: name, service: surroundings.metrics)
        ) { [weak self] state in self?.keep(name, state) }
        let isNew = state.withLock { state in
            guard state.functions[record.name] == nil else { return false }
            state.functions[record.name] = record
            state.accessKeys[ProcessEnvironment.accessKey(of: record.name)] = record.name
            return true
        }
        guard isNew else {
            throw AWSServiceError(
                "ResourceConflictException", "Function already exist: \(record.name)", status: 409)
        }
        try record.change { _ in }
        permissionsChanged()
        return record
    }

    /// Removes a function with all its versions; invocations that run end in their own time.
    func remove(_ record: FunctionRecord) throws(AWSServiceError) {
        // Forgotten before its name is free for another.
        let targets = try record.change { state in
            state.isDeleted = true
            return [state.latest] + Array(state.versions.values)
        }
        state.withLock { state in
            if state.functions[record.name] === record { state.functions[record.name] = nil }
        }
        _ = concurrency.reserve(nil, for: record.name)
        for target in targets { target.pool.retire() }
        permissionsChanged()
    }

    /// What the function with an access key signs its calls with; nil when the key is no function's.
    func credentials(_ accessKeyID: String) -> AWSCredentials? {
        guard let name = state.withLock({ $0.accessKeys[accessKeyID] }) else { return nil }
        return ProcessEnvironment.credentials(of: name)
    }

    // MARK: Permissions

    /// Forgets what was decided about permissions, because policies, functions or aliases have changed.
    func permissionsChanged() { permissions.forget() }

    /// Whether a service may invoke a function, version or alias on behalf of a resource.
    func allows(function: String, service: String, sourceARN: String) -> Bool {
        let question = PermissionCache.Question(function: function, service: service, sourceARN: sourceARN)
        return permissions.answer(question) { self.decide($0) }
    }

    private func decide(_ question: PermissionCache.Question) -> Bool {
        guard let identifier = try? FunctionIdentifier(question.function, account: surroundings.account),
            let record = try? record(identifier)
        else { return false }
        let policy = try? record.read { $0.policies[identifier.qualifier ?? ""] }
        return policy?.allows(
            service: question.service, resource: record.qualifiedARN(identifier.qualifier),
            sourceARN: question.sourceARN, account: surroundings.account.id) ?? false
    }
}
