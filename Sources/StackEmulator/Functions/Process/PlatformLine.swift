import ExactJSON
import Timekeeping

/// A line that Lambda itself writes into a function's log, as text or as JSON.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
enum PlatformLine: Sendable {
    case initStart(runtime: String, region: String)
    /// The runtime did not start.
    case initReport(RuntimeOutcome, limit: Duration)
    case start(requestID: String, version: String)

    /// The lines in the format Text.
    var text: String {
        switch self {
        case .initStart(let runtime, let region):
            "INIT_START Runtime Version: \(runtime)\tRuntime Version ARN: arn:aws:lambda:\(region)::runtime:emulated"
        case .initReport(.timedOut, let limit):
            "INIT_REPORT Init Duration: \(LambdaText.milliseconds(limit)) ms\tPhase: init\tStatus: timeout"
        case .initReport(.failure(_, let type), _): "INIT_REPORT Phase: init\tStatus: error\tError Type: \(type)"
        case .initReport: "INIT_REPORT Phase: init\tStatus: error\tError Type: Runtime.ExitError"
        case .start(let requestID, let version): "START RequestId: \(requestID) Version: \(version)"
        }
    }

    /// The event in the format JSON.
    func json(at moment: Timestamp) -> JSONValue {
        switch self {
        case .initStart(let runtime, let region):
            Self.event(
                "platform.initStart", moment,
                [
                    "initializationType": "on-demand", "phase": "init", "runtimeVersion": .string(runtime),
                    "runtimeVersionArn": .string("arn:aws:lambda:\(region)::runtime:emulated"),
                ])
        case .initReport(let outcome, let limit):
            Self.event(
                "platform.initReport", moment,
                [
                    "initializationType": "on-demand", "phase": "init",
                    "status": outcome == .timedOut ? "timeout" : "error",
                    "metrics": ["durationMs": .double(outcome == .timedOut ? limit.inMilliseconds : 0)],
                ])
        case .start(let requestID, let version):
            Self.event(
                "platform.start", moment, ["requestId": .string(requestID), "version": .string(version)])
        }
    }

    static func event(_ type: String, _ moment: Timestamp, _ record: [String: JSONValue]) -> JSONValue {
        ["time": .string(moment.iso8601), "type": .string(type), "record": .object(record)]
    }
}
