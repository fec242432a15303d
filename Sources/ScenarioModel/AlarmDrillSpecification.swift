/// An alarm that must ring, and how it is made to.
package struct AlarmDrillSpecification: Sendable, Equatable {
    package struct Expectation: Sendable, Equatable {
        /// The alarm must fire this soon after the last fault, on the target's clock.
        package var within: Duration
        /// It must be OK again this soon after it fired; nil: not checked.
        package var clears: Duration?
        /// `sns`: firing must have published to a topic; nil: not checked.
        package var action: AlarmAction?
        /// The most failing requests that the alarm may need to ring; nil: whatever its threshold says.
        package var maximumFailures: Int?

        package init(
            within: Duration = .seconds(15 * 60), clears: Duration? = .seconds(30 * 60), action: AlarmAction? = nil,
            maximumFailures: Int? = nil
        ) {
            self.within = within
            self.clears = clears
            self.action = action
            self.maximumFailures = maximumFailures
        }
    }

    /// A glob over alarm names, `*` and `?`.
    package var namePattern: String
    package var fault: AlarmFault
    package var expect: Expectation
    package var location: SourceLocation

    package init(
        namePattern: String, fault: AlarmFault, expect: Expectation = Expectation(),
        location: SourceLocation = SourceLocation()
    ) {
        self.namePattern = namePattern
        self.fault = fault
        self.expect = expect
        self.location = location
    }
}

package enum AlarmAction: String, Sendable, CaseIterable { case sns }

/// A real failing request.
package enum AlarmFault: Sendable, Equatable {
    /// An ordinary request that rightly earns a 4xx.
    case request(Step)
    /// A request with the stack's own fault header set to `value` (`throw`, `status-500`).
    case header(Step, value: String)
    /// A write whose record makes the stream function fail.
    case streamRecord(Step)
    /// An invocation past the API, with a payload that the function fails on.
    case invocation(function: String, payload: String)
    /// A request while the function behind it is allowed no invocation at all.
    case throttle(Step)
    /// What fits the alarm, chosen from what it watches.
    case automatic

    /// A payload that no handler of events or records understands.
    package static let poison = "\"firedrill poison\""

    /// The request that carries the fault; nil when none does.
    package var step: Step? {
        switch self {
        case .request(let step), .header(let step, _), .streamRecord(let step), .throttle(let step): step
        case .invocation, .automatic: nil
        }
    }
}
