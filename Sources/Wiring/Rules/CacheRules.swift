/// Does the cache answer what was asked, for as long as was promised?
enum CacheRules {
    static let all = [key, undeclared, query, writes, off, ttl, cluster, setting, encryption]

    static let key = WiringRule(
        "cache.key", .error, "each path parameter of a cached method is in the cache key",
        because: "The cache tells requests apart by its key alone. A parameter that is missing there makes one item's "
            + "answer the answer for all."
    ) { subject, _ in
        subject.eachCached { method, stage in
            method.pathParameters.filter { !method.cacheKeyParameters.contains("method.request.path.\($0)") }.map {
                parameter in
                WiringRule.Sighting(
                    WiringPlace(method.logicalID, "Integration", "CacheKeyParameters"),
                    "\(method.text) is cached in stage \(stage.name), but the path parameter \(parameter) is not in the cache "
                        + "key: one item's answer is served for another",
                    remedy:
                        "add method.request.path.\(parameter) to the integration's CacheKeyParameters and declare it in "
                        + "the method's RequestParameters")
            }
        }
    }

    static let undeclared = WiringRule(
        "cache.undeclared", .error, "each parameter of a cache key is declared by the method",
        because: "API Gateway refuses a key parameter that the method does not declare: the deployment fails."
    ) { subject, _ in
        subject.methods.flatMap { method in
            let paths = method.pathParameters.map { "method.request.path.\($0)" }
            let strange = method.cacheKeyParameters.filter {
                $0.hasPrefix("method.request.path.") && !paths.contains($0)
            }
            let undeclared = method.cacheKeyParameters.filter {
                $0.hasPrefix("method.request.") && !method.requestParameters.contains($0)
            }
            return strange.map { parameter in
                WiringRule.Sighting(
                    WiringPlace(method.logicalID, "Integration", "CacheKeyParameters"),
                    "\(method.text) has \(parameter) in its cache key, and its path has no such parameter",
                    remedy: "use the names in braces of the path")
            }
                + undeclared.map { parameter in
                    WiringRule.Sighting(
                        WiringPlace(method.logicalID, "RequestParameters"),
                        "\(method.text) has \(parameter) in its cache key and does not declare it",
                        remedy: "add \(parameter) to the method's RequestParameters")
                }
        }
    }

    static let query = WiringRule(
        "cache.query", .advice, "a cached method's answer does not depend on what is not in its key",
        because: "A query string that is not in the key is ignored by the cache: every page of a list is the first one "
            + "that was asked for."
    ) { subject, promises in
        subject.eachCached { method, stage in
            let declared = method.requestParameters.filter {
                $0.hasPrefix("method.request.querystring.") && !method.cacheKeyParameters.contains($0)
            }
            let keyed = method.cacheKeyParameters.contains { $0.hasPrefix("method.request.querystring.") }
            let read =
                keyed
                ? nil
                : promises.requests.first {
                    $0.verb == "GET" && method.routes("GET", $0.path) && $0.path.contains("?")
                }
            let place = WiringPlace(method.logicalID, "Integration")
            let remedy = "put what the answer depends on into CacheKeyParameters, or switch caching off for the method"
            if let read {
                return [
                    WiringRule.Sighting(
                        place,
                        "\(method.text) is cached in stage \(stage.name) without its query string, and the scenario reads \(read.path)",
                        remedy: remedy, severity: .error)
                ]
            }
            if let parameter = declared.min() {
                return [
                    WiringRule.Sighting(
                        place, "\(method.text) declares \(parameter), which is not in its cache key", remedy: remedy)
                ]
            }
            guard method.cacheKeyParameters.isEmpty, method.pathParameters.isEmpty else { return [] }
            return [
                WiringRule.Sighting(
                    place,
                    "\(method.text) is cached in stage \(stage.name) with nothing in its key: all callers get one answer, whatever they ask",
                    remedy: remedy)
            ]
        }
    }

