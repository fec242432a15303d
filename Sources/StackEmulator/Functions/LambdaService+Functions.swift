import EmulatorCore
import ExactJSON

extension LambdaService {
    /// Makes a function.
    ///
    /// - Parameters:
    ///   - input: CreateFunction's members, or a template's properties; `FunctionName` apart.
    ///   - source: where the code comes from, or why there is none: a command that the user stated runs without.
    /// - Throws: Lambda's errors; nothing of the function is left then.
    func create(
        _ name: String, input: JSONValue, code source: Result<FunctionCode, AWSServiceError>, logicalID: String? = nil,
        tags: [String: String] = [:]
    ) async throws(AWSServiceError) -> FunctionRecord {
        guard FunctionIdentifier.isName(name) else {
            throw .lambdaValidation(
                name, "functionName", "satisfy regular expression pattern: \(FunctionIdentifier.pattern)")
        }
        if (try? record(name)) != nil {
            throw AWSServiceError("ResourceConflictException", "Function already exist: \(name)", status: 409)
        }
        let placeholder = FunctionCodeState(
            source: source, command: FunctionCommand(executable: "", arguments: []), sha256: "", size: 0)
        var function = LambdaFunction(
            logicalID: logicalID, name: name, arn: arn(of: name), logging: FunctionLogging(function: name),
            code: placeholder, lastModified: surroundings.clock.now, revisionID: Identifiers.uuid())
        try FunctionInput(input: input).apply(to: &function, keys: surroundings.keys)
        function.code = try await code(of: function, from: source)
        return try add(function, tags: tags)
    }

    /// Changes a function's configuration; invocations from now on get environments that have it.
    func updateConfiguration(
        of record: FunctionRecord, input: JSONValue, revision: String? = nil
    ) async throws(AWSServiceError) -> LambdaFunction {
        let before = record.latest.configuration
        var trial = before
        try FunctionInput(input: input).apply(to: &trial, keys: surroundings.keys)
        // What starts the code depends on the runtime and the handler.
        let needsCode = trial.runtime != before.runtime || trial.handler != before.handler
        let code = needsCode ? try await self.code(of: trial, from: trial.code.source) : nil
        return try record.replaceLatest(revision: revision) { function throws(AWSServiceError) in
            try FunctionInput(input: input).apply(to: &function, keys: surroundings.keys)
            if let code { function.code = code }
            function.lastModified = surroundings.clock.now
        }
    }

    /// Changes a function's code; invocations from now on get environments that run it.
    func updateCode(
        of record: FunctionRecord, code source: Result<FunctionCode, AWSServiceError>, architectures: [String]? = nil,
        revision: String? = nil
    ) async throws(AWSServiceError) -> LambdaFunction {
        let code = try await self.code(of: record.latest.configuration, from: source)
        return try record.replaceLatest(revision: revision) { function in
            function.code = code
            if let architectures { function.architectures = architectures }
            function.lastModified = surroundings.clock.now
        }
    }

    /// Finds or unpacks code without changing anything: UpdateFunctionCode's dry run.
    func code(
        of function: LambdaFunction, from source: Result<FunctionCode, AWSServiceError>
    ) async throws(AWSServiceError) -> FunctionCodeState {
        let ready = try await surroundings.code.prepare(
            FunctionSource(
                logicalID: function.logicalID, name: function.name, runtime: function.runtime,
                handler: function.handler, code: source))
        return FunctionCodeState(source: source, command: ready.command, sha256: ready.sha256, size: ready.size)
    }

    // MARK: Versions and aliases

    /// Makes a version of what `$LATEST` is now; the last version when nothing has changed since.
    ///
    /// - Parameter sha256: that the code must have; nil for any.
    func publishVersion(
        of record: FunctionRecord, description: String?, sha256: String? = nil, revision: String? = nil
    ) throws(AWSServiceError) -> LambdaFunction {
        let now = surroundings.clock.now
        return try record.change { state throws(AWSServiceError) in
            let latest = state.latest.configuration
            try FunctionRecord.check(revision, latest.revisionID)
            if let sha256, sha256 != latest.code.sha256 {
                throw .invalidLambda(
                    "CodeSHA256 (\(sha256)) is different from current CodeSHA256 in $LATEST (\(latest.code.sha256)). "
                        + "Please try again with the CodeSHA256 in $LATEST.")
            }
            if let last = state.versions[state.lastVersion]?.configuration,
                last.publishedFrom == latest.revisionID, description == nil || description == last.description
            {
                return last
            }
            var version = latest
            state.lastVersion += 1
            version.version = String(state.lastVersion)
            version.publishedFrom = latest.revisionID
            if let description, !description.isEmpty { version.description = description }
            version.revisionID = Identifiers.uuid()
            version.lastModified = now
            state.versions[state.lastVersion] = FunctionTarget(version, metrics: record.metrics)
            return version
        }
    }

