/// A name for a version, or for two that share the invocations.
struct FunctionAlias: Sendable, Equatable {
    var name: String
    var version: String
    var description = ""
    /// A second version and its share of the invocations, 0 to 1.
    var additionalVersion: String?
    var additionalWeight = 0.0
    var revisionID: String

    /// The version for one invocation.
    ///
    /// - Parameter draw: a random number, at least 0 and less than 1.
    func version(draw: Double) -> String {
        if let additionalVersion, draw < additionalWeight { return additionalVersion }
        return version
    }
}
