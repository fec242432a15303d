import ExactJSON

/// What a stage sets for one method.
struct MethodSettings: Sendable, Equatable {
    var cachingEnabled = false
    /// Seconds, 0 to 3600; 0 switches caching off.
    var cacheTTLSeconds = 300
    var cacheDataEncrypted = false
    var needsAuthorizationForCacheControl = true
    var cacheControlStrategy = CacheControlStrategy.warn
    var metricsEnabled = false
    var loggingLevel = LoggingLevel.off
    var dataTraceEnabled = false
    var throttlingBurstLimit = 5000
    var throttlingRateLimit = 10_000.0
}

/// What becomes of a request for a fresh answer whose caller may not ask for one.
enum CacheControlStrategy: String, Sendable {
    case fail = "FAIL_WITH_403"
    /// The cached answer, and a header that says so.
    case warn = "SUCCEED_WITH_RESPONSE_HEADER"
    case ignore = "SUCCEED_WITHOUT_RESPONSE_HEADER"
}

/// What of a request goes into the stage's execution log.
enum LoggingLevel: String, Sendable {
    case off = "OFF"
    case error = "ERROR"
    case info = "INFO"
}

extension MethodSettings {
    /// Reads a setting as the API shows it; what it leaves out has its default.
    init(_ document: JSONValue) {
        cachingEnabled = document["cachingEnabled"]?.boolValue ?? false
        cacheTTLSeconds = document["cacheTtlInSeconds"]?.intValue ?? 300
        cacheDataEncrypted = document["cacheDataEncrypted"]?.boolValue ?? false
        needsAuthorizationForCacheControl = document["requireAuthorizationForCacheControl"]?.boolValue ?? true
        cacheControlStrategy =
            document["unauthorizedCacheControlHeaderStrategy"]?.stringValue
            .flatMap { CacheControlStrategy(rawValue: $0) } ?? .warn
        metricsEnabled = document["metricsEnabled"]?.boolValue ?? false
        loggingLevel = document["loggingLevel"]?.stringValue.flatMap { LoggingLevel(rawValue: $0) } ?? .off
        dataTraceEnabled = document["dataTraceEnabled"]?.boolValue ?? false
        throttlingBurstLimit = document["throttlingBurstLimit"]?.intValue ?? 5000
        throttlingRateLimit = document["throttlingRateLimit"]?.doubleValue ?? 10_000
    }

    /// The setting as the API shows it.
    var document: JSONValue {
        [
            "cachingEnabled": .bool(cachingEnabled), "cacheTtlInSeconds": .integer(cacheTTLSeconds),
            "cacheDataEncrypted": .bool(cacheDataEncrypted),
            "requireAuthorizationForCacheControl": .bool(needsAuthorizationForCacheControl),
            "unauthorizedCacheControlHeaderStrategy": .string(cacheControlStrategy.rawValue),
            "metricsEnabled": .bool(metricsEnabled), "loggingLevel": .string(loggingLevel.rawValue),
            "dataTraceEnabled": .bool(dataTraceEnabled), "throttlingBurstLimit": .integer(throttlingBurstLimit),
            "throttlingRateLimit": .double(throttlingRateLimit),
        ]
    }
}

/// The method settings of a stage, by resource path and HTTP method.
///
/// An entry for a method replaces the general one as a whole.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
struct MethodSettingsTable: Sendable, Equatable {
    private struct Key: Hashable {
        /// `*` for all, or a resource's path with its slashes.
        var path: String
        /// `*` for all.
        var method: String
    }

    private var entries: [Key: MethodSettings] = [:]

    /// Reads the `methodSettings` of a stage: by `~1items~1{id}/GET` and `*/*`.
    init(_ document: JSONValue?) {
        for (name, setting) in document?.objectValue ?? [:] {
            guard let slash = name.lastIndex(of: "/") else { continue }
            let key = Key(path: Self.path(String(name[..<slash])), method: String(name[name.index(after: slash)...]))
            entries[key] = MethodSettings(setting)
        }
    }

    /// `~1items~1{id}` is `/items/{id}`, with a slash before it or not; `/*` is `*`, and `/` stays.
    static func path(_ escaped: String) -> String {
        var text = escaped[...]
        if text.hasPrefix("/"), text.utf8.count > 1 { text = text.dropFirst() }
        if text == "*" { return "*" }
        var path = ""
        var rest = text
        while let tilde = rest.firstIndex(of: "~") {
            path += rest[..<tilde]
            let after = rest.index(after: tilde)
            guard after < rest.endIndex else { break }
            path += rest[after] == "1" ? "/" : rest[after] == "0" ? "~" : "~\(rest[after])"
            rest = rest[rest.index(after: after)...]
        }
        path += rest
        return path.hasPrefix("/") ? path : "/" + path
    }

    /// The settings of one method, the most particular entry's; nil where the stage sets nothing for it.
    func own(path: String, method: String) -> MethodSettings? {
        entry(path, method) ?? entry(path, "*") ?? entry("*", method) ?? entry("*", "*")
    }

    func settings(path: String, method: String) -> MethodSettings {
        own(path: path, method: method) ?? MethodSettings()
    }

    /// Whether a method's answers are cached: GET where caching is on, another method only where an entry of its own says so.
    func cachesAnswers(path: String, method: String) -> Bool {
        if method == "GET" {
            let settings = settings(path: path, method: method)
            return settings.cachingEnabled && settings.cacheTTLSeconds > 0
        }
        guard let own = entry(path, method) else { return false }
        return own.cachingEnabled && own.cacheTTLSeconds > 0
    }

    private func entry(_ path: String, _ method: String) -> MethodSettings? {
        entries[Key(path: path, method: method)]
    }
}
