/// An alarm's state as CloudWatch names it.
enum AlarmState: String, CaseIterable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"

    /// The state that a text ends up with: `ALARM`, `OK -> ALARM`, `from OK to ALARM`. The last one named counts.
    init?(endOf text: String) {
        let words = text.split { !($0.isLetter || $0 == "_") }
        guard let last = words.lazy.reversed().compactMap({ AlarmState(rawValue: String($0)) }).first else {
            return nil
        }
        self = last
    }

    /// What stands in a narrow place.
    var short: String { self == .insufficientData ? "no data" : rawValue }
}
