import EmulatorCore
import ExactJSON

/// What Lambda asks of a function's environment variables.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
enum EnvironmentVariables {
    /// All names and values together, as JSON (Lambda's quotas: 4 KB).
    private static let maximumBytes = 4096

    static let reserved: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ]

    /// The variables that a request or a template names; values may be numbers and flags in a template.
    ///
    /// - Throws: `InvalidParameterValueException` for reserved names and too many bytes, `ValidationException` for names
    ///   that are none. No message shows a value.
    static func checked(_ variables: JSONValue?) throws(AWSServiceError) -> [String: String] {
        let values = (variables?.objectValue ?? [:]).compactMapValues {
            $0.stringValue ?? $0.numberLiteral ?? $0.boolValue.map { String($0) }
        }
        let intro =
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
        let taken = values.keys.filter { reserved.contains($0) }.sorted()
        guard taken.isEmpty else {
            throw .invalidLambda(
                intro + "contains reserved keys that are currently not supported for modification. "
                    + "Reserved keys used in this request: \(taken.joined(separator: ", "))")
        }
        for (name, value) in values {
            let isName =
                name.utf8.count > 1 && name.utf8.first.map { $0.isLetter } == true
                && name.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || (48...57).contains($0) }
            // A zero byte would end the variable in the process.
            guard isName, !value.utf8.contains(0) else {
                throw .lambdaValidation(
                    "***", "environment.variables",
                    "satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, "
                        + "Member must not be null]")
            }
        }
        guard JSONValue.object(values.mapValues(JSONValue.string)).serialized().count <= maximumBytes else {
            throw .invalidLambda(intro + "exceeded the 4KB limit.")
        }
        return values
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (65...90).contains(self) || (97...122).contains(self) }
}
