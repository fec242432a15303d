import EmulatorCore

/// A function as a caller names it: `name`, `name:qualifier`, `account:function:name` or an ARN, with or without qualifier.
struct FunctionIdentifier: Sendable, Equatable {
    var name: String
    /// A version's number, `$LATEST` or an alias; nil when the caller gave none.
    var qualifier: String?

    /// The pattern that AWS's messages quote.
    static let pattern =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"#

    init(name: String, qualifier: String?) {
        self.name = name
        self.qualifier = qualifier
    }

    /// - Parameters:
    ///   - text: As the caller wrote it, decoded.
    ///   - qualifier: From the query string; it must not contradict the text's own.
    /// - Throws: `ValidationException` for a text that names no function, `InvalidParameterValueException` for two
    ///   qualifiers, `ResourceNotFoundException` and `AccessDeniedException` for other regions and accounts.
    init(_ text: String, qualifier: String? = nil, account: EmulatedAccount) throws(AWSServiceError) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
        if parts.first == "arn" {
            guard parts.count >= 7, parts[2] == "lambda", parts[5] == "function" else { throw Self.invalid(text) }
            if parts[3] != account.region {
                throw AWSServiceError(
                    "ResourceNotFoundException",
                    "Functions from '\(parts[3])' are not reachable in this region ('\(account.region)')", status: 404)
            }
            try Self.check(parts[4], account, text)
            parts = parts.dropFirst(6)
        } else if parts.count >= 3, parts[parts.startIndex + 1] == "function" {
            try Self.check(parts[0], account, text)
            parts = parts.dropFirst(2)
        } else if parts.first == "function", parts.count >= 2 {
            parts = parts.dropFirst()
        }
        let stated = parts.count == 2 ? parts.last.map(String.init) : nil
        guard let name = parts.first, (1...2).contains(parts.count), Self.isName(name),
            stated.map({ Self.isQualifier($0) }) ?? true
        else { throw Self.invalid(text) }
        if let stated, let qualifier, stated != qualifier {
            throw AWSServiceError(
                "InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.")
        }
        if let qualifier, !Self.isQualifier(qualifier) {
            throw .lambdaValidation(qualifier, "qualifier", "satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)")
        }
        self.name = String(name)
        self.qualifier = qualifier ?? stated
    }

    private static func check(
        _ id: Substring, _ account: EmulatedAccount, _ text: String
    ) throws(AWSServiceError) {
        guard id != account.id else { return }
        throw AWSServiceError(
            "AccessDeniedException",
            "User: arn:aws:iam::\(account.id):root is not authorized to perform this action on resource: \(text)",
            status: 403)
    }

    /// A function's own name: letters, digits, `-` and `_`, 64 at most.
    static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isNameByte }
    }

    private static func isQualifier(_ text: String) -> Bool {
        text == LambdaFunction.latest || (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isNameByte }
    }

    private static func invalid(_ text: String) -> AWSServiceError {
        .lambdaValidation(text, "functionName", "satisfy regular expression pattern: \(pattern)")
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension AWSServiceError {
    /// A member that breaks a constraint of the service's model, in the words that all AWS services have for it.
    static func lambdaValidation(_ value: String, _ member: String, _ constraint: String) -> AWSServiceError {
        .validation(
            "1 validation error detected: Value '\(value)' at '\(member)' failed to satisfy constraint: Member must "
                + constraint)
    }

    static func invalidLambda(_ message: String) -> AWSServiceError {
        .init("InvalidParameterValueException", message)
    }

    static func noFunction(_ arn: String) -> AWSServiceError {
        .init("ResourceNotFoundException", "Function not found: \(arn)", status: 404)
    }

    static let noLambdaResource = AWSServiceError(
        "ResourceNotFoundException", "The resource you requested does not exist.", status: 404)
}
