/// Figures as a person reads them. Numbers carry no more digits than the measurement has.
enum Figure {
    static let missing = "n/a"

    /// `12,345`.
    static func count(_ value: some BinaryInteger) -> String { grouped(String(value)) }

    /// A number with a fixed count of decimals and grouped thousands.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return missing }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        // Beyond 2^53 a double has no decimals worth printing.
        guard scaled < 9e15 else { return "\(value)" }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = grouped(String(padded.dropLast(decimals)))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return sign + (decimals == 0 ? whole : whole + "." + padded.suffix(decimals))
    }

    /// At most two decimals, and none that are zero: `10`, `9.5`, `0.25`.
    static func number(_ value: Double) -> String {
        let text = fixed(value, 2)
        guard value.isFinite, text.contains("."), !text.contains("e") else { return text }
        var digits = Substring(text)
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return String(digits)
    }

    /// Milliseconds without the unit, with three significant digits as the histogram has them.
    static func milliseconds(_ value: Double) -> String {
        guard value.isFinite else { return missing }
        return fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    /// `0.8 s`, `41.2 s`, `12 min 5 s`, `1 h 3 min`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e9 else { return missing }
        if seconds < 0 { return "-" + duration(seconds: -seconds) }
        if seconds < 0.0005 { return "0 s" }
        if seconds < 0.9995 { return fixed(seconds * 1000, 0) + " ms" }
        if seconds < 59.95 { return number((seconds * 10).rounded() / 10) + " s" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        if hours > 0 { return minutes > 0 ? "\(count(hours)) h \(minutes) min" : "\(count(hours)) h" }
        return rest > 0 ? "\(minutes) min \(rest) s" : "\(minutes) min"
    }

    /// `12.3 ms`, and from a second on `2.82 s`.
    static func latency(milliseconds value: Double) -> String {
        guard value >= 999.5 else { return milliseconds(value) + " ms" }
        return value < 59_950 ? fixed(value / 1000, value < 9995 ? 2 : 1) + " s" : duration(seconds: value / 1000)
    }

    /// A share 0...1 as `0%`, `0.4%`, `31%`; a share that is not 0 is never shown as such.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return missing }
        let value = share * 100
        if value > 0, value < 0.05 { return "<0.1%" }
        if value < 100, value > 99.95 { return ">99.9%" }
        return (value == value.rounded() || value >= 99.95 ? fixed(value, 0) : fixed(value, 1)) + "%"
    }

    /// A part of a whole as a percentage; of nothing there is none.
    static func percent(_ part: UInt64, of whole: UInt64) -> String {
        whole == 0 ? missing : percent(Double(part) / Double(whole))
    }

    /// `1 check`, `3 checks`.
    static func counted(_ value: some BinaryInteger, _ singular: String, _ plural: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? singular : plural ?? singular + "s")"
    }

    private static func grouped(_ digits: String) -> String {
        let negative = digits.hasPrefix("-")
        var result = ""
        let bare = negative ? digits.dropFirst() : Substring(digits)
        for (index, digit) in bare.enumerated() {
            if index > 0, (bare.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return (negative ? "-" : "") + result
    }
}
