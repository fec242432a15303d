import ExactJSON
import Timekeeping

/// A function of the stack as its configuration says, its variables encrypted.
struct LambdaFunction: Sendable {
    var logicalID: String
    var name: String
    var arn: String
    var description: String
    var role: String
    var runtime: String
    var handler: String
    /// Seconds, 1 to 900.
    var timeoutSeconds: Int
    /// MiB.
    var memorySize: Int
    var architectures: [String]
    var kmsKeyARN: String?
    var logGroup: String
    /// Nil when the account's concurrency is all there is.
    var reservedConcurrency: Int?
    var environment: EncryptedVariables?
    var command: FunctionCommand
    var lastModified: Timestamp

    var timeout: Duration { .seconds(timeoutSeconds) }

    /// What a function's properties may say here; a template with another is refused rather than misread.
    static let supportedProperties: Set<String> = [
        "Architectures", "Code", "Description", "Environment", "FunctionName", "Handler", "KmsKeyArn", "LoggingConfig",
        "MemorySize", "PackageType", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags", "Timeout",
        "TracingConfig", "EphemeralStorage", "RuntimeManagementConfig", "RecursiveLoop",
    ]
}

/// The text of a duration in the forms that Lambda's log lines and error messages have.
enum LambdaText {
    /// `12.34`: milliseconds with two decimals.
    static func milliseconds(_ duration: Duration) -> String { hundredths(duration.wholeNanoseconds / 10_000) }

    /// `1.00`: seconds with two decimals.
    static func seconds(_ duration: Duration) -> String { hundredths(duration.wholeNanoseconds / 10_000_000) }

    private static func hundredths(_ value: Int64) -> String {
        let whole = max(0, value)
        let rest = whole % 100
        return "\(whole / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func errorPayload(type: String, message: String) -> [UInt8] {
        JSONValue.object(["errorType": .string(type), "errorMessage": .string(message)]).serialized()
    }
}
