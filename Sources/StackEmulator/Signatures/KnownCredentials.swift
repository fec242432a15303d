import AWSSigning

/// The keys that a caller may sign with: those that were handed in, and those that functions are started with.
struct KnownCredentials: Sendable {
    private var byKey: [String: AWSCredentials]
    private var ofFunctions: @Sendable (_ accessKeyID: String) -> AWSCredentials?

    init(
        _ credentials: [AWSCredentials],
        ofFunctions: @escaping @Sendable (_ accessKeyID: String) -> AWSCredentials? = { _ in nil }
    ) {
        byKey = Dictionary(credentials.map { ($0.accessKeyID, $0) }) { _, last in last }
        self.ofFunctions = ofFunctions
    }

    subscript(_ accessKeyID: String) -> AWSCredentials? { byKey[accessKeyID] ?? ofFunctions(accessKeyID) }
}
