import EmulatorCore
import ExactJSON

extension LambdaRESTService {
    func listFunctions(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        var all: [JSONValue] = []
        for record in functions.records {
            all.append(description(of: record.latest.configuration, caller: call.caller))
            guard call.parameter("FunctionVersion") == "ALL" else { continue }
            for version in try publishedVersions(record) { all.append(description(of: version, caller: call.caller)) }
        }
        return RESTAnswer.json(try call.page(all, as: "Functions"))
    }

    func createFunction(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        let input = try call.input("CreateFunction")
        guard let name = input["FunctionName"]?.stringValue else {
            throw .lambdaValidation("null", "functionName", "not be null")
        }
        guard input["Role"]?.stringValue != nil else { throw .lambdaValidation("null", "role", "not be null") }
        guard let code = input["Code"], code.objectValue != nil else {
            throw .lambdaValidation("null", "code", "not be null")
        }
        guard input["PackageType"]?.stringValue == "Image" || input["Runtime"] != nil, input["Handler"] != nil else {
            throw .invalidLambda(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        let identifier = try FunctionIdentifier(name, account: functions.surroundings.account)
        let tags = (input["Tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        let record = try await functions.create(
            identifier.name, input: input, code: .success(try FunctionCode(request: code)), tags: tags)
        var shown = record.latest.configuration
        if input["Publish"]?.boolValue == true {
            shown = try functions.publishVersion(of: record, description: nil)
        }
        return RESTAnswer.json(description(of: shown, caller: call.caller, phase: .creating), status: 201)
    }

    func getFunction(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        let record = try functions.record(identifier)
        let target = try record.target(identifier.qualifier)
        var members: [String: JSONValue] = [
            "Configuration": description(of: target.configuration, caller: call.caller),
            "Code": ["RepositoryType": "S3", "Location": ""],
        ]
        let tags = try record.read { $0.tags }
        if !tags.isEmpty { members["Tags"] = .object(tags.mapValues(JSONValue.string)) }
        if let reserved = functions.concurrency.reserved(of: record.name) {
            members["Concurrency"] = ["ReservedConcurrentExecutions": .integer(reserved)]
        }
        return RESTAnswer.json(.object(members))
    }

    func deleteFunction(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        let record = try functions.record(identifier)
        if let qualifier = identifier.qualifier {
            try functions.removeVersion(qualifier, of: record)
        } else {
            try functions.remove(record)
        }
        return Self.noContent()
    }

    func configuration(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        let identifier = try identifier(call)
        let record = try functions.record(identifier)
        switch call.method {
        case "GET":
            let target = try record.target(identifier.qualifier)
            return RESTAnswer.json(description(of: target.configuration, caller: call.caller))
        case "PUT":
            let input = try call.input()
            let changed = try await functions.updateConfiguration(
                of: record, input: input, revision: input["RevisionId"]?.stringValue)
            return RESTAnswer.json(description(of: changed, caller: call.caller, phase: .updating))
        default: throw Self.unknown(call.request)
        }
    }

    func updateCode(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        let record = try record(call)
        let input = try call.input("UpdateFunctionCode")
        let architectures = input["Architectures"]?.arrayValue?.compactMap(\.stringValue)
        if input["DryRun"]?.boolValue == true {
            var trial = record.latest.configuration
            trial.code = try await functions.code(of: trial, from: .success(try FunctionCode(request: input)))
            return RESTAnswer.json(description(of: trial, caller: call.caller))
        }
        var changed = try await functions.updateCode(
            of: record, code: .success(try FunctionCode(request: input)), architectures: architectures,
            revision: input["RevisionId"]?.stringValue)
        if input["Publish"]?.boolValue == true {
            changed = try functions.publishVersion(of: record, description: nil)
        }
        return RESTAnswer.json(description(of: changed, caller: call.caller, phase: .updating))
    }

    func publishedVersions(_ record: FunctionRecord) throws(AWSServiceError) -> [LambdaFunction] {
        try record.read { state in state.versions.sorted { $0.key < $1.key }.map(\.value.configuration) }
    }

    func versions(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let record = try record(call)
        switch call.method {
        case "GET":
            let all = [record.latest.configuration] + (try publishedVersions(record))
            return RESTAnswer.json(
                try call.page(
                    all.map { description(of: $0, caller: call.caller, isQualified: true) }, as: "Versions"))
        case "POST":
            let input = try call.input()
            let version = try functions.publishVersion(
                of: record, description: input["Description"]?.stringValue, sha256: input["CodeSha256"]?.stringValue,
                revision: input["RevisionId"]?.stringValue)
            return RESTAnswer.json(description(of: version, caller: call.caller), status: 201)
        default: throw Self.unknown(call.request)
        }
    }

    func aliases(_ call: LambdaCall) throws(AWSServiceError) -> ServerResponse {
        let record = try record(call)
        if call.path.count == 3 {
            switch call.method {
            case "GET":
                let version = call.parameter("FunctionVersion")
                let all = try record.read { $0.aliases.values.sorted { $0.name < $1.name } }
                let chosen = all.filter { version == nil || $0.version == version }
                return RESTAnswer.json(try call.page(chosen.map { $0.json(functionARN: record.arn) }, as: "Aliases"))
            case "POST":
                let input = try call.input()
                guard let name = input["Name"]?.stringValue else {
                    throw .lambdaValidation("null", "name", "not be null")
                }
                let alias = try functions.setAlias(name, of: record, input: input, isNew: true)
                return RESTAnswer.json(alias.json(functionARN: record.arn), status: 201)
            default: throw Self.unknown(call.request)
            }
        }
        guard call.path.count == 4 else { throw Self.unknown(call.request) }
        let name = call.path[3]
        switch call.method {
        case "GET":
            guard let alias = try record.read({ $0.aliases[name] }) else { throw LambdaService.noAlias(name, record) }
            return RESTAnswer.json(alias.json(functionARN: record.arn))
        case "PUT":
            let alias = try functions.setAlias(name, of: record, input: try call.input(), isNew: false)
            return RESTAnswer.json(alias.json(functionARN: record.arn))
        case "DELETE":
            try functions.removeAlias(name, of: record)
            return Self.noContent()
        default: throw Self.unknown(call.request)
        }
    }
}

extension FunctionAlias {
    /// The alias as Lambda's API describes it.
    func json(functionARN: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "AliasArn": .string("\(functionARN):\(name)"), "Name": .string(name), "FunctionVersion": .string(version),
            "Description": .string(description), "RevisionId": .string(revisionID),
        ]
        if let additionalVersion {
            members["RoutingConfig"] = [
                "AdditionalVersionWeights": .object([additionalVersion: .double(additionalWeight)])
            ]
        }
        return .object(members)
    }
}
