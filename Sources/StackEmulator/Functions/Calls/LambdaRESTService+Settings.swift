import EmulatorCore
import ExactJSON
import Foundation

extension LambdaRESTService {
    // MARK: Resource policy

    func policy(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        let record = try functions.record(identifier)
        let key = identifier.qualifier ?? ""
        switch (call.method, call.path.count) {
        case ("GET", 3):
            guard let policy = try record.read({ $0.policies[key] }), !policy.isEmpty else {
                throw .noLambdaResource
            }
            return RESTAnswer.json([
                "Policy": .string(policy.document.text), "RevisionId": .string(policy.revisionID),
            ])
        case ("POST", 3):
            let input = try call.input()
            guard let id = input["StatementId"]?.stringValue, !id.isEmpty, id.utf8.count <= 100 else {
                throw .lambdaValidation(
                    input["StatementId"]?.stringValue ?? "null", "statementId",
                    "satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")
            }
            let statement = try functions.addPermission(
                id, to: record, qualifier: identifier.qualifier, input: input,
                revision: input["RevisionId"]?.stringValue)
            return RESTAnswer.json(["Statement": .string(statement.text)], status: 201)
        case ("DELETE", 4):
            let id = call.path[3]
            guard try functions.removePermission(id, from: record, qualifier: identifier.qualifier) else {
                throw AWSServiceError(
                    "ResourceNotFoundException", "Statement \(id) is not found in resource policy.", status: 404)
            }
            return Self.noContent()
        default: throw Self.unknown(call.request)
        }
    }

    // MARK: Concurrency

    func concurrency(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let record = try record(call)
        switch call.method {
        case "GET":
            guard let reserved = functions.concurrency.reserved(of: record.name) else { return RESTAnswer.json([:]) }
            return RESTAnswer.json(["ReservedConcurrentExecutions": .integer(reserved)])
        case "PUT":
            guard let count = try call.input().integer("ReservedConcurrentExecutions") else {
                throw .lambdaValidation("null", "reservedConcurrentExecutions", "not be null")
            }
            try functions.reserve(count, for: record)
            return RESTAnswer.json(["ReservedConcurrentExecutions": .integer(count)])
        case "DELETE":
            try functions.reserve(nil, for: record)
            return Self.noContent()
        default: throw Self.unknown(call.request)
        }
    }

    func accountSettings() -> ServerResponse {
        let all = functions.records
        let ledger = functions.concurrency
        return RESTAnswer.json([
            // Lambda's quotas: 75 GB of code, 250 MB unpacked, 50 MB packed.
            "AccountLimit": [
                "TotalCodeSize": 80_530_636_800, "CodeSizeUnzipped": 262_144_000, "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": .integer(ledger.limit),
                "UnreservedConcurrentExecutions": .integer(ledger.unreserved),
            ],
            "AccountUsage": [
                "TotalCodeSize": .integer(
                    all.flatMap(\.targets).reduce(0) { $0 &+ $1.configuration.code.size }),
                "FunctionCount": .integer(all.count),
            ],
        ])
    }

    // MARK: Event invoke configuration

    func eventInvokeConfig(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        let record = try functions.record(identifier)
        let key = identifier.qualifier ?? LambdaFunction.latest
        let arn = "\(record.arn):\(key)"
        switch (call.method, call.path.count) {
        case ("GET", 4) where call.path[3] == "list":
            let all = try record.read { $0.eventInvokeConfigs.sorted { $0.key < $1.key } }
            return RESTAnswer.json(
                try call.page(
                    all.map { $0.value.json(functionARN: "\(record.arn):\($0.key)") }, as: "FunctionEventInvokeConfigs")
            )
        case ("GET", 3):
            guard let config = try record.read({ $0.eventInvokeConfigs[key] }) else { throw Self.noConfig(arn) }
            return RESTAnswer.json(config.json(functionARN: arn))
        case ("PUT", 3), ("POST", 3):
            let config = try functions.setEventInvokeConfig(
                of: record, qualifier: key, input: try call.input(), replaces: call.method == "PUT")
            return RESTAnswer.json(config.json(functionARN: arn))
        case ("DELETE", 3):
            guard try record.change({ $0.eventInvokeConfigs.removeValue(forKey: key) }) != nil else {
                throw Self.noConfig(arn)
            }
            return Self.noContent()
        default: throw Self.unknown(call.request)
        }
    }

    private static func noConfig(_ arn: String) -> AWSServiceError {
        AWSServiceError(
            "ResourceNotFoundException", "The function \(arn) doesn't have an EventInvokeConfig", status: 404)
    }

    // MARK: Tags

    /// Tags of a function or of an event source mapping.
    func tags(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let arn = call.path[1]
        if let mark = arn.range(of: ":event-source-mapping:") {
            return try mappingTags(call, String(arn[mark.upperBound...]))
        }
        let record = try functions.record(arn)
        switch call.method {
        case "GET":
            let tags = try record.read { $0.tags }
            return RESTAnswer.json(["Tags": .object(tags.mapValues(JSONValue.string))])
        case "POST":
            let added = (try call.input()["Tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
            let fits = try record.change { state in
                let merged = state.tags.merging(added) { _, new in new }
                if merged.count <= 50 { state.tags = merged }
                return merged.count <= 50
            }
            guard fits else { throw .invalidLambda("Number of tags exceeds resource tag limit.") }
            return Self.noContent()
        case "DELETE":
            let keys = call.parameters("tagKeys")
            try record.change { state in for key in keys { state.tags[key] = nil } }
            return Self.noContent()
        default: throw Self.unknown(call.request)
        }
    }
}
