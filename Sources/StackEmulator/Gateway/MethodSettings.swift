import ExactJSON

/// What a stage sets for one method.
struct MethodSettings: Sendable, Equatable {
    var cachingEnabled = false
    /// Seconds, 0 to 3600; 0 switches caching off.
    var cacheTTLSeconds = 300
    var cacheDataEncrypted = false
    var metricsEnabled = false
    var loggingLevel = "OFF"
    var dataTraceEnabled = false
    var throttlingBurstLimit = 5000
    var throttlingRateLimit = 10_000.0
}

/// The method settings of a stage, by resource path and HTTP method.
///
/// An entry for a method replaces the general one as a whole.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
struct MethodSettingsTable: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        /// `*` for all, or a resource's path with its slashes.
        var path: String
        /// `*` for all.
        var method: String
        var settings: MethodSettings
    }

    var entries: [Entry]

    /// Reads the `MethodSettings` of a stage.
    init(_ properties: JSONValue?) {
        entries = (properties?.arrayValue ?? []).map { element in
            Entry(
                path: Self.path(element["ResourcePath"]?.stringValue ?? "/*"),
                method: element["HttpMethod"]?.stringValue?.uppercased() ?? "*", settings: MethodSettings(element))
        }
    }

    /// `/~1items~1{id}` is `/items/{id}`, `/*` is `*`, and `/` stays.
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

    /// The settings of one method, the most particular entry's.
    func settings(path: String, method: String) -> MethodSettings {
        entry(path, method)?.settings ?? entry(path, "*")?.settings ?? entry("*", method)?.settings
            ?? entry("*", "*")?.settings ?? MethodSettings()
    }

    /// Whether a method's answers are cached: GET where caching is on, another method only where an entry of its own says so.
    func cachesAnswers(path: String, method: String) -> Bool {
        if method == "GET" {
            let settings = settings(path: path, method: method)
            return settings.cachingEnabled && settings.cacheTTLSeconds > 0
        }
        guard let own = entry(path, method)?.settings else { return false }
        return own.cachingEnabled && own.cacheTTLSeconds > 0
    }

    private func entry(_ path: String, _ method: String) -> Entry? {
        entries.last { $0.path == path && $0.method == method }
    }
}

extension MethodSettings {
    init(_ element: JSONValue) {
        func flag(_ name: String) -> Bool? {
            element[name]?.boolValue ?? element[name]?.stringValue.map { $0.lowercased() == "true" }
        }
        func number(_ name: String) -> Double? {
            element[name]?.doubleValue ?? element[name]?.stringValue.flatMap { Double($0) }
        }
        cachingEnabled = flag("CachingEnabled") ?? false
        cacheTTLSeconds = number("CacheTtlInSeconds").flatMap { Int(exactly: $0) } ?? 300
        cacheDataEncrypted = flag("CacheDataEncrypted") ?? false
        metricsEnabled = flag("MetricsEnabled") ?? false
        loggingLevel = element["LoggingLevel"]?.stringValue ?? "OFF"
        dataTraceEnabled = flag("DataTraceEnabled") ?? false
        throttlingBurstLimit = number("ThrottlingBurstLimit").flatMap { Int(exactly: $0) } ?? 5000
        throttlingRateLimit = number("ThrottlingRateLimit") ?? 10_000
    }
}
