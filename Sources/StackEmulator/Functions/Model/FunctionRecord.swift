import EmulatorCore
import ExactJSON
import Synchronization

/// A function with its versions, aliases, policies and settings.
final class FunctionRecord: Sendable {
    struct State {
        var latest: FunctionTarget
        /// Published versions, in order.
        var versions: [Int: FunctionTarget] = [:]
        var lastVersion = 0
        var aliases: [String: FunctionAlias] = [:]
        /// By qualifier; the function's own under the empty text.
        var policies: [String: FunctionPolicy] = [:]
        /// By qualifier; that of `$LATEST` under `$LATEST`.
        var eventInvokeConfigs: [String: EventInvokeConfig] = [:]
        var tags: [String: String] = [:]
        var isDeleted = false

        /// The version that a qualifier names; nil when there is none.
        func target(_ qualifier: String, draw: Double) -> FunctionTarget? {
            if qualifier == LambdaFunction.latest { return latest }
            if let number = Int(qualifier) { return versions[number] }
            guard let alias = aliases[qualifier] else { return nil }
            let version = alias.version(draw: draw)
            return version == LambdaFunction.latest ? latest : Int(version).flatMap { versions[$0] }
        }
    }

    let name: String
    let arn: String
    let metrics: LambdaMetrics
    private let state: Mutex<State>
    private let keep: @Sendable (State) -> Void

    /// - Parameter keep: told of each change while the record is locked, so that changes are kept in their order.
    init(
        _ configuration: LambdaFunction, tags: [String: String], metrics: LambdaMetrics,
        keep: @escaping @Sendable (State) -> Void
    ) {
        self.keep = keep
        name = configuration.name
        arn = configuration.arn
        self.metrics = metrics
        var state = State(latest: FunctionTarget(configuration, metrics: metrics))
        state.tags = tags
        self.state = Mutex(state)
    }

    func read<R>(_ body: (State) throws(AWSServiceError) -> sending R) throws(AWSServiceError) -> sending R {
        try state.withLock { state throws(AWSServiceError) in try body(state) }
    }

    func change<R>(_ body: (inout State) throws(AWSServiceError) -> sending R) throws(AWSServiceError) -> sending R {
        try state.withLock { state throws(AWSServiceError) in
            let result = try body(&state)
            keep(state)
            return result
        }
    }

    /// The version that a qualifier names.
    ///
    /// - Parameter draw: decides between an alias's two versions.
    /// - Throws: `ResourceNotFoundException`.
    func target(_ qualifier: String?, draw: Double = 1) throws(AWSServiceError) -> FunctionTarget {
        guard let target = state.withLock({ $0.target(qualifier ?? LambdaFunction.latest, draw: draw) }) else {
            throw .noFunction(qualifiedARN(qualifier))
        }
        return target
    }

    var latest: FunctionTarget { state.withLock { $0.latest } }

    var targets: [FunctionTarget] { state.withLock { [$0.latest] + Array($0.versions.values) } }

    func qualifiedARN(_ qualifier: String?) -> String { qualifier.map { "\(arn):\($0)" } ?? arn }

    /// Puts a new configuration in the place of `$LATEST`; environments of the old one end with what they work on.
    ///
    /// - Parameter revision: that the caller believes to change; nil for any.
    func replaceLatest(
        revision: String? = nil, _ change: (inout LambdaFunction) throws(AWSServiceError) -> Void
    ) throws(AWSServiceError) -> LambdaFunction {
        let (old, new) = try state.withLock { state throws(AWSServiceError) -> (FunctionTarget, LambdaFunction) in
            try Self.check(revision, state.latest.configuration.revisionID)
            var configuration = state.latest.configuration
            try change(&configuration)
            configuration.revisionID = Identifiers.uuid()
            let old = state.latest
            state.latest = FunctionTarget(configuration, metrics: metrics)
            keep(state)
            return (old, configuration)
        }
        old.pool.retire()
        return new
    }

    static func check(_ stated: String?, _ actual: String) throws(AWSServiceError) {
        guard let stated, stated != actual else { return }
        throw AWSServiceError(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve "
                + "the latest RevisionId", status: 412)
    }
}
