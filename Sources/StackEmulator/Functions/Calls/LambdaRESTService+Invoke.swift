import EmulatorCore
import ExactJSON
import Foundation
import NIOHTTP1

extension LambdaRESTService {
    /// An invocation's payload limit (Lambda's quotas: 6 MB).
    static let maximumPayloadBytes = 6 << 20

    func invoke(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        _ = try functions.record(identifier).target(identifier.qualifier)
        let type = call.request.headers.first(name: "X-Amz-Invocation-Type") ?? "RequestResponse"
        guard ["RequestResponse", "Event", "DryRun"].contains(type) else {
            throw .lambdaValidation(
                type, "invocationType", "satisfy enum value set: [Event, RequestResponse, DryRun]")
        }
        let request = try invocation(call, type)
        switch type {
        case "DryRun": return Self.noContent()
        case "Event":
            try await functions.takeIn(identifier, request)
            return ServerResponse(
                status: 202, headers: ["x-amzn-RequestId": request.requestID])
        default: break
        }
        let result = try await functions.invoke(identifier, request)
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "x-amzn-RequestId": result.requestID,
            "X-Amz-Executed-Version": result.executedVersion,
        ]
        if let error = result.functionError { headers.add(name: "X-Amz-Function-Error", value: error) }
        if call.request.headers.first(name: "X-Amz-Log-Type") == "Tail" {
            headers.add(name: "X-Amz-Log-Result", value: Data(result.logTail).base64EncodedString())
        }
        return ServerResponse(status: 200, headers: headers, body: result.payload)
    }

    private func invocation(_ call: LambdaCall, _ type: String) throws(AWSServiceError) -> InvocationRequest {
        let request = call.request
        let limit =
            type == "Event" ? functions.surroundings.switches.maximumEventPayloadBytes : Self.maximumPayloadBytes
        if request.isBodyTooLong || request.body.count > limit {
            throw AWSServiceError(
                "RequestTooLargeException",
                "Request must be smaller than \(limit) bytes for the InvokeFunction operation", status: 413)
        }
        do throws(JSONError) {
            if !request.body.isEmpty { _ = try JSONValue(parsing: request.body) }
        } catch {
            throw AWSServiceError(
                "InvalidRequestContentException", "Could not parse request body into json: \(error)")
        }
        var context: String?
        if let header = request.headers.first(name: "X-Amz-Client-Context") {
            guard header.utf8.count <= 3583, let data = Data(base64Encoded: header),
                (try? JSONValue(parsing: Array(data)))?.objectValue != nil
            else {
                throw AWSServiceError(
                    "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
            }
            // It travels in a header, so nothing in it may end that.
            context = (try? JSONValue(parsing: Array(data)))?.text
        }
        return InvocationRequest(
            payload: request.body.isEmpty ? Array("{}".utf8) : request.body,
            traceID: request.headers.first(name: "X-Amzn-Trace-Id"), clientContext: context)
    }

    /// The operation from before the invocation type.
    func invokeAsync(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        try await functions.takeIn(try identifier(call), try invocation(call, "Event"))
        return RESTAnswer.json(["Status": 202], status: 202)
    }
}
