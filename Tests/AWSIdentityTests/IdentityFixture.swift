import AWSSigning
import ExactJSON
import HTTPExchange
import Synchronization
import Timekeeping

@testable import AWSIdentity

/// Answers as the case's script has it; roles are handed out as `make_identities.py` does.
struct ScriptedAWS: HTTPTransport {
    var script: [String: (status: Int, body: String)]
    /// When the credentials of roles expire.
    var expiration = "2099-01-01T00:00:00Z"
    let requests = Recorded()

    final class Recorded: Sendable {
        private let all = Mutex<[HTTPRequest]>([])
        var value: [HTTPRequest] { all.withLock { $0 } }
        func add(_ request: HTTPRequest) { all.withLock { $0.append(request) } }
    }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        requests.add(request)
        if let answer = script["\(request.method) \(request.url)"] {
            return HTTPResponse(status: answer.status, body: Array(answer.body.utf8))
        }
        let form = String(decoding: request.body, as: UTF8.self)
        guard request.method == "POST", form.contains("Action=AssumeRole") else {
            throw HTTPTransportError(code: .connect, message: "nobody listens at \(request.url)")
        }
        var fields: [String: String] = [:]
        for pair in form.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(parts[0])] = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
        }
        let action = fields["Action"] ?? ""
        let role = fields["RoleArn"]?.split(separator: "/").last.map(String.init) ?? "?"
        let caller = request.headers.first("Authorization").flatMap { header in
            header.split(separator: "Credential=").last?.split(separator: "/").first.map(String.init)
        }
        let detail = ["ExternalId", "DurationSeconds"].compactMap { fields[$0] }.joined(separator: "-")
        let body = """
            <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>\
            <AccessKeyId>ASIA-\(role)-by-\(caller ?? "nobody")</AccessKeyId><SecretAccessKey>s-\(role)\(detail)\
            </SecretAccessKey><SessionToken>t-\(role)</SessionToken><Expiration>\(expiration)</Expiration></Credentials>\
            </\(action)Result></\(action)Response>
            """
        return HTTPResponse(status: 200, body: Array(body.utf8))
    }
}

/// A machine with nothing on it but what a test puts there.
func surroundings(
    _ environment: [String: String] = [:], files: [String: String] = [:], transport: any HTTPTransport,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(secondsSinceEpoch: 1_800_000_000) }
) -> IdentitySurroundings {
    let home = "/home/someone"
    let files = Dictionary(uniqueKeysWithValues: files.map { ($0.key.replacing("~", with: home), $0.value) })
    return IdentitySurroundings(
        environment: environment.merging(["HOME": home]) { own, _ in own },
        readFile: { path in files[path].map { Array($0.utf8) } },
        runProgram: { (words) async throws(IdentityError) in
            guard words.first == "/bin/echo" else { throw IdentityError(.unavailable, "exit status 1") }
            return Array((words.dropFirst().joined(separator: " ") + "\n").utf8)
        }, transport: transport, now: now, pause: { _ in })
}
