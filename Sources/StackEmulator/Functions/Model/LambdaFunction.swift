import EmulatorCore
import ExactJSON
import Timekeeping

/// One version of a function as its configuration says, its variables encrypted.
struct LambdaFunction: Sendable {
    /// The version that can be changed.
    static let latest = "$LATEST"

    /// Its id in the template; nil when it was made by a call.
    var logicalID: String?
    var name: String
    /// Without a version.
    var arn: String
    /// `$LATEST` or a number.
    var version = LambdaFunction.latest
    var description = ""
    var role = ""
    var runtime = "provided.al2023"
    var handler = "bootstrap"
    /// Seconds, 1 to 900.
    var timeoutSeconds = 3
    /// MiB.
    var memorySize = 128
    /// MiB of /tmp.
    var ephemeralStorage = 512
    var architectures = ["x86_64"]
    var kmsKeyARN: String?
    var logging: FunctionLogging
    /// `PassThrough` or `Active`.
    var tracingMode = "PassThrough"
    /// ARN of the queue or topic for events that failed for good; event invoke configurations have a better one.
    var deadLetterTarget: String?
    var environment: EncryptedVariables?
    var code: FunctionCodeState
    var lastModified: Timestamp
    /// Changes with every change of the version.
    var revisionID: String
    /// The revision of `$LATEST` that a published version was made of.
    var publishedFrom: String?

    var timeout: Duration { .seconds(timeoutSeconds) }

    /// The version's own ARN; that of `$LATEST` is the function's.
    var qualifiedARN: String { version == Self.latest ? arn : "\(arn):\(version)" }
}

/// The code that a version runs.
struct FunctionCodeState: Sendable, Equatable {
    /// Where it comes from, as the template or the caller said: another handler or runtime may need it anew.
    var source: Result<FunctionCode, AWSServiceError>
    var command: FunctionCommand
    var sha256: String
    var size: Int
}

/// Where a version logs, and in which form.
struct FunctionLogging: Sendable, Equatable {
    enum Format: String, Sendable {
        case text = "Text"
        case json = "JSON"
    }

    var format = Format.text
    var group: String
    /// `INFO` and the like; only with the JSON format.
    var applicationLevel: String?
    var systemLevel: String?

    init(function: String) { group = "/aws/lambda/\(function)" }
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
