import EmulatorCore
import ExactJSON
import NIOHTTP1
import Synchronization
import Timekeeping

/// API Gateway: the APIs themselves, and the calls that describe them.
final class APIGatewayService: Sendable {
    private struct State {
        var apis: [String: RestAPI] = [:]
        /// By API id, then by stage name.
        var stages: [String: [String: StageRuntime]] = [:]
    }

    let account: EmulatedAccount
    private let state = Mutex(State())

    init(account: EmulatedAccount) { self.account = account }

    /// Adds an API and deploys its stages.
    func add(_ api: RestAPI, surroundings: StageRuntime.Surroundings) {
        let stages = api.stages.map { ($0.name, StageRuntime(api: api, stage: $0, surroundings: surroundings)) }
        state.withLock { state in
            state.apis[api.id] = api
            state.stages[api.id] = Dictionary(stages) { _, last in last }
        }
    }

    /// All stages there are.
    var stageNames: [(api: String, stage: String)] {
        state.withLock { state in
            state.stages.flatMap { api, stages in stages.keys.map { (api, $0) } }
        }.sorted { $0 < $1 }
    }

    func api(_ id: String) throws(AWSServiceError) -> RestAPI {
        guard let api = state.withLock({ $0.apis[id] }) else {
            throw AWSServiceError(
                "NotFoundException", "Invalid API identifier specified \(account.id):\(id)", status: 404)
        }
        return api
    }

    func stage(_ api: String, _ name: String) throws(AWSServiceError) -> StageRuntime {
        _ = try self.api(api)
        guard let stage = state.withLock({ $0.stages[api]?[name] }) else {
            throw AWSServiceError("NotFoundException", "Invalid stage identifier specified", status: 404)
        }
        return stage
    }

    /// Answers a request to an API; `path` starts with the stage.
    func answer(_ request: ServerRequest, api id: String, path: Substring) -> ServerAnswer {
        let rest = path.drop { $0 == "/" }
        let name = rest.prefix { $0 != "/" }
        guard let stage = state.withLock({ $0.stages[id]?[String(name)] }) else {
            let response = GatewayResponses().response(.accessDenied)
            return .now(response)
        }
        return stage.answer(request, path: rest[name.endIndex...])
    }
}
