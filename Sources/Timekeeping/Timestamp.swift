/// A moment in universal time, in whole nanoseconds since 1970.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var nanosecondsSinceEpoch: Int64

    package init(nanosecondsSinceEpoch: Int64) { self.nanosecondsSinceEpoch = nanosecondsSinceEpoch }

    /// From seconds since 1970, rounded to the nearest nanosecond that a double can tell (about 200 ns in this century).
    package init(secondsSinceEpoch: Double) {
        let nanoseconds = (secondsSinceEpoch * 1e9).rounded()
        // A number from the wire may be anything; one outside the calendar's range is held at its edge.
        self.init(nanosecondsSinceEpoch: Int64(exactly: nanoseconds) ?? (nanoseconds < 0 ? .min / 2 : .max / 2))
    }

    package init(millisecondsSinceEpoch: Int64) {
        let (value, overflow) = millisecondsSinceEpoch.multipliedReportingOverflow(by: 1_000_000)
        self.init(nanosecondsSinceEpoch: overflow ? (millisecondsSinceEpoch < 0 ? .min / 2 : .max / 2) : value)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }

    package var secondsSinceEpoch: Double { Double(nanosecondsSinceEpoch) / 1e9 }
    package var millisecondsSinceEpoch: Int64 { nanosecondsSinceEpoch / 1_000_000 }
    /// Whole seconds, rounded down.
    package var wholeSecondsSinceEpoch: Int64 {
        let (quotient, remainder) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The start of the period of `seconds` that holds this moment, periods counted from 1970.
    package func floored(toSeconds seconds: Int64) -> Timestamp {
        let whole = wholeSecondsSinceEpoch
        let remainder = ((whole % seconds) + seconds) % seconds
        return Timestamp(nanosecondsSinceEpoch: (whole - remainder) * 1_000_000_000)
    }

    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(nanosecondsSinceEpoch: left.nanosecondsSinceEpoch &+ right.wholeNanoseconds)
    }

    package static func - (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(nanosecondsSinceEpoch: left.nanosecondsSinceEpoch &- right.wholeNanoseconds)
    }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .nanoseconds(left.nanosecondsSinceEpoch &- right.nanosecondsSinceEpoch)
    }
}

extension Duration {
    /// The duration in nanoseconds, held at the largest that 64 bits can say (292 years).
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// The duration in milliseconds.
    package var inMilliseconds: Double { inSeconds * 1e3 }
}
