import Synchronization

/// Remembers who may invoke what, for the gateway asks it at each request and policies seldom change.
final class PermissionCache: Sendable {
    struct Question: Sendable, Hashable {
        /// Name or ARN, with or without qualifier.
        var function: String
        /// `apigateway.amazonaws.com`.
        var service: String
        /// What the service acts for.
        var sourceARN: String
    }

    private struct State {
        var answers: [Question: Bool] = [:]
        /// Counts the changes: an answer that was found before one is not kept after it.
        var generation = 0
    }

    private static let capacity = 4096
    private let state = Mutex(State())

    /// The answer that is known, or the one that `decide` finds.
    func answer(_ question: Question, decide: (Question) -> Bool) -> Bool {
        let (known, generation) = state.withLock { ($0.answers[question], $0.generation) }
        if let known { return known }
        let answer = decide(question)
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.answers.count >= Self.capacity { state.answers = [:] }
            state.answers[question] = answer
        }
        return answer
    }

    func forget() {
        state.withLock { state in
            state.answers = [:]
            state.generation += 1
        }
    }
}
