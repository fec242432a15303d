import EmulatorCore
import ExactJSON
import Timekeeping

/// The documents of stages: made, deployed to and changed.
enum StageDocument {
    /// Gigabytes (API Gateway's `CacheClusterSize`).
    static let cacheClusterSizes: Set<String> = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]

    /// A new stage.
    static func make(
        _ input: JSONValue, in record: RestAPIRecord, at now: Timestamp
    ) throws(AWSServiceError) -> JSONValue {
        let name = input["stageName"]?.stringValue ?? ""
        guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(isNameByte) else {
            throw GatewayFault.badRequest("Stage name only allows a-zA-Z0-9_-")
        }
        let isCached = input["cacheClusterEnabled"]?.boolValue ?? false
        var stage: [String: JSONValue] = [
            "stageName": .string(name), "deploymentId": input["deploymentId"] ?? "",
            "cacheClusterEnabled": .bool(isCached), "methodSettings": input["methodSettings"] ?? [:],
            "tracingEnabled": input["tracingEnabled"] ?? false, "tags": input["tags"] ?? [:],
            "createdDate": .integer(now.wholeSecondsSinceEpoch),
        ]
        for member in ["description", "cacheClusterSize", "variables", "accessLogSettings", "documentationVersion"] {
            if let value = input[member], value != .null { stage[member] = value }
        }
        return try completed(.object(stage), in: record, at: now)
    }

    /// A stage that serves another deployment now, with what the call says of the stage besides.
    static func redeployed(
        _ stage: JSONValue, _ members: [String: JSONValue], at now: Timestamp
    ) throws(AWSServiceError) -> JSONValue {
        var changed = stage
        for member in [
            "deploymentId", "description", "cacheClusterEnabled", "cacheClusterSize", "variables", "tracingEnabled",
        ] {
            if let value = members[member], value != .null { changed.set([member], to: value) }
        }
        changed.set(["lastUpdatedDate"], to: .integer(now.wholeSecondsSinceEpoch))
        return withClusterStatus(changed)
    }

    private static let rules = PatchRules([
        "/deploymentId": .text, "/description": .text, "/cacheClusterEnabled": .flag, "/cacheClusterSize": .text,
        "/accessLogSettings/destinationArn": .text, "/accessLogSettings/format": .text, "/variables": .textMember,
        "/tracingEnabled": .flag, "/documentationVersion": .text,
    ])

    /// A stage after the operations of UpdateStage.
    static func patched(
        _ stage: JSONValue, _ operations: [PatchOperation], in record: RestAPIRecord, at now: Timestamp
    ) throws(AWSServiceError) -> JSONValue {
        var stage = stage
        for operation in operations {
            switch operation.segments.count {
            case 1 where operation.path == "/accessLogSettings" && operation.kind == .remove:
                stage.set(["accessLogSettings"], to: nil)
            case 2
            where stage["methodSettings"]?[operation.segments.joined(separator: "/")] != nil
                && operation.kind == .remove:
                stage.set(["methodSettings", operation.segments.joined(separator: "/")], to: nil)
            case 2 where operation.kind == .remove && isMethod(operation.segments[1]):
                let key = operation.segments.joined(separator: "/")
                throw GatewayFault.badRequest(
                    "Cannot remove method setting \(key) because there is no method setting for this method ")
            case 4:
                let key = operation.segments[0] + "/" + operation.segments[1]
                var setting = stage["methodSettings"]?[key] ?? MethodSettings().document
                try MethodSettingPatch.apply(operation, to: &setting)
                stage.set(["methodSettings", key], to: setting)
            default: try rules.apply(operation, to: &stage)
            }
        }
        return try completed(stage, in: record, at: now)
    }

    private static func isMethod(_ text: String) -> Bool {
        text == "*" || text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    /// Checks what a stage refers to and derives what follows from the rest.
    private static func completed(
        _ stage: JSONValue, in record: RestAPIRecord, at now: Timestamp
    ) throws(AWSServiceError) -> JSONValue {
        guard record.deployments[stage["deploymentId"]?.stringValue ?? ""] != nil else {
            throw GatewayFault.badRequest("Deployment id does not exist")
        }
        if let size = stage["cacheClusterSize"]?.scalarText, !cacheClusterSizes.contains(size) {
            throw GatewayFault.badRequest("Invalid cache cluster size specified")
        }
        for (name, value) in stage["variables"]?.objectValue ?? [:] {
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte), value.stringValue.map(isVariableValue) ?? false
            else {
                throw GatewayFault.badRequest(
                    "Stage variable names should only contain alphanumeric characters and underscores; values "
                        + "A-Za-z0-9-._~:/?#&=, and are not null: \(name)")
            }
        }
        if let log = stage["accessLogSettings"] { try checkAccessLog(log) }
        var stage = stage
        stage.set(["lastUpdatedDate"], to: .integer(now.wholeSecondsSinceEpoch))
        return withClusterStatus(stage)
    }

    /// The format has to name a request (API Gateway's guide, "Set up access logging").
    private static func checkAccessLog(_ log: JSONValue) throws(AWSServiceError) {
        guard let format = log["format"]?.stringValue else { return }
        guard format.contains("$context.requestId") || format.contains("$context.extendedRequestId") else {
            throw GatewayFault.badRequest(
                "Invalid Access Log Format. The format must contain $context.requestId or $context.extendedRequestId")
        }
    }

    private static func withClusterStatus(_ stage: JSONValue) -> JSONValue {
        let isCached = stage["cacheClusterEnabled"]?.boolValue ?? false
        return stage.merging([
            "cacheClusterStatus": isCached ? "AVAILABLE" : "NOT_AVAILABLE",
            "cacheClusterSize": isCached
                ? .string(stage["cacheClusterSize"]?.scalarText ?? "0.5")
                : stage["cacheClusterSize"]?.scalarText.map(JSONValue.string) ?? .null,
        ])
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isVariableValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { isNameByte($0) || "._~:/?#&=,".utf8.contains($0) }
    }
}
