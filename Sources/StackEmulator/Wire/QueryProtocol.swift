import EmulatedServices
import EmulatorCore
import ExactJSON
import NIOHTTP1

/// The query protocol: a form with an `Action` and a `Version` in, XML out.
///
/// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
struct QueryProtocol: Sendable {
    struct Service: Sendable {
        var service: any EmulatedService
        var namespace: String
        /// What the members are that are no text.
        var types = MemberTypes()
        /// The error's code in this protocol, for services whose other protocols have other names for it.
        var errorCode: (@Sendable (AWSServiceError) -> String)?
    }

    /// By the API version that requests carry.
    var services: [String: Service]

    func answer(_ request: ServerRequest) async -> ServerResponse {
        let requestID = Identifiers.uuid()
        let body = request.method == "GET" ? Array(request.query.utf8) : request.body
        let version = FormEncoding.items(of: String(decoding: body, as: UTF8.self)).last { $0.name == "Version" }?.value
        guard var form = QueryForm(parsing: body), let service = services[version ?? ""] else {
            let error = AWSServiceError(
                "InvalidAction", "Could not find an emulated operation for the given action and version.")
            return Self.response(error.status, QueryXML.error(error, requestID: requestID), requestID)
        }
        if request.path != "/", form.input["QueueUrl"] == nil, case .object(var members) = form.input {
            // A queue's own address says which queue is meant.
            members["QueueUrl"] = .string(String(request.path))
            form.input = .object(members)
        }
        do throws(AWSServiceError) {
            if request.isBodyTooLong {
                throw AWSServiceError("RequestEntityTooLarge", "The request's body is too long.", status: 413)
            }
            let result = try await service.service.call(form.action, try service.types.typed(form.input))
            let body = QueryXML.answer(
                operation: form.action, namespace: service.namespace, result: result, requestID: requestID,
                types: service.types)
            return Self.response(200, body, requestID)
        } catch {
            var error = error
            if let code = service.errorCode?(error) { error.code = code }
            return Self.response(error.status, QueryXML.error(error, requestID: requestID), requestID)
        }
    }

    private static func response(_ status: Int, _ body: [UInt8], _ requestID: String) -> ServerResponse {
        ServerResponse(
            status: status, headers: ["Content-Type": "text/xml", "x-amzn-RequestId": requestID], body: body)
    }
}
