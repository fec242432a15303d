/// An alarm's state as CloudWatch names it.
enum AlarmState: String, CaseIterable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"

    /// The states that a text names, in order: `ALARM`, `OK -> ALARM`, `Alarm updated from OK to ALARM`.
    static func named(in text: String) -> [AlarmState] {
        text.split { !($0.isLetter || $0 == "_") }.compactMap { AlarmState(rawValue: String($0)) }
    }

    /// The state that a text ends up with.
    init?(endOf text: String) {
        guard let last = Self.named(in: text).last else { return nil }
        self = last
    }

    /// What stands in a narrow place.
    var short: String { self == .insufficientData ? "no data" : rawValue }
}
