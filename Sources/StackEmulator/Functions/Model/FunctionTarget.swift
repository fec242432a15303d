import NIOCore

/// A version of a function together with its execution environments; a change of the version makes a new one.
final class FunctionTarget: Sendable {
    let configuration: LambdaFunction
    let pool = EnvironmentPool()
    let queue = RunQueue(slots: 2 * System.coreCount)
    let metrics: LambdaMetrics

    init(_ configuration: LambdaFunction, metrics: LambdaMetrics) {
        self.configuration = configuration
        self.metrics = metrics
    }
}
