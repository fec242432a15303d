import EmulatorCore
import ExactJSON
import Foundation
import NIOHTTP1
import Timekeeping

/// Lambda's own API.
struct LambdaRESTService: Sendable {
    var functions: LambdaService
    var mappings: EventSourceRegistry

    /// An invocation's payload limit (Lambda's quotas: 6 MB).
    static let maximumPayloadBytes = 6 << 20

    func answer(_ request: ServerRequest) async -> ServerResponse {
        do throws(AWSServiceError) {
            return try await dispatch(request)
        } catch {
            var error = error
            if error.status < 500, error.members["Type"] == nil { error.members["Type"] = "User" }
            return RESTAnswer.failure(
                error, messageMember: error.code == "InvalidRequestContentException" ? "message" : "Message")
        }
    }

    private func dispatch(_ request: ServerRequest) async throws(AWSServiceError) -> ServerResponse {
        let path = RESTPath(request.path).segments.dropFirst()
        let caller = Caller(request)
        switch (request.method, path.first, path.count) {
        case ("GET", "functions", 1):
            let all = functions.functions.map { configuration(of: $0, caller: caller) }
            return RESTAnswer.json(["Functions": .array(all)])
        case ("GET", "functions", 2):
            let function = try functions.function(path[path.startIndex + 1])
            return RESTAnswer.json([
                "Configuration": configuration(of: function, caller: caller),
                "Code": ["RepositoryType": "S3", "Location": ""], "Tags": [:],
            ])
        case ("GET", "functions", 3) where path.last == "configuration":
            return RESTAnswer.json(configuration(of: try functions.function(path[path.startIndex + 1]), caller: caller))
        case ("POST", "functions", 3) where path.last == "invocations":
            return try await invoke(path[path.startIndex + 1], request)
        case ("GET", "event-source-mappings", 1): return RESTAnswer.json(try list(request))
        case ("GET", "event-source-mappings", 2):
            guard let mapping = mappings.mapping(path[path.startIndex + 1]) else {
                throw AWSServiceError(
                    "ResourceNotFoundException", "The resource you requested does not exist.", status: 404)
            }
            return RESTAnswer.json(description(of: mapping))
        default:
            throw AWSServiceError(
                "UnknownOperationException", "\(request.method) \(request.path) is not emulated.", status: 404)
        }
    }

