import EmulatorCore
package import ExactJSON
import Wildcards

/// A resource-based policy, asked whether a service may do something
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
package struct ResourcePolicy: Sendable, Equatable {
    /// Who wants what of which resource, on whose behalf.
    package struct Request: Sendable, Equatable {
        /// `cloudwatch.amazonaws.com`.
        package var service: String
        /// `sns:Publish`.
        package var action: String
        package var resource: String
        /// The alarm's, rule's or mapping's ARN.
        package var sourceARN: String
        package var sourceAccount: String

        package init(service: String, action: String, resource: String, sourceARN: String, sourceAccount: String) {
            self.service = service
            self.action = action
            self.resource = resource
            self.sourceARN = sourceARN
            self.sourceAccount = sourceAccount
        }
    }

    private var statements: [JSONValue]

    /// - Parameter document: the policy; a single statement may stand without its list.
    package init(document: JSONValue) {
        switch document["Statement"] {
        case .array(let statements): self.statements = statements
        case .some(let statement): statements = [statement]
        case nil: statements = []
        }
    }

    /// Denied where any statement denies, allowed where one allows, refused otherwise.
    package func allows(_ request: Request) -> Bool {
        let matching = statements.filter { applies($0, to: request) }
        if matching.contains(where: { $0["Effect"] == "Deny" }) { return false }
        return matching.contains { $0["Effect"] == "Allow" }
    }

    private func applies(_ statement: JSONValue, to request: Request) -> Bool {
        principalMatches(statement["Principal"], request)
            && Self.texts(statement["Action"]).contains {
                WildcardPattern($0.lowercased()).matches(request.action.lowercased())
            }
            && (statement["Resource"] == nil
                || Self.texts(statement["Resource"]).contains { WildcardPattern($0).matches(request.resource) })
            && conditionsHold(statement["Condition"], request)
    }

    private func principalMatches(_ principal: JSONValue?, _ request: Request) -> Bool {
        if principal == "*" { return true }
        if Self.texts(principal?["Service"]).contains(request.service) { return true }
        return Self.texts(principal?["AWS"]).contains("*")
    }

    private func conditionsHold(_ conditions: JSONValue?, _ request: Request) -> Bool {
        for (operation, keys) in conditions?.objectValue ?? [:] {
            for (key, wanted) in keys.objectValue ?? [:] {
                let actual: String
                switch key.lowercased() {
                case "aws:sourcearn": actual = request.sourceARN
                case "aws:sourceaccount", "aws:sourceowner": actual = request.sourceAccount
                default: return false
                }
                let values = Self.texts(wanted)
                let holds: Bool
                switch operation {
                case "StringEquals": holds = values.contains(actual)
                case "ArnEquals", "ArnLike", "StringLike":
                    holds = values.contains { WildcardPattern($0).matches(actual) }
                // An operator that is not known here must not open a door.
                default: holds = false
                }
                if !holds { return false }
            }
        }
        return true
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.compactMap(\.stringValue)
        default: []
        }
    }
}