    /// Removes one published version.
    ///
    /// - Throws: `ResourceConflictException` while an alias names it.
    func removeVersion(_ version: String, of record: FunctionRecord) throws(AWSServiceError) {
        guard let number = Int(version) else {
            throw .invalidLambda(
                version == LambdaFunction.latest
                    ? "$LATEST version cannot be deleted without deleting the function."
                    : "Deletion of aliases is not currently supported.")
        }
        let removed = try record.change { state throws(AWSServiceError) -> FunctionTarget? in
            let users = state.aliases.values.filter { $0.version == version || $0.additionalVersion == version }
            guard users.isEmpty else {
                throw AWSServiceError(
                    "ResourceConflictException",
                    "Version \(version) is still being referenced by aliases: "
                        + users.map { "\(record.arn):\($0.name)" }.sorted().joined(separator: ", "), status: 409)
            }
            state.policies[version] = nil
            state.eventInvokeConfigs[version] = nil
            return state.versions.removeValue(forKey: number)
        }
        removed?.pool.retire()
        permissionsChanged()
    }

    /// Makes an alias or changes one.
    ///
    /// - Parameter isNew: whether there must be none, or must be one.
    func setAlias(
        _ name: String, of record: FunctionRecord, input: JSONValue, isNew: Bool
    ) throws(AWSServiceError) -> FunctionAlias {
        try record.change { state throws(AWSServiceError) in
            let existing = state.aliases[name]
            if isNew {
                guard existing == nil else {
                    throw AWSServiceError(
                        "ResourceConflictException", "Alias already exists: \(record.arn):\(name)", status: 409)
                }
                guard Int(name) == nil, FunctionIdentifier.isName(name) else {
                    throw .lambdaValidation(
                        name, "name", "satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)")
                }
            } else {
                guard let existing else { throw Self.noAlias(name, record) }
                try FunctionRecord.check(input["RevisionId"]?.stringValue, existing.revisionID)
            }
            var alias = existing ?? FunctionAlias(name: name, version: "", revisionID: "")
            if let version = input["FunctionVersion"]?.stringValue { alias.version = version }
            if let description = input["Description"]?.stringValue { alias.description = description }
            try Self.route(&alias, input["RoutingConfig"])
            for version in [alias.version, alias.additionalVersion].compactMap({ $0 })
            where version != LambdaFunction.latest && Int(version).flatMap({ state.versions[$0] }) == nil {
                throw .noFunction("\(record.arn):\(version)")
            }
            alias.revisionID = Identifiers.uuid()
            state.aliases[name] = alias
            return alias
        }
    }

    /// Removes an alias with all that belongs to it; one that is gone already is no error.
    func removeAlias(_ name: String, of record: FunctionRecord) throws(AWSServiceError) {
        try record.change { state in
            state.aliases[name] = nil
            state.policies[name] = nil
            state.eventInvokeConfigs[name] = nil
        }
        permissionsChanged()
    }

    static func noAlias(_ name: String, _ record: FunctionRecord) -> AWSServiceError {
        AWSServiceError(
            "ResourceNotFoundException", "Cannot find alias arn: \(record.arn):\(name)", status: 404)
    }

    /// Reads a routing configuration: the API's map of versions to weights, or a template's list.
    private static func route(_ alias: inout FunctionAlias, _ config: JSONValue?) throws(AWSServiceError) {
        guard let weights = config?["AdditionalVersionWeights"] else { return }
        var pairs: [(version: String, weight: Double)] = []
        for (version, weight) in weights.objectValue ?? [:] { pairs.append((version, weight.doubleValue ?? -1)) }
        for entry in weights.arrayValue ?? [] {
            let weight = entry["FunctionWeight"]
            pairs.append(
                (
                    entry["FunctionVersion"]?.stringValue ?? "",
                    weight?.doubleValue ?? weight?.stringValue.flatMap { Double($0) } ?? -1
                ))
        }
        guard pairs.count <= 1 else {
            throw .invalidLambda("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        guard let pair = pairs.first else {
            alias.additionalVersion = nil
            alias.additionalWeight = 0
            return
        }
        guard (0...1).contains(pair.weight) else {
            throw .lambdaValidation(
                "\(pair.weight)", "routingConfig.additionalVersionWeights",
                "satisfy constraint: [Member must have value less than or equal to 1, Member must have value greater "
                    + "than or equal to 0, Member must not be null]")
        }
        guard pair.version != alias.version, pair.version != LambdaFunction.latest,
            alias.version != LambdaFunction.latest
        else {
            throw .invalidLambda(
                "Invalid function version \(pair.version). Function version \(pair.version) is already included in "
                    + "routing configuration, or $LATEST is part of it.")
        }
        alias.additionalVersion = pair.version
        alias.additionalWeight = pair.weight
    }
}
