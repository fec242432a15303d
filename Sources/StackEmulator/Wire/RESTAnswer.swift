import EmulatorCore
import ExactJSON
import HTTPExchange
import NIOHTTP1

/// Answers of the REST services, Lambda and API Gateway.
enum RESTAnswer {
    static func json(_ value: JSONValue, status: Int = 200) -> ServerResponse {
        ServerResponse(
            status: status, headers: ["Content-Type": "application/json", "x-amzn-RequestId": Identifiers.uuid()],
            body: value.serialized())
    }

    static func failure(_ error: AWSServiceError, messageMember: String) -> ServerResponse {
        var members = error.members
        members[messageMember] = .string(error.message)
        var response = json(.object(members), status: error.status)
        response.headers.add(name: "x-amzn-ErrorType", value: error.code)
        return response
    }
}

/// A path of a REST service, taken apart and decoded.
struct RESTPath: Sendable {
    var segments: [String]

    init(_ path: Substring) {
        segments = path.split(separator: "/").map { PercentEncoding.decode($0) ?? String($0) }
    }
}
