import EmulatorCore
import ExactJSON
import Timekeeping

extension ParameterService {
    func get(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let name = try input.required("Name")
        let (parameter, version) = try find(name)
        let selector = ParameterName(name).selector
        return ["Parameter": try value(parameter, version, selector, decrypts: input.truth("WithDecryption") ?? false)]
    }

    func getSeveral(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let names = input.texts("Names")
        try Self.checkNames(names)
        let decrypts = input.truth("WithDecryption") ?? false
        var found: [JSONValue] = []
        var invalid: [JSONValue] = []
        for name in names {
            guard let (parameter, version) = try? find(name) else {
                invalid.append(.string(name))
                continue
            }
            found.append(try value(parameter, version, ParameterName(name).selector, decrypts: decrypts))
        }
        return ["Parameters": .array(found), "InvalidParameters": .array(invalid)]
    }

    func getByPath(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let path = try input.required("Path")
        guard path.hasPrefix("/") else {
            throw .validation(
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a "
                    + "forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use "
                    + "only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special "
                    + "characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". "
                    + "Valid example: /get/parameters2-/by1./path0_.")
        }
        let size = input.whole("MaxResults") ?? 10
        guard (1...10).contains(size) else {
            throw .validation(
                "1 validation error detected: Value '\(size)' at 'maxResults' failed to satisfy constraint: Member must "
                    + "have value less than or equal to 10")
        }
        let filters = try input.list("ParameterFilters").map { json throws(AWSServiceError) in
            try ParameterFilter(json, allowed: ["Type", "KeyId", "Label"])
        }
        let within = ParameterFilter.Path(path, recursive: input.truth("Recursive") ?? false)
        let matching = sorted().filter { parameter in
            within.contains(parameter.name) && filters.allSatisfy { $0.matches(parameter) }
        }
        let page = ListPage(matching, token: input.text("NextToken"), size: size)
        let label = filters.first { $0.key == "Label" }?.values.first
        let decrypts = input.truth("WithDecryption") ?? false
        let values = try page.elements.map { parameter throws(AWSServiceError) in
            try value(
                parameter, label.flatMap { parameter.version($0) } ?? parameter.newest, nil, decrypts: decrypts)
        }
        return .compact(["Parameters": .array(values), "NextToken": .text(page.nextToken)])
    }

    func history(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let (parameter, _) = try find(try input.required("Name"))
        let decrypts = input.truth("WithDecryption") ?? false
        let page = ListPage(
            parameter.versions, token: input.text("NextToken"), size: min(50, input.whole("MaxResults") ?? 50))
        let entries = try page.elements.map { version throws(AWSServiceError) -> JSONValue in
            var members = metadata(parameter, version).objectValue ?? [:]
            members["Value"] = .string(decrypts ? try plaintext(version, of: parameter.name) : version.value)
            members["Labels"] = .array(version.labels.map(JSONValue.string))
            members["ARN"] = nil
            return .object(members)
        }
        return .compact(["Parameters": .array(entries), "NextToken": .text(page.nextToken)])
    }

    func describe(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let filters = try input.list("ParameterFilters").map { json throws(AWSServiceError) in
            try ParameterFilter(json, allowed: ["Path", "Name", "Type", "KeyId", "Tier", "DataType"])
        }
        let older = input.list("Filters").map { ParameterFilter(older: $0) }
        if !filters.isEmpty, !older.isEmpty {
            throw .validation("You can use either Filters or ParameterFilters in a single request.")
        }
        let matching = sorted().filter { parameter in (filters + older).allSatisfy { $0.matches(parameter) } }
        let page = ListPage(matching, token: input.text("NextToken"), size: min(50, input.whole("MaxResults") ?? 50))
        return .compact([
            "Parameters": .array(page.elements.map { metadata($0, $0.newest) }),
            "NextToken": .text(page.nextToken),
        ])
    }

    // MARK: Labels and tags

