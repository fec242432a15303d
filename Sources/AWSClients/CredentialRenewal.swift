package import AWSSigning

/// Where credentials come from that stop to be valid while they are needed.
package protocol CredentialRenewal: Sendable {
    /// Credentials that are valid for some time yet.
    ///
    /// - Parameter refused: those that the service has just called expired; nil at the start of a call.
    func credentials(insteadOf refused: AWSCredentials?) async throws(AWSCallError) -> AWSCredentials
}