    static let writes = WiringRule(
        "cache.writes", .error, "no method that writes is cached",
        because: "A write that the cache answers never reaches the function."
    ) { subject, _ in
        subject.eachCached { method, stage in
            guard !["GET", "HEAD", "OPTIONS"].contains(method.verb) else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "MethodSettings"), "\(method.text) is cached in stage \(stage.name)",
                    remedy: "set CachingEnabled: false for \(method.verb)")
            ]
        }
    }

    static let off = WiringRule(
        "cache.off", .error, "a read that the scenario promises from the cache is cached",
        because: "Every read goes to the function: slower, dearer, and not what was promised."
    ) { subject, promises in
        guard let promise = promises.cache, let method = subject.read(promise.path) else { return [] }
        return subject.stages(of: method).compactMap { stage in
            guard !subject.caches(method, in: stage) else { return nil }
            let reason = stage.cacheClusterEnabled ? "caching is off for the method" : "the stage has no cache cluster"
            return WiringRule.Sighting(
                WiringPlace(stage.logicalID, stage.cacheClusterEnabled ? "MethodSettings" : "CacheClusterEnabled"),
                "\(method.text) is not cached in stage \(stage.name): \(reason)",
                remedy: "set CacheClusterEnabled and MethodSettings.CachingEnabled with a CacheTtlInSeconds above 0")
        }
    }

    static let ttl = WiringRule(
        "cache.ttl", .error, "an entry lives as long as the scenario promises",
        because:
            "Longer, and readers see old values beyond what they were told; shorter, and the function gets the reads."
    ) { subject, promises in
        guard let promise = promises.cache, let method = subject.read(promise.path) else { return [] }
        return subject.stages(of: method).compactMap { stage in
            guard subject.caches(method, in: stage), let setting = stage.setting(for: method),
                Double(setting.ttlSeconds) != promise.ttlSeconds
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(stage.logicalID, "MethodSettings", String(setting.index), "CacheTtlInSeconds"),
                "the stage keeps entries of \(method.text) for \(setting.ttlSeconds) s, the scenario promises "
                    + "\(Words.number(promise.ttlSeconds)) s",
                remedy: "make CacheTtlInSeconds and the scenario's cache.ttl agree")
        }
    }

    static let cluster = WiringRule(
        "cache.cluster", .advice, "caching is switched on in both places, or in neither",
        because:
            "Methods are cached only where the stage has a cluster, and a cluster costs money whether or not a method "
            + "uses it."
    ) { subject, _ in
        subject.stages.flatMap { stage -> [WiringRule.Sighting] in
            func sighting(_ path: [String], _ words: String, _ remedy: String, _ severity: WiringSeverity? = nil)
                -> WiringRule.Sighting
            {
                WiringRule.Sighting(
                    WiringPlace(stage.logicalID, path: path), "stage \(stage.name) \(words)", remedy: remedy,
                    severity: severity)
            }
            var sightings: [WiringRule.Sighting] = []
            let caching = stage.settings.filter { $0.cachingEnabled && $0.ttlSeconds > 0 }
            if !stage.cacheClusterEnabled, !caching.isEmpty {
                sightings.append(
                    sighting(
                        ["CacheClusterEnabled"], "caches methods but has no cache cluster: nothing is cached",
                        "set CacheClusterEnabled: true"))
            }
            let used = subject.methods.contains { $0.api == stage.api && subject.caches($0, in: stage) }
            if stage.cacheClusterEnabled, !used {
                sightings.append(
                    sighting(
                        ["MethodSettings"], "has a cache cluster that no method uses",
                        "set CachingEnabled for the methods that may be cached, or leave the cluster out"))
            }
            let sizes = ["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]
            if let size = stage.cacheClusterSize, !sizes.contains(size) {
                sightings.append(
                    sighting(
                        ["CacheClusterSize"], "asks for a cache of \(size) GB, which does not exist",
                        "use one of \(sizes.joined(separator: ", "))", .error))
            }
            for setting in stage.settings where !(0...3600).contains(setting.ttlSeconds) {
                sightings.append(
                    sighting(
                        ["MethodSettings", String(setting.index), "CacheTtlInSeconds"],
                        "asks for entries that live \(setting.ttlSeconds) s", "use 0 to 3600 seconds", .error))
            }
            return sightings
        }
    }

    static let setting = WiringRule(
        "stage.setting", .advice, "each setting of a stage is about a method that exists",
        because:
            "API Gateway takes settings for any path; one that no method has does nothing, and the method that was "
            + "meant keeps the general ones."
    ) { subject, _ in
        subject.stages.flatMap { stage -> [WiringRule.Sighting] in
            let methods = subject.methods.filter { $0.api == stage.api }
            guard !methods.isEmpty else { return [] }
            return stage.settings.compactMap { setting in
                let paths = Set(methods.map(\.path))
                let exists = methods.contains {
                    (setting.path == "/*" || setting.path == $0.path)
                        && (setting.verb == "*" || setting.verb == $0.verb)
                }
                // One wildcard alone means nothing to API Gateway: it knows one method, or all of them.
                let partial = (setting.path == "/*") != (setting.verb == "*")
                guard !exists || partial else { return nil }
                let words =
                    partial
                    ? "takes effect only for all paths and all methods, or for one method of one path"
                    : "names no method"
                return WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "MethodSettings", String(setting.index)),
                    "the setting for \(setting.verb) \(setting.path) of stage \(stage.name) \(words)"
                        + NearestName.hint(setting.path, among: paths.subtracting([setting.path])),
                    remedy: "use /* with *, or a method's path with ~1 for each inner slash and its HttpMethod")
            }
        }
    }

    static let encryption = WiringRule(
        "cache.encryption", .advice, "what a cache keeps is encrypted",
        because: "Answers lie in the cache as they were sent, with all that users wrote."
    ) { subject, _ in
        subject.eachCached { method, stage in
            guard let setting = stage.setting(for: method), !setting.cacheEncrypted else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "MethodSettings", String(setting.index)),
                    "stage \(stage.name) keeps cached answers unencrypted", remedy: "set CacheDataEncrypted: true")
            ]
        }
    }
}

extension WiringSubject {
    /// The method that answers a GET of a path.
    fileprivate func read(_ path: String) -> GatewayMethod? {
        methods.filter { $0.routes("GET", path) }.min { $0.pathParameters.count < $1.pathParameters.count }
    }

    /// What a rule sees in every method that a stage's cache answers for.
    fileprivate func eachCached(
        _ judge: (GatewayMethod, GatewayStage) -> [WiringRule.Sighting]
    ) -> [WiringRule.Sighting] {
        methods.flatMap { method in
            stages(of: method).filter { caches(method, in: $0) }.flatMap { judge(method, $0) }
        }
    }
}
