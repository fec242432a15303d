import EmulatorCore
import ExactJSON

/// The paths under which UpdateStage changes what a stage sets for a method: `/{path}/{method}/caching/ttlInSeconds`.
enum MethodSettingPatch {
    private static let members: [String: (name: String, kind: PatchRules.Kind)] = [
        "metrics/enabled": ("metricsEnabled", .flag), "logging/loglevel": ("loggingLevel", .text),
        "logging/dataTrace": ("dataTraceEnabled", .flag), "throttling/burstLimit": ("throttlingBurstLimit", .integer),
        "throttling/rateLimit": ("throttlingRateLimit", .text), "caching/enabled": ("cachingEnabled", .flag),
        "caching/ttlInSeconds": ("cacheTtlInSeconds", .integer),
        "caching/dataEncrypted": ("cacheDataEncrypted", .flag),
        "caching/requireAuthorizationForCacheControl": ("requireAuthorizationForCacheControl", .flag),
        "caching/unauthorizedCacheControlHeaderStrategy": ("unauthorizedCacheControlHeaderStrategy", .text),
    ]

    static func apply(_ operation: PatchOperation, to setting: inout JSONValue) throws(AWSServiceError) {
        let path = operation.segments.suffix(2).joined(separator: "/")
        guard let member = members[path], operation.kind == .replace || operation.kind == .add else {
            throw operation.refusal(supported: members.keys.sorted().map { "/{resourcePath}/{httpMethod}/\($0)" })
        }
        var value = try PatchRules.value(member.kind, operation)
        switch member.name {
        case "throttlingRateLimit":
            guard let rate = Double(try operation.text()), rate.isFinite else { throw invalid(operation) }
            value = .double(rate)
        case "cacheTtlInSeconds":
            guard let seconds = value.intValue, (0...3600).contains(seconds) else { throw invalid(operation) }
        case "loggingLevel":
            guard ["OFF", "ERROR", "INFO"].contains(value.stringValue) else { throw invalid(operation) }
        case "unauthorizedCacheControlHeaderStrategy":
            guard CacheControlStrategy(rawValue: value.stringValue ?? "") != nil else { throw invalid(operation) }
        default: break
        }
        setting.set([member.name], to: value)
    }

    private static func invalid(_ operation: PatchOperation) -> AWSServiceError {
        GatewayFault.badRequest("Invalid value '\(operation.value ?? "")' specified for path '\(operation.path)'")
    }
}
