import EmulatorCore
import ExactJSON
import Timekeeping

extension FunctionRecord.State {
    /// The function with all that belongs to it, as a data directory keeps it.
    func document(reserved: Int?) -> JSONValue {
        var members: [String: JSONValue] = [
            "latest": latest.configuration.document, "lastVersion": .integer(lastVersion),
            "versions": .array(versions.sorted { $0.key < $1.key }.map(\.value.configuration.document)),
            "aliases": .object(aliases.mapValues(\.document)), "policies": .object(policies.mapValues(\.kept)),
            "eventInvokeConfigs": .object(eventInvokeConfigs.mapValues(\.document)),
            "tags": .object(tags.mapValues(JSONValue.string)),
        ]
        members["reserved"] = reserved.map(JSONValue.integer)
        return .object(members)
    }

    /// Takes over what a document says besides the configurations of the versions.
    mutating func restore(_ document: JSONValue) {
        lastVersion = document["lastVersion"]?.intValue ?? 0
        aliases = (document["aliases"]?.objectValue ?? [:]).reduce(into: [:]) { aliases, entry in
            aliases[entry.key] = FunctionAlias(name: entry.key, document: entry.value)
        }
        policies = (document["policies"]?.objectValue ?? [:]).mapValues(FunctionPolicy.init(kept:))
        eventInvokeConfigs = (document["eventInvokeConfigs"]?.objectValue ?? [:])
            .mapValues(EventInvokeConfig.init(document:))
        tags = (document["tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
}

extension FunctionAlias {
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = [
            "version": .string(version), "description": .string(description), "weight": .double(additionalWeight),
            "revision": .string(revisionID),
        ]
        members["additional"] = additionalVersion.map(JSONValue.string)
        return .object(members)
    }

    fileprivate init(name: String, document: JSONValue) {
        self.init(
            name: name, version: document["version"]?.stringValue ?? LambdaFunction.latest,
            description: document["description"]?.stringValue ?? "",
            additionalVersion: document["additional"]?.stringValue,
            additionalWeight: document["weight"]?.doubleValue ?? 0,
            revisionID: document["revision"]?.stringValue ?? "")
    }
}

extension FunctionPolicy {
    fileprivate var kept: JSONValue {
        [
            "revision": .string(revisionID),
            "statements": .array(statements.map { ["id": .string($0.id), "statement": $0.statement] }),
        ]
    }

    fileprivate init(kept: JSONValue) {
        self.init(
            statements: (kept["statements"]?.arrayValue ?? []).map {
                ($0["id"]?.stringValue ?? "", $0["statement"] ?? [:])
            }, revisionID: kept["revision"]?.stringValue ?? Identifiers.uuid())
    }
}

extension EventInvokeConfig {
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = ["modified": .integer(lastModified.nanosecondsSinceEpoch)]
        members["retries"] = maximumRetryAttempts.map(JSONValue.integer)
        members["age"] = maximumEventAge.map(JSONValue.integer)
        members["onSuccess"] = onSuccess.map(JSONValue.string)
        members["onFailure"] = onFailure.map(JSONValue.string)
        return .object(members)
    }

    fileprivate init(document: JSONValue) {
        self.init(lastModified: Timestamp(nanosecondsSinceEpoch: Int64(document["modified"]?.intValue ?? 0)))
        maximumRetryAttempts = document["retries"]?.intValue
        maximumEventAge = document["age"]?.intValue
        onSuccess = document["onSuccess"]?.stringValue
        onFailure = document["onFailure"]?.stringValue
    }
}
