import EmulatorCore
import ExactJSON
import NIOHTTP1
import Synchronization
import Timekeeping

/// API Gateway: its APIs as they are defined, and its stages as they run.
///
/// Every change of a definition goes through `change`; stages follow it by themselves. A stage serves the deployment that
/// it points to, so a changed method is not seen before the next deployment.
final class APIGatewayService: Sendable {
    private struct State {
        var apis: [String: RestAPIRecord] = [:]
        /// By API id, then by stage name.
        var stages: [String: [String: StageRuntime]] = [:]
        var loggingRole: String?
    }

    let surroundings: StageRuntime.Surroundings
    /// What all APIs of the account may take together.
    private let accountThrottle: ThrottleGate?
    private let state = Mutex(State())

    var account: EmulatedAccount { surroundings.account }
    var now: Timestamp { surroundings.clock.now }

    init(surroundings: StageRuntime.Surroundings) {
        self.surroundings = surroundings
        accountThrottle = surroundings.switches.accountThrottle.map { ThrottleGate($0) }
    }

    // MARK: Definitions

    /// All APIs, the oldest first.
    var records: [RestAPIRecord] {
        state.withLock { Array($0.apis.values) }.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
    }

    func record(_ id: String) throws(AWSServiceError) -> RestAPIRecord {
        guard let record = state.withLock({ $0.apis[id] }) else { throw unknownAPI(id) }
        return record
    }

    /// Adds an API.
    func insert(_ record: RestAPIRecord) throws(AWSServiceError) {
        let isNew = state.withLock { state in
            guard state.apis[record.id] == nil else { return false }
            state.apis[record.id] = record
            return true
        }
        if !isNew { throw GatewayFault.conflict("An API with the identifier \(record.id) exists already") }
    }

    /// Removes an API with its stages.
    func remove(_ id: String) throws(AWSServiceError) {
        let removed = state.withLock { state in
            state.stages[id] = nil
            return state.apis.removeValue(forKey: id)
        }
        if removed == nil { throw unknownAPI(id) }
    }

    /// Changes an API as a whole or, when the change is refused, not at all.
    @discardableResult
    func change<Result>(
        _ id: String, _ body: (inout RestAPIRecord) throws(AWSServiceError) -> Result
    ) throws(AWSServiceError) -> Result {
        try state.withLock { state throws(AWSServiceError) in
            guard var record = state.apis[id] else { throw unknownAPI(id) }
            let result = try body(&record)
            state.apis[id] = record
            state.stages[id] = running(record, state.stages[id] ?? [:])
            return result
        }
    }

    /// The stages of an API as they run after a change; those that it does not concern go on as they are.
    private func running(_ record: RestAPIRecord, _ old: [String: StageRuntime]) -> [String: StageRuntime] {
        var stages: [String: StageRuntime] = [:]
        for (name, document) in record.stages {
            guard let deployment = record.deployments[document["deploymentId"]?.stringValue ?? ""] else { continue }
            let source = StageRuntime.Source(
                apiID: record.id, apiName: record.definition.name, stage: document, deploymentID: deployment.id)
            if let running = old[name], running.source == source {
                stages[name] = running
            } else {
                stages[name] = StageRuntime(
                    source, definition: deployment.definition, replacing: old[name], surroundings: surroundings)
            }
        }
        return stages
    }

    private func unknownAPI(_ id: String) -> AWSServiceError {
        GatewayFault.notFound("Invalid API identifier specified \(account.id):\(id)")
    }

    /// The role that lets API Gateway write logs; nil while none was set.
    var loggingRole: String? {
        get { state.withLock { $0.loggingRole } }
        set { state.withLock { $0.loggingRole = newValue } }
    }

    // MARK: Requests

    /// All stages there are.
    var stageNames: [(api: String, stage: String)] {
        state.withLock { state in
            state.stages.flatMap { api, stages in stages.keys.map { (api, $0) } }
        }.sorted { $0 < $1 }
    }

    func stage(_ api: String, _ name: String) throws(AWSServiceError) -> StageRuntime {
        _ = try record(api)
        guard let stage = state.withLock({ $0.stages[api]?[name] }) else {
            throw GatewayFault.notFound("Invalid Stage identifier specified")
        }
        return stage
    }

    /// Answers a request to an API; `path` starts with the stage.
    func answer(_ request: ServerRequest, api id: String, path: Substring) -> ServerAnswer {
        let rest = path.withoutLeadingSlashes
        let name = rest.firstSegment
        guard let stage = state.withLock({ $0.stages[id]?[String(name)] }) else {
            return .now(GatewayResponses().response(.accessDenied))
        }
        return stage.answer(request, path: rest[name.endIndex...], accountThrottle: accountThrottle)
    }
}
