import ExactJSON
import StackTemplate
import Wildcards

/// One statement of a policy document, as far as wiring needs it.
package struct PolicyStatement: Sendable, Equatable {
    package var place: WiringPlace
    package var allows: Bool
    package var actions: [String]
    /// Whether `actions` are those it leaves out.
    package var negatesActions: Bool
    /// Empty in a trust policy and for a policy's own resource.
    package var resources: [String]
    package var negatesResources: Bool
    /// `cloudwatch.amazonaws.com`, an ARN, or `*`; empty in a role's policy.
    package var principals: [String]
    /// By operator, key, and the values that fit.
    package var conditions: [String: [String: [String]]]

    static func all(in document: JSONValue?, of place: WiringPlace) -> [PolicyStatement] {
        let written = document?.stringValue.flatMap { try? JSONValue(parsing: $0) } ?? document
        let statement = written?["Statement"]
        let list = statement?.arrayValue ?? statement.map { [$0] } ?? []
        return list.enumerated().map { index, json in
            PolicyStatement(json, place: WiringPlace(place.logicalID, path: place.path + ["Statement", String(index)]))
        }
    }

    init(_ json: JSONValue, place: WiringPlace) {
        self.place = place
        allows = json.text("Effect") == "Allow"
        negatesActions = json["NotAction"] != nil
        actions = json.texts(negatesActions ? "NotAction" : "Action")
        negatesResources = json["NotResource"] != nil
        resources = json.texts(negatesResources ? "NotResource" : "Resource")
        principals =
            json["Principal"]?.objectValue.map {
                $0.keys.sorted().flatMap { key in json["Principal"]?.texts(key) ?? [] }
            }
            ?? json.texts("Principal")
        conditions = (json["Condition"]?.objectValue ?? [:]).mapValues { keys in
            var values: [String: [String]] = [:]
            for key in (keys.objectValue ?? [:]).keys { values[key.lowercased()] = keys.texts(key) }
            return values
        }
    }

    /// Whether the statement speaks of an action on a resource.
    func covers(_ action: String, on resource: String) -> Bool {
        let named = actions.contains { WildcardPattern($0.lowercased()).matches(action.lowercased()) }
        guard named != negatesActions else { return false }
        guard !resources.isEmpty else { return true }
        return resources.contains { WildcardPattern($0).matches(resource) } != negatesResources
    }

    /// Whether the statement speaks of a caller: a service by its name, or anybody of an account.
    func names(_ principal: String, account: String) -> Bool {
        principals.contains { name in
            name == "*" || name == principal || name == account
                || (name == "arn:aws:iam::\(account):root" && !principal.contains("amazonaws.com"))
        }
    }

    /// Whether the conditions hold for what is known of a call; a key that is not known counts as met.
    ///
    /// Operators and their meaning: "IAM JSON policy elements: Condition operators" of the IAM user guide.
    func holds(for context: [String: String]) -> Bool {
        conditions.allSatisfy { name, keys in
            let bare = name.hasSuffix("IfExists") ? String(name.dropLast("IfExists".count)) : name
            return keys.allSatisfy { key, wanted in
                guard let value = context[key] else { return true }
                switch bare {
                case "StringEquals": return wanted.contains(value)
                case "StringNotEquals": return !wanted.contains(value)
                case "StringEqualsIgnoreCase": return wanted.contains { $0.lowercased() == value.lowercased() }
                case "StringLike", "ArnLike", "ArnEquals": return wanted.contains { WildcardPattern($0).matches(value) }
                case "StringNotLike", "ArnNotLike", "ArnNotEquals":
                    return !wanted.contains { WildcardPattern($0).matches(value) }
                default: return true
                }
            }
        }
    }
}

extension [PolicyStatement] {
    /// What the statements say of an action on a resource: a denial goes before every permission.
    func permit(
        _ action: String, on resource: String, by principal: String? = nil, account: String = "",
        context: [String: String] = [:]
    ) -> Bool {
        let speaking = filter { statement in
            statement.covers(action, on: resource) && statement.holds(for: context)
                && (principal.map { statement.names($0, account: account) } ?? true)
        }
        return speaking.contains(where: \.allows) && !speaking.contains { !$0.allows }
    }
}
