/// A request ready to be written: constant bytes and slots.
struct CompiledRequest: Sendable {
    /// Index of the request's name among the plan's names.
    var name: Int
    var isHead: Bool
    /// The head up to where Content-Length's digits go, or the whole request when its length never varies.
    var head: [Slot]
    /// Empty when the request's length never varies.
    var body: [Slot]
    var hasVaryingBody: Bool
    var captures: [CompiledCapture]
    /// Any of these; empty: any below 400.
    var statuses: [Int]
    var json: [CompiledJSONExpectation]
    var headers: [CompiledHeaderExpectation]
    var isCached: Bool
    /// Nanoseconds.
    var thinkMinimum: UInt64
    var thinkSpan: UInt64

    var needsBody: Bool {
        !json.isEmpty
            || captures.contains { if case .json = $0.source { true } else { false } }
    }

    var needsHeaders: Bool {
        isCached || !headers.isEmpty
            || captures.contains { if case .header = $0.source { true } else { false } }
    }

    func isExpected(_ status: Int) -> Bool {
        if statuses.isEmpty { return status < 400 }
        for expected in statuses where expected == status { return true }
        return false
    }
}

/// A place in a request and what goes there.
enum Slot: Sendable, Equatable {
    /// How a captured value must be written to stay what it is.
    enum Encoding: Sendable, Equatable {
        case plain
        /// Percent-encoded for a URL.
        case url
        /// Without what would end the header.
        case header
        /// Escaped, inside the quotes of a JSON string.
        case jsonText
        /// A JSON value of its own: quoted when it was captured as a string.
        case jsonValue
    }

    /// A range of the plan's bytes.
    case bytes(start: Int, count: Int)
    case uuid
    /// `low` plus a number from 0 to `span`.
    case randomInteger(low: Int64, span: UInt64)
    case sequence
    case timestamp
    case variable(Int, Encoding)
}

struct CompiledCapture: Sendable {
    enum Source: Sendable {
        case json(CompiledJSONPath)
        /// Lower case.
        case header([UInt8])
    }

    var variable: Int
    var source: Source
}

struct CompiledJSONExpectation: Sendable {
    enum Form: Sendable { case text, literal, any }

    var path: CompiledJSONPath
    var form: Form
    var value: [Slot]
}

struct CompiledHeaderExpectation: Sendable {
    /// Lower case.
    var name: [UInt8]
    var value: [Slot]
}

/// A load ready to run.
struct CompiledLoad: Sendable {
    struct Share: Sendable {
        /// The flow's requests among the plan's.
        var requests: Range<Int>
        /// Sum of the weights up to and including this one.
        var upTo: UInt64
    }

    var schedule: ArrivalSchedule
    /// Nanoseconds after the phase's beginning.
    var start: UInt64
    var duration: UInt64
    var gracefulStop: UInt64
    var maxInFlight: Int
    var mix: [Share]
    /// Seeds what the iterations draw.
    var seed: UInt64

    /// The flow of an arrival, by its number alone.
    func requests(ofArrival number: UInt64) -> Range<Int> {
        guard mix.count > 1, let total = mix.last?.upTo else { return mix.first?.requests ?? 0..<0 }
        var random = SplitMix64(seed: seed, stream: 3, index: number)
        let point = random.below(total)
        for share in mix where point < share.upTo { return share.requests }
        return mix[0].requests
    }
}
