import ExactJSON
import Timekeeping

/// What an invocation's outcome means for its caller, its log and its metrics.
struct InvocationReport: Sendable {
    var requestID: String
    var outcome: RuntimeOutcome
    /// From the hand-over of the event to the outcome, without a cold start's initialization.
    var duration: Duration
    /// Of a cold start; nil when the environment was warm.
    var initDuration: Duration?
    var timeout: Duration
    /// MiB.
    var memorySize: Int
    /// MiB.
    var peakMemory: Int

    /// A function that timed out ran for exactly its time-out, as far as Lambda is concerned.
    var measuredDuration: Duration { outcome == .timedOut ? timeout : duration }

    var functionError: String? {
        if case .response = outcome { return nil }
        return "Unhandled"
    }

    var payload: [UInt8] {
        switch outcome {
        case .response(let body): body
        case .failure(let body, _): body
        case .timedOut:
            LambdaText.errorPayload(type: "Sandbox.Timedout", message: "RequestId: \(requestID) Error: \(timeoutText)")
        case .exited(let end):
            LambdaText.errorPayload(type: Self.errorType(end), message: "RequestId: \(requestID) Error: \(end.reason)")
        case .stopped, .notTaken:
            LambdaText.errorPayload(
                type: "Runtime.ExitError", message: "RequestId: \(requestID) Error: the emulator was stopped")
        }
    }

    /// The lines that end the invocation in its log: the cause, END, and the REPORT with tabs between its fields.
    var logLines: [String] {
        var lines: [String] = []
        var status = ""
        switch outcome {
        case .response: break
        case .failure(_, let type): status = "\tStatus: error\tError Type: \(type)"
        case .timedOut:
            lines.append("RequestId: \(requestID) Error: \(timeoutText)")
            status = "\tStatus: timeout"
        case .exited(let end):
            lines.append("RequestId: \(requestID) Error: \(end.reason)\n\(Self.errorType(end))")
            status = "\tStatus: error\tError Type: \(Self.errorType(end))"
        case .stopped, .notTaken: status = "\tStatus: error\tError Type: Runtime.ExitError"
        }
        lines.append("END RequestId: \(requestID)")
        let measured = measuredDuration
        let initialization = initDuration.map { "\tInit Duration: \(LambdaText.milliseconds($0)) ms" } ?? ""
        lines.append(
            "REPORT RequestId: \(requestID)\tDuration: \(LambdaText.milliseconds(measured)) ms"
                + "\tBilled Duration: \(billedMilliseconds) ms\tMemory Size: \(memorySize) MB"
                + "\tMax Memory Used: \(peakMemory) MB" + initialization + status)
        return lines
    }

    /// The events that end the invocation in a log of the format JSON.
    func jsonLines(at moment: Timestamp) -> [String] {
        var metrics: [String: JSONValue] = [
            "durationMs": .double(Self.rounded(measuredDuration)), "billedDurationMs": .integer(billedMilliseconds),
            "memorySizeMB": .integer(memorySize), "maxMemoryUsedMB": .integer(peakMemory),
        ]
        if let initDuration { metrics["initDurationMs"] = .double(Self.rounded(initDuration)) }
        var record: [String: JSONValue] = [
            "requestId": .string(requestID), "metrics": .object(metrics), "status": "success",
        ]
        switch outcome {
        case .response: break
        case .timedOut: record["status"] = "timeout"
        case .failure(_, let type):
            record["status"] = "error"
            record["errorType"] = .string(type)
        case .exited(let end):
            record["status"] = "failure"
            record["errorType"] = .string(Self.errorType(end))
        case .stopped, .notTaken: record["status"] = "failure"
        }
        return [PlatformLine.event("platform.report", moment, record).text]
    }

    /// Initialization is billed with the invocation that it was for.
    private var billedMilliseconds: Int {
        Int(max(0, (measuredDuration + (initDuration ?? .zero)).inMilliseconds.rounded(.up)))
    }

    private static func rounded(_ duration: Duration) -> Double {
        (duration.inMilliseconds * 1000).rounded() / 1000
    }

    private var timeoutText: String { "Task timed out after \(LambdaText.seconds(timeout)) seconds" }

    private static func errorType(_ end: ProcessEnd) -> String {
        if case .notStarted = end { "Runtime.InvalidEntrypoint" } else { "Runtime.ExitError" }
    }
}
