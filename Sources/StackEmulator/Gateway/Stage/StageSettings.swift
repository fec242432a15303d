import ExactJSON

/// A stage's settings, read from the document that the API shows.
struct StageSettings: Sendable {
    struct AccessLog: Sendable {
        var group: String
        var format: AccessLogFormat
    }

    var name: String
    var deploymentID: String
    var cacheClusterEnabled: Bool
    var methods: MethodSettingsTable
    var variables: [String: String]
    var accessLog: AccessLog?
    var tracingEnabled: Bool

    init(_ document: JSONValue) {
        name = document["stageName"]?.stringValue ?? ""
        deploymentID = document["deploymentId"]?.stringValue ?? ""
        cacheClusterEnabled = document["cacheClusterEnabled"]?.boolValue ?? false
        methods = MethodSettingsTable(document["methodSettings"])
        variables = (document["variables"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        tracingEnabled = document["tracingEnabled"]?.boolValue ?? false
        guard let arn = document["accessLogSettings"]?["destinationArn"]?.stringValue,
            let format = document["accessLogSettings"]?["format"]?.stringValue
        else { return }
        // arn:aws:logs:<region>:<account>:log-group:<name>, with or without `:*`
        let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        guard parts.count == 7 else { return }
        let group = parts[6].hasSuffix(":*") ? parts[6].dropLast(2) : parts[6]
        accessLog = AccessLog(group: String(group), format: AccessLogFormat(format))
    }
}
