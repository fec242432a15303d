import EmulatorCore
import ExactJSON
import NIOHTTP1

/// Lambda's own API.
///
/// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
struct LambdaRESTService: Sendable {
    var functions: LambdaService
    var mappings: EventSourceRegistry

    func answer(_ request: ServerRequest) async -> ServerResponse {
        do throws(AWSServiceError) {
            guard let call = LambdaCall(request) else { throw Self.unknown(request) }
            let answer = try await dispatch(call)
            // A change is told when it can no longer be lost; an invocation's answer waits for no change.
            if call.method != "GET", call.path.last != "invocations" { try await functions.settle() }
            return answer
        } catch {
            var error = error
            if error.members["Type"] == nil { error.members["Type"] = error.status < 500 ? "User" : "Service" }
            return RESTAnswer.failure(error, messageMember: Self.messageMember(error.code))
        }
    }

    /// The service's model spells the member in two ways.
    private static func messageMember(_ code: String) -> String {
        let capital = code.hasPrefix("KMS") || code.hasPrefix("EC2") || code == "ServiceException"
        return capital || code == "ResourceNotFoundException" || code == "AccessDeniedException" ? "Message" : "message"
    }

    static func unknown(_ request: ServerRequest) -> AWSServiceError {
        AWSServiceError(
            "UnknownOperationException", "\(request.method) \(request.path) is not emulated.", status: 404)
    }

    private func dispatch(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        switch call.path.first {
        case "functions" where call.path.count <= 2: return try await function(call)
        case "functions": return try await functionPart(call, call.path[2])
        case "event-source-mappings": return try await eventSourceMapping(call)
        case "tags" where call.path.count == 2: return try tags(call)
        case "account-settings" where call.method == "GET": return accountSettings()
        default: throw Self.unknown(call.request)
        }
    }

    private func function(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        switch (call.method, call.path.count) {
        case ("GET", 1): return try listFunctions(call)
        case ("POST", 1): return try await createFunction(call)
        case ("GET", 2): return try getFunction(call)
        case ("DELETE", 2): return try deleteFunction(call)
        default: throw Self.unknown(call.request)
        }
    }

    private func functionPart(_ call: LambdaCall, _ part: String) async throws(AWSServiceError) -> ServerResponse {
        switch part {
        case "configuration" where call.path.count == 3: return try await configuration(call)
        case "code" where call.path.count == 3 && call.method == "PUT": return try await updateCode(call)
        case "invocations" where call.path.count == 3 && call.method == "POST": return try await invoke(call)
        case "invoke-async" where call.method == "POST": return try await invokeAsync(call)
        case "versions" where call.path.count == 3: return try versions(call)
        case "aliases": return try aliases(call)
        case "policy": return try policy(call)
        case "concurrency" where call.path.count == 3: return try concurrency(call)
        case "event-invoke-config": return try eventInvokeConfig(call)
        case "url", "urls":
            throw .invalidLambda("Function URLs are not emulated: call the function through Invoke or a REST API.")
        case "code-signing-config" where call.method == "GET":
            return RESTAnswer.json(["FunctionName": .string(try record(call).name)])
        case "runtime-management-config" where call.method == "GET":
            return RESTAnswer.json(["UpdateRuntimeOn": "Auto", "FunctionArn": .string(try record(call).arn)])
        case "recursion-config" where call.method == "GET":
            _ = try record(call)
            return RESTAnswer.json(["RecursiveLoop": "Terminate"])
        default: throw Self.unknown(call.request)
        }
    }

    // MARK: What all calls share

    /// The function that a call's path names, with the qualifier of its path or query.
    func identifier(_ call: LambdaCall) throws(AWSServiceError) -> FunctionIdentifier {
        try FunctionIdentifier(
            call.path.count > 1 ? call.path[1] : "", qualifier: call.parameter("Qualifier"),
            account: functions.surroundings.account)
    }

    func record(_ call: LambdaCall) throws(AWSServiceError) -> FunctionRecord {
        try functions.record(identifier(call))
    }

    static func noContent() -> ServerResponse {
        ServerResponse(status: 204, headers: ["x-amzn-RequestId": Identifiers.uuid()])
    }
}
