import EmulatedServices
import EmulatorCore
import ExactJSON

/// Who may invoke a function, a version or an alias: its resource-based policy.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
struct FunctionPolicy: Sendable, Equatable {
    private(set) var statements: [(id: String, statement: JSONValue)] = []
    var revisionID = Identifiers.uuid()

    static func == (left: FunctionPolicy, right: FunctionPolicy) -> Bool {
        left.statements.map(\.id) == right.statements.map(\.id)
            && left.statements.map(\.statement) == right.statements.map(\.statement)
    }

    var isEmpty: Bool { statements.isEmpty }

    var document: JSONValue {
        ["Version": "2012-10-17", "Id": "default", "Statement": .array(statements.map(\.statement))]
    }

    /// - Throws: `ResourceConflictException` when there is a statement of this id.
    mutating func add(_ id: String, _ statement: JSONValue) throws(AWSServiceError) {
        guard !statements.contains(where: { $0.id == id }) else {
            throw AWSServiceError(
                "ResourceConflictException",
                "The statement id (\(id)) provided already exists. Please provide a new statement id, or remove the "
                    + "existing statement.", status: 409)
        }
        // Lambda's quota for a policy is 20 KB.
        guard document.serialized().count + statement.serialized().count <= 20_480 else {
            throw AWSServiceError(
                "PolicyLengthExceededException", "The final policy size is bigger than the limit (20480).")
        }
        statements.append((id, statement))
        revisionID = Identifiers.uuid()
    }

    mutating func remove(_ id: String) -> Bool {
        guard let index = statements.firstIndex(where: { $0.id == id }) else { return false }
        statements.remove(at: index)
        revisionID = Identifiers.uuid()
        return true
    }

    /// Whether a service may invoke the function on behalf of a resource.
    func allows(service: String, resource: String, sourceARN: String, account: String) -> Bool {
        ResourcePolicy(document: document).allows(
            ResourcePolicy.Request(
                service: service, action: "lambda:InvokeFunction", resource: resource, sourceARN: sourceARN,
                sourceAccount: account))
    }

    /// The statement that AddPermission's input, or a template's `AWS::Lambda::Permission`, stands for.
    ///
    /// - Throws: `InvalidParameterValueException` for a principal that is none.
    static func statement(
        id: String, input: JSONValue, resource: String
    ) throws(AWSServiceError) -> JSONValue {
        let principal = input["Principal"]?.stringValue ?? ""
        let action = input["Action"]?.stringValue ?? ""
        guard !principal.isEmpty else {
            throw .lambdaValidation("null", "principal", "not be null")
        }
        guard action == "lambda:*" || action.hasPrefix("lambda:"), action.utf8.count > 7 else {
            throw .lambdaValidation(
                action, "action",
                "satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])")
        }
        let named: JSONValue
        if principal == "*" {
            named = "*"
        } else if principal.utf8.count == 12, principal.utf8.allSatisfy({ (48...57).contains($0) }) {
            named = ["AWS": .string("arn:aws:iam::\(principal):root")]
        } else if principal.hasPrefix("arn:") {
            named = ["AWS": .string(principal)]
        } else if principal.hasSuffix(".amazonaws.com") || principal.hasSuffix(".amazon.com") {
            named = ["Service": .string(principal)]
        } else {
            throw .invalidLambda("The provided principal was invalid. Please check the principal and try again.")
        }
        var statement: [String: JSONValue] = [
            "Sid": .string(id), "Effect": "Allow", "Principal": named, "Action": .string(action),
            "Resource": .string(resource),
        ]
        var conditions: [String: JSONValue] = [:]
        var equal: [String: JSONValue] = [:]
        if let account = input["SourceAccount"] { equal["AWS:SourceAccount"] = account }
        if let organization = input["PrincipalOrgID"] { equal["aws:PrincipalOrgID"] = organization }
        if let type = input["FunctionUrlAuthType"] { equal["lambda:FunctionUrlAuthType"] = type }
        if let token = input["EventSourceToken"] { equal["lambda:EventSourceToken"] = token }
        if !equal.isEmpty { conditions["StringEquals"] = .object(equal) }
        if let source = input["SourceArn"] { conditions["ArnLike"] = ["AWS:SourceArn": source] }
        if !conditions.isEmpty { statement["Condition"] = .object(conditions) }
        return .object(statement)
    }
}