    func label(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = ParameterName(try input.required("Name")).name
        let labels = input.texts("Labels")
        let wanted = input.whole("ParameterVersion")
        let (valid, invalid) = (labels.filter(Self.isLabel), labels.filter { !Self.isLabel($0) })
        let number = try await change(name) { parameter throws(AWSServiceError) in
            let number = wanted ?? parameter.newest.number
            guard let index = parameter.versions.firstIndex(where: { $0.number == number }) else {
                throw AWSServiceError(
                    "ParameterVersionNotFound",
                    "Systems Manager could not find version \(number) of \(name). Verify the version and try again.")
            }
            let kept = parameter.versions[index].labels.filter { !valid.contains($0) }
            guard kept.count + valid.count <= 10 else {
                throw AWSServiceError(
                    "ParameterVersionLabelLimitExceeded",
                    "A parameter version can have maximum 10 labels.Move one or more labels to another version and try "
                        + "again.")
            }
            // A label is on one version at a time.
            for other in parameter.versions.indices {
                parameter.versions[other].labels.removeAll(where: valid.contains)
            }
            parameter.versions[index].labels = kept + valid
            return number
        }
        return ["InvalidLabels": .array(invalid.map(JSONValue.string)), "ParameterVersion": .integer(number)]
    }

    func unlabel(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = ParameterName(try input.required("Name")).name
        let labels = input.texts("Labels")
        let number = input.whole("ParameterVersion") ?? 0
        let removed = try await change(name) { parameter throws(AWSServiceError) in
            guard let index = parameter.versions.firstIndex(where: { $0.number == number }) else {
                throw AWSServiceError(
                    "ParameterVersionNotFound",
                    "Systems Manager could not find version \(number) of \(name). Verify the version and try again.")
            }
            let removed = parameter.versions[index].labels.filter(labels.contains)
            parameter.versions[index].labels.removeAll(where: labels.contains)
            return removed
        }
        return [
            "RemovedLabels": .array(removed.map(JSONValue.string)),
            "InvalidLabels": .array(labels.filter { !removed.contains($0) }.map(JSONValue.string)),
        ]
    }

    private static func isLabel(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard (1...100).contains(text.utf8.count), !lower.hasPrefix("aws"), !lower.hasPrefix("ssm"),
            text.utf8.first.map({ !(0x30...0x39).contains($0) }) ?? false
        else { return false }
        return lower.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || [0x2E, 0x2D, 0x5F].contains($0)
        }
    }

    func changeTags(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = try parameter(tagged: input).name
        try await change(name) { parameter throws(AWSServiceError) in
            parameter.tags.add(ResourceTags(input.list("Tags")))
            parameter.tags.remove(input.texts("TagKeys"))
        }
        return [:]
    }

    func parameter(tagged input: JSONValue) throws(AWSServiceError) -> Parameter {
        let type = input.text("ResourceType") ?? ""
        guard type == "Parameter" else {
            throw AWSServiceError("InvalidResourceType", "\(type) is not a resource type that is emulated.")
        }
        let name = try input.required("ResourceId")
        guard let parameter = state.withLock({ $0.parameters[ParameterName(name).name] }) else {
            throw AWSServiceError(
                "InvalidResourceId",
                "The resource ID is not valid. Verify that you entered the correct ID and try again.")
        }
        return parameter
    }

    // MARK: Answers

    private func sorted() -> [Parameter] {
        state.withLock { Array($0.parameters.values) }.sorted { $0.name < $1.name }
    }

    private func value(
        _ parameter: Parameter, _ version: Parameter.Version, _ selector: String?, decrypts: Bool
    ) throws(AWSServiceError) -> JSONValue {
        let shown = version.kind == .secure && decrypts ? try plaintext(version, of: parameter.name) : version.value
        return .compact([
            "Name": .string(parameter.name), "Type": .string(version.kind.rawValue), "Value": .string(shown),
            "Version": .integer(version.number), "Selector": .text(selector.map { ":\($0)" }),
            "LastModifiedDate": .double(version.modified.secondsSinceEpoch), "ARN": .string(arn(of: parameter.name)),
            "DataType": .string(version.dataType),
        ])
    }

    private func metadata(_ parameter: Parameter, _ version: Parameter.Version) -> JSONValue {
        .compact([
            "Name": .string(parameter.name), "ARN": .string(arn(of: parameter.name)),
            "Type": .string(version.kind.rawValue), "KeyId": .text(version.keyID),
            "LastModifiedDate": .double(version.modified.secondsSinceEpoch),
            "LastModifiedUser": .string("arn:aws:iam::\(account.id):user/firedrill"),
            "Description": .text(version.description),
            "AllowedPattern": .text(version.allowedPattern),
            "Version": .integer(version.number), "Tier": .string(version.tier), "Policies": [],
            "DataType": .string(version.dataType),
        ])
    }
}
