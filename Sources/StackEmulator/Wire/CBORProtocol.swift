import EmulatorCore
import ExactJSON
import NIOHTTP1

/// The protocol smithy-rpc-v2-cbor: `POST /service/<target>/operation/<operation>`, CBOR in and out.
///
/// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
struct CBORProtocol: Sendable {
    static let pathPrefix = "/service/"

    /// By the name that also stands in the JSON protocol's target.
    var services: [String: JSONProtocol.Service]

    func answer(_ request: ServerRequest) async -> ServerResponse {
        let segments = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count == 5, segments[3] == "operation", request.method == "POST",
            let service = services[String(segments[2])], let types = service.types
        else {
            let error = AWSServiceError(
                "UnknownOperationException", "\(request.method) \(request.path) is not emulated.", status: 404)
            return Self.failure(error, namespace: "com.amazon.coral.service", queryCode: nil)
        }
        do throws(AWSServiceError) {
            let output = try await service.service.call(String(segments[4]), try Self.input(of: request))
            return Self.response(200, CBOREncoder.encode(output, types: types))
        } catch {
            return Self.failure(
                error, namespace: service.errorNamespace, queryCode: service.queryErrorCode.map { $0(error) })
        }
    }

    /// The answer to a request whose signature is missing or wrong.
    static func refusal(_ error: AWSServiceError) -> ServerResponse {
        failure(error, namespace: "com.amazon.coral.service", queryCode: nil)
    }

    private static func input(of request: ServerRequest) throws(AWSServiceError) -> JSONValue {
        guard request.headers.first(name: "smithy-protocol")?.lowercased() == "rpc-v2-cbor" else {
            throw AWSServiceError("UnknownOperationException", "The header smithy-protocol must say rpc-v2-cbor.")
        }
        if request.isBodyTooLong {
            throw AWSServiceError("RequestEntityTooLargeException", "The request's body is too long.", status: 413)
        }
        if request.body.isEmpty { return [:] }
        do throws(CBORError) {
            let input = try CBORDecoder.decode(request.body)
            if case .object = input { return input }
        } catch {
            throw AWSServiceError(
                "SerializationException", "The request's body is no valid CBOR: \(error.message) at \(error.offset).")
        }
        throw AWSServiceError("SerializationException", "The request's body is no CBOR map.")
    }

    private static func response(_ status: Int, _ body: [UInt8]) -> ServerResponse {
        ServerResponse(
            status: status,
            headers: [
                "Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor",
                "x-amzn-RequestId": Identifiers.uuid(),
            ], body: body)
    }

    private static func failure(_ error: AWSServiceError, namespace: String, queryCode: String?) -> ServerResponse {
        var members = error.members
        members["__type"] = .string(namespace.isEmpty ? error.code : "\(namespace)#\(error.code)")
        members["message"] = .string(error.message)
        var response = response(error.status, CBOREncoder.encode(.object(members), types: MemberTypes()))
        if let queryCode {
            response.headers.add(
                name: "x-amzn-query-error", value: "\(queryCode);\(error.status < 500 ? "Sender" : "Receiver")")
        }
        return response
    }
}
