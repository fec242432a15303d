package import EmulatorCore
package import ExactJSON

/// Who is asking: always the one account.
package struct STSService: EmulatedService {
    package static let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

    private let account: EmulatedAccount

    package init(account: EmulatedAccount) { self.account = account }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        guard operation == "GetCallerIdentity" else { throw .unknownOperation(operation) }
        return [
            "UserId": "AIDACKCEVSQ6C2EXAMPLE", "Account": .string(account.id),
            "Arn": .string("arn:aws:iam::\(account.id):user/firedrill"),
        ]
    }
}
