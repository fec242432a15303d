extension Timestamp {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the form of dates in HTTP headers (RFC 9110, section 5.6.7).
    package var httpDate: String {
        let civil = CivilTime(self)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        // 1970-01-01 was a Thursday.
        let seconds = wholeSecondsSinceEpoch
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let month = Self.months.indices.contains(civil.month - 1) ? Self.months[civil.month - 1] : "Jan"
        return "\(Self.weekdays[Int((days % 7 + 7) % 7)]), \(two(civil.day)) \(month) \(civil.year) "
            + "\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) GMT"
    }

    /// Reads the form that `httpDate` writes; nil for any other.
    package init?(httpDate text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT" || words[5] == "UTC", let day = Int(words[1]),
            let month = Self.months.firstIndex(of: String(words[2])), let year = Int(words[3]), (1700..<2200) ~= year
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        self.init(iso8601: "\(year)-\(two(month + 1))-\(two(day))T\(words[4])Z")
    }
}
