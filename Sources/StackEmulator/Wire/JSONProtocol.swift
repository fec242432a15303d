import EmulatorCore
import EmulatedMonitoring
import ExactJSON
import NIOHTTP1

/// The protocols awsJson1_0 and awsJson1_1: the operation in `X-Amz-Target`, JSON in and out.
///
/// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
struct JSONProtocol: Sendable {
    /// One service as its clients address it.
    struct Service: Sendable {
        var service: any EmulatedService
        /// `1.0` or `1.1`.
        var version: String
        /// Put before an error's name, as the service does.
        var errorNamespace: String
        var hasChecksum = false
        /// Gives the error's code of the query protocol, for services that once spoke it (`x-amzn-query-error`).
        var queryErrorCode: (@Sendable (AWSServiceError) -> String)?
        /// What the members are, for a service that also speaks CBOR.
        var types: MemberTypes?
    }

    /// By the prefix of the target.
    var services: [String: Service]

    func answer(_ request: ServerRequest, target: String) async -> ServerResponse {
        let parts = target.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let service = services[String(parts[0])] else {
            return Self.unknownTarget(target)
        }
        do throws(AWSServiceError) {
            let output = try await service.service.call(String(parts[1]), try Self.input(of: request))
            return Self.response(200, output, service)
        } catch {
            return Self.failure(error, service)
        }
    }

    private static func input(of request: ServerRequest) throws(AWSServiceError) -> JSONValue {
        if request.isBodyTooLong {
            throw AWSServiceError("RequestEntityTooLargeException", "The request's body is too long.", status: 413)
        }
        if request.body.isEmpty { return [:] }
        guard let input = try? JSONValue(parsing: request.body), case .object = input else {
            throw AWSServiceError("SerializationException", "The request's body is no JSON object.")
        }
        return input
    }

    private static func response(_ status: Int, _ output: JSONValue, _ service: Service) -> ServerResponse {
        // Null stands for no body at all, which some operations answer.
        let body = output.isNull ? [] : output.serialized()
        var headers: HTTPHeaders = [
            "Content-Type": "application/x-amz-json-\(service.version)", "x-amzn-RequestId": Identifiers.uuid(),
        ]
        if service.hasChecksum { headers.add(name: "x-amz-crc32", value: String(CRC32.checksum(body))) }
        return ServerResponse(status: status, headers: headers, body: body)
    }

    private static func failure(_ error: AWSServiceError, _ service: Service) -> ServerResponse {
        var members = error.members
        members["__type"] = .string(Self.namespace(of: error, service) + error.code)
        // A condition that failed and gives back its item spells the message's name otherwise than all other errors do,
        // which clients show: they read the text, but find no member of the error's shape.
        members[error.members["Item"] == nil ? "message" : "Message"] = .string(error.message)
        var response = response(error.status, .object(members), service)
        if let code = service.queryErrorCode?(error) {
            response.headers.add(
                name: "x-amzn-query-error", value: "\(code);\(error.status < 500 ? "Sender" : "Receiver")")
        }
        return response
    }

    /// Some errors are the service framework's own, whichever service it is.
    private static func namespace(of error: AWSServiceError, _ service: Service) -> String {
        if service.errorNamespace.isEmpty { return "" }
        switch error.code {
        case "ValidationException" where service.hasChecksum: return "com.amazon.coral.validate#"
        case "SerializationException", "UnknownOperationException": return "com.amazon.coral.service#"
        default: return service.errorNamespace + "#"
        }
    }

    private static func unknownTarget(_ target: String) -> ServerResponse {
        let body: JSONValue = [
            "__type": "com.amazon.coral.service#UnknownOperationException",
            "message": .string("The target \(target) is not emulated."),
        ]
        return ServerResponse(
            status: 400,
            headers: ["Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": Identifiers.uuid()],
            body: body.serialized())
    }
}
