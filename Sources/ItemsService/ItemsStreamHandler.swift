import ExactJSON
package import LambdaRuntime
import Synchronization
package import Timekeeping

/// The stream function: logs every change, so that a probe can follow its write to the end.
package final class ItemsStreamHandler: LambdaHandler {
    private let configuration: ItemsConfiguration
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (String) -> Void
    /// Changes that failed once already in this process.
    private let failedOnce = Mutex<Set<String>>([])
    private static let mostRemembered = 10_000

    /// - Parameter log: Writes one line.
    package init(
        configuration: ItemsConfiguration, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.now = now
        self.log = log
    }

    /// Follows one batch of changes.
    ///
    /// - Returns: The partial batch response: the first record that failed by itself, if any. Those after it are left for
    ///   the next attempt, which starts at it, so that order holds and nothing is done twice.
    /// - Throws: `ItemsError` for an event of another kind and for a fault that is to fail the whole invocation.
    package func handle(_ payload: [UInt8], context: LambdaContext) async throws -> [UInt8] {
        for record in try StreamRecord.records(of: payload) {
            if configuration.faultsEnabled, let fault = record.fault, fails(fault, record) {
                let members: [String: JSONValue] = [
                    "requestId": .string(context.requestID), "sequenceNumber": .string(record.sequenceNumber),
                    "id": record.id.map(JSONValue.string) ?? .null,
                ]
                log(LogLine.text(.warn, "injected fault: \(fault)", members))
                guard fault == "item" else {
                    throw ItemsError(code: .injectedFault, message: "injected fault: \(fault)")
                }
                return Self.answer(failed: record.sequenceNumber)
            }
            log(line(for: record, context))
        }
        return Self.answer(failed: nil)
    }

    /// Whether this record fails now: `item` and `throw` always do, `throw-once` only when met first, others never.
    private func fails(_ fault: String, _ record: StreamRecord) -> Bool {
        switch fault {
        case "item", "throw": return true
        case "throw-once":
            let change = "\(record.id ?? "") \(record.probe ?? record.sequenceNumber)"
            return failedOnce.withLock { failed in
                if failed.count >= Self.mostRemembered { failed.removeAll() }
                return failed.insert(change).inserted
            }
        default: return false
        }
    }

    private func line(for record: StreamRecord, _ context: LambdaContext) -> String {
        LogLine.text(
            .info, "record",
            [
                "eventID": .string(record.eventID), "eventName": .string(record.eventName),
                "id": record.id.map(JSONValue.string) ?? .null, "sequenceNumber": .string(record.sequenceNumber),
                "changed": .array(record.changed.map(JSONValue.string)),
                "probe": record.probe.map(JSONValue.string) ?? .null,
                "processedAt": Self.milliseconds(now()), "requestId": .string(context.requestID),
            ])
    }

    /// Milliseconds since 1970 to the nanosecond, which a double could not hold.
    private static func milliseconds(_ time: Timestamp) -> JSONValue {
        let (whole, fraction) = max(time.nanosecondsSinceEpoch, 0).quotientAndRemainder(dividingBy: 1_000_000)
        let digits = String(fraction)
        return .number("\(whole).\(String(repeating: "0", count: 6 - digits.count))\(digits)")
    }

    private static func answer(failed sequenceNumber: String?) -> [UInt8] {
        let failures = sequenceNumber.map { [JSONValue.object(["itemIdentifier": .string($0)])] } ?? []
        return JSONValue.object(["batchItemFailures": .array(failures)]).serialized()
    }
}
