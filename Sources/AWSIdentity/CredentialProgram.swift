import AWSSigning
import ExactJSON
import Timekeeping

/// Credentials that a program prints: the setting `credential_process`.
///
/// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html
struct CredentialProgram: Sendable {
    var surroundings: IdentitySurroundings

    func credentials(_ profile: Profile) async throws(IdentityError) -> FoundCredentials? {
        guard let command = profile["credential_process"] else { return nil }
        func fault(_ message: String) -> IdentityError {
            IdentityError(.badConfiguration, "profile \(profile.name): its credential_process \(message)")
        }
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw fault("is no command line: \(command)")
        }
        let output: [UInt8]
        do throws(IdentityError) {
            output = try await surroundings.runProgram(words)
        } catch {
            throw IdentityError(error.code, "profile \(profile.name): its credential_process failed: \(error.message)")
        }
        guard let json = try? JSONValue(parsing: output) else { throw fault("printed no JSON") }
        guard json["Version"]?.intValue == 1 else { throw fault("printed no `\"Version\": 1`") }
        guard let id = json["AccessKeyId"]?.stringValue, let secret = json["SecretAccessKey"]?.stringValue else {
            throw fault("printed no AccessKeyId or no SecretAccessKey")
        }
        let expiration = json["Expiration"]?.stringValue
        let credentials = AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json["SessionToken"]?.stringValue,
            expiration: expiration.flatMap { Timestamp(iso8601: $0) })
        return FoundCredentials(
            credentials: credentials, source: "profile \(profile.name) (credential_process)", renews: expiration != nil)
    }
}
