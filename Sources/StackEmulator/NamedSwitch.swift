/// A fact about AWS that nobody has documented, under the name by which it is set.
///
/// Each is what a run against AWS would have to record; until then its default is the likelier side.
package struct NamedSwitch: Sendable {
    /// As the command line and files name it.
    package var name: String
    /// What it decides, for people.
    package var help: String
    /// The values it takes: `true|false`, `a whole number`, `text`.
    package var values: String
    private var read: @Sendable (EmulatorSwitches) -> String
    private var write: @Sendable (inout EmulatorSwitches, String) -> Bool

    /// The value that is set, as `set` takes it.
    package func value(in switches: EmulatorSwitches) -> String { read(switches) }

    /// Sets the switch.
    ///
    /// - Throws: `EmulatorError` that says which values it takes.
    package func set(_ value: String, in switches: inout EmulatorSwitches) throws(EmulatorError) {
        guard write(&switches, value) else {
            throw EmulatorError(
                code: .setting, message: "the switch \(name) takes \(values), not '\(value)'")
        }
    }

    /// Finds a switch.
    ///
    /// - Throws: `EmulatorError` that lists the switches there are.
    package static func named(_ name: String) throws(EmulatorError) -> NamedSwitch {
        if let found = all.first(where: { $0.name == name }) { return found }
        let names = all.map(\.name).joined(separator: ", ")
        throw EmulatorError(code: .setting, message: "there is no switch \(name); the switches are \(names)")
    }

    package static let all = [
        flag(
            "caches-error-answers", "answers of an integration with a status of 400 and more go into the stage cache",
            \.cachesErrorAnswers),
        flag(
            "invalidation-needs-permission",
            "Cache-Control: max-age=0 is obeyed only of callers that may invalidate the cache",
            \.cacheInvalidationNeedsPermission),
        flag(
            "blank-integration-latency-on-hits", "the access log's integrationLatency is blank on a hit, not 0",
            \.integrationLatencyIsBlankOnHits),
        text("throttled-message", "the words of a 429", \.throttledMessage),
        text("request-too-long-message", "the words of a 413", \.requestTooLongMessage),
        text("integration-timeout-message", "the words of a 504", \.integrationTimeoutMessage),
        number(
            "refused-invocation-status", "the gateway's answer when Lambda refuses to invoke the function", 400...599,
            \.refusedInvocationStatus),
        number(
            "evaluation-range-extra-periods", "how many periods beyond EvaluationPeriods an alarm looks at", 0...100,
            \.evaluationRangeExtraPeriods),
    ]

    private static func flag(
        _ name: String, _ help: String, _ path: any WritableKeyPath<EmulatorSwitches, Bool> & Sendable
    ) -> NamedSwitch {
        NamedSwitch(name: name, help: help, values: "true or false") {
            String($0[keyPath: path])
        } write: { switches, text in
            guard let value = Bool(text) else { return false }
            switches[keyPath: path] = value
            return true
        }
    }

    private static func number(
        _ name: String, _ help: String, _ range: ClosedRange<Int>,
        _ path: any WritableKeyPath<EmulatorSwitches, Int> & Sendable
    ) -> NamedSwitch {
        NamedSwitch(name: name, help: help, values: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            String($0[keyPath: path])
        } write: { switches, text in
            guard let value = Int(text), range.contains(value) else { return false }
            switches[keyPath: path] = value
            return true
        }
    }

    private static func text(
        _ name: String, _ help: String, _ path: any WritableKeyPath<EmulatorSwitches, String> & Sendable
    ) -> NamedSwitch {
        NamedSwitch(name: name, help: help, values: "a text") {
            $0[keyPath: path]
        } write: { switches, text in
            guard !text.isEmpty else { return false }
            switches[keyPath: path] = text
            return true
        }
    }
}
