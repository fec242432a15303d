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
            if cached.second != second { cached = (second, Self.text(of: now)) }
            return cached.text
        }
    }

    static func text(of moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        // 1970-01-01 was a Thursday.
        let days = moment.wholeSecondsSinceEpoch / 86_400
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
        return "\(weekday), \(twoDigits(civil.day)) \(monthName(civil.month)) \(civil.year) "
            + "\(twoDigits(civil.hour)):\(twoDigits(civil.minute)):\(twoDigits(civil.second)) GMT"
    }

    static func monthName(_ month: Int) -> String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return names.indices.contains(month - 1) ? names[month - 1] : "Jan"
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