    private func invoke(_ name: String, _ request: ServerRequest) async throws(AWSServiceError) -> ServerResponse {
        let function = try functions.function(name)
        if request.isBodyTooLong || request.body.count > Self.maximumPayloadBytes {
            throw AWSServiceError(
                "RequestTooLargeException",
                "Request must be smaller than \(Self.maximumPayloadBytes) bytes for the InvokeFunction operation",
                status: 413)
        }
        do throws(JSONError) {
            if !request.body.isEmpty { _ = try JSONValue(parsing: request.body) }
        } catch {
            throw AWSServiceError(
                "InvalidRequestContentException", "Could not parse request body into json: \(error)")
        }
        switch request.headers.first(name: "X-Amz-Invocation-Type") ?? "RequestResponse" {
        case "RequestResponse": break
        case "DryRun": return ServerResponse(status: 204, headers: ["x-amzn-RequestId": Identifiers.uuid()])
        case let type:
            throw AWSServiceError("InvalidParameterValueException", "The invocation type \(type) is not emulated.")
        }
        let context = request.headers.first(name: "X-Amz-Client-Context").flatMap { Data(base64Encoded: $0) }
        let result = try await functions.invoke(
            function.name, payload: request.body.isEmpty ? Array("{}".utf8) : request.body,
            traceID: request.headers.first(name: "X-Amzn-Trace-Id"),
            clientContext: context.map { String(decoding: $0, as: UTF8.self) })
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "x-amzn-RequestId": result.requestID,
            "X-Amz-Executed-Version": "$LATEST",
        ]
        if let error = result.functionError { headers.add(name: "X-Amz-Function-Error", value: error) }
        if request.headers.first(name: "X-Amz-Log-Type") == "Tail" {
            headers.add(name: "X-Amz-Log-Result", value: Data(result.logTail).base64EncodedString())
        }
        return ServerResponse(status: 200, headers: headers, body: result.payload)
    }

    /// A function's configuration. Its variables are shown only to a caller who may decrypt them.
    private func configuration(of function: LambdaFunction, caller: Caller) -> JSONValue {
        var members: [String: JSONValue] = [
            "FunctionName": .string(function.name), "FunctionArn": .string(function.arn),
            "Runtime": .string(function.runtime), "Role": .string(function.role), "Handler": .string(function.handler),
            "CodeSize": 0, "Description": .string(function.description), "Timeout": .integer(function.timeoutSeconds),
            "MemorySize": .integer(function.memorySize), "Version": "$LATEST", "PackageType": "Zip",
            "LastModified": .string(function.lastModified.iso8601.replacing("Z", with: "+0000")),
            "State": "Active", "LastUpdateStatus": "Successful",
            "Architectures": .array(function.architectures.map(JSONValue.string)),
            "TracingConfig": ["Mode": "PassThrough"], "EphemeralStorage": ["Size": 512],
            "LoggingConfig": ["LogFormat": "Text", "LogGroup": .string(function.logGroup)],
            "RevisionId": .string(Identifiers.stable(function.arn, length: 32, alphabet: "0123456789abcdef")),
        ]
        if let key = function.kmsKeyARN { members["KMSKeyArn"] = .string(key) }
        if let environment = function.environment {
            members["Environment"] = self.environment(environment, of: function, caller: caller)
        }
        return .object(members)
    }

    private func environment(
        _ environment: EncryptedVariables, of function: LambdaFunction, caller: Caller
    ) -> JSONValue {
        let refusal =
            "Lambda was unable to decrypt your environment variables because the KMS access was denied. "
            + "Please check your KMS permissions. KMS Exception: "
        guard caller.mayDecrypt || function.kmsKeyARN == nil else {
            return [
                "Error": ["ErrorCode": "AccessDeniedException", "Message": .string(refusal + "AccessDeniedException")]
            ]
        }
        do throws(AWSServiceError) {
            let variables = try environment.decrypted(by: functions.surroundings.keys)
            return ["Variables": .object(variables.mapValues(JSONValue.string))]
        } catch {
            return ["Error": ["ErrorCode": .string(error.code), "Message": .string(refusal + error.code)]]
        }
    }

    private func list(_ request: ServerRequest) throws(AWSServiceError) -> JSONValue {
        let function = request.queryItems.first { $0.name == "FunctionName" }?.value
        let source = request.queryItems.first { $0.name == "EventSourceArn" }?.value
        let name = try function.map { text throws(AWSServiceError) in try functions.function(text).arn }
        let chosen = mappings.all.filter {
            (name == nil || $0.settings.functionARN == name) && (source == nil || $0.settings.streamARN == source)
        }
        return ["EventSourceMappings": .array(chosen.map(description))]
    }

    private func description(of mapping: EventSourceMapping) -> JSONValue {
        let settings = mapping.settings
        var members: [String: JSONValue] = [
            "UUID": .string(settings.id), "EventSourceArn": .string(settings.streamARN),
            "FunctionArn": .string(settings.functionARN), "State": settings.isEnabled ? "Enabled" : "Disabled",
            "StateTransitionReason": "User action", "LastProcessingResult": .string(mapping.lastResult),
            "LastModified": .double(mapping.lastModified.secondsSinceEpoch), "BatchSize": .integer(settings.batchSize),
            "MaximumBatchingWindowInSeconds": .integer(settings.batchingWindowSeconds), "ParallelizationFactor": 1,
            "StartingPosition": .string(settings.startingPosition),
            "BisectBatchOnFunctionError": .bool(settings.bisects),
            "MaximumRetryAttempts": .integer(settings.maximumRetryAttempts),
            "MaximumRecordAgeInSeconds": .integer(settings.maximumRecordAgeSeconds), "TumblingWindowInSeconds": 0,
            "FunctionResponseTypes": settings.reportsItemFailures ? ["ReportBatchItemFailures"] : [],
            "EventSourceMappingArn": .string(
                functions.surroundings.account.arn("lambda", "event-source-mapping:\(settings.id)")),
        ]
        if let destination = settings.failureDestination {
            members["DestinationConfig"] = ["OnFailure": ["Destination": .string(destination)]]
        }
        return .object(members)
    }
}
