import AWSClients
import AWSSigning
import Synchronization
import Timekeeping

/// Keeps credentials that expire, and has new ones looked for in time.
final class CredentialKeeper: CredentialRenewal {
    /// Botocore renews within ten minutes of the end at the latest.
    private static let margin = Duration.seconds(600)
    private let search: CredentialSearch
    private let kept: Mutex<AWSCredentials>
    private let turn = Turn()

    init(first: AWSCredentials, search: CredentialSearch) {
        kept = Mutex(first)
        self.search = search
    }

    func credentials(insteadOf refused: AWSCredentials?) async throws(AWSCallError) -> AWSCredentials {
        if let valid = valid(insteadOf: refused) { return valid }
        return try await turn.take { () async throws(AWSCallError) in
            // Another call may have had them renewed while this one waited.
            if let valid = valid(insteadOf: refused) { return valid }
            do throws(IdentityError) {
                let found = try await search.find()
                kept.withLock { $0 = found.credentials }
                return found.credentials
            } catch {
                let current = kept.withLock { $0 }
                // Not renewed in time is no harm while the old ones hold.
                if refused == nil, let end = current.expiration, end > search.surroundings.now() { return current }
                throw AWSCallError(
                    code: "Credentials", message: "the credentials cannot be renewed: \(error.message)", status: 401,
                    action: "credentials")
            }
        }
    }

    private func valid(insteadOf refused: AWSCredentials?) -> AWSCredentials? {
        let current = kept.withLock { $0 }
        guard current != refused else { return nil }
        guard let end = current.expiration else { return current }
        return end - search.surroundings.now() > Self.margin ? current : nil
    }
}

/// Lets one piece of work run at a time.
private actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take<Value: Sendable>(
        _ work: @Sendable () async throws(AWSCallError) -> Value
    ) async throws(AWSCallError) -> Value {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isTaken = true
        }
        defer { if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() } }
        return try await work()
    }
}
