import Synchronization
import Timekeeping

/// The value of the Date header (RFC 9110, section 5.6.7), made once a second.
final class HTTPDate: Sendable {
    private let realTime: @Sendable () -> Timestamp
    private let cached = Mutex((second: Int64.min, text: ""))

    init(realTime: @escaping @Sendable () -> Timestamp) { self.realTime = realTime }

    var text: String {
        let now = realTime()
        return cached.withLock { cached in
            let second = now.wholeSecondsSinceEpoch
            if cached.second != second { cached = (second, now.httpDate) }
            return cached.text
        }
    }

    static func monthName(_ month: Int) -> String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return names.indices.contains(month - 1) ? names[month - 1] : "Jan"
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
