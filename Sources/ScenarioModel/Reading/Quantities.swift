/// Readers of the small quantities in a scenario file. Each gives nil for what is none.
enum Quantities {
    /// No duration in a scenario is longer, so that sums of them cannot overflow.
    static let longestDuration: Duration = .seconds(30 * 86_400)
    /// No generator sends faster.
    static let highestRatePerSecond = 1_000_000.0

    /// `200ms`, `10s`, `1.5m`, `1h`, `1m30s`.
    static func duration(_ text: String) -> Duration? {
        var rest = text.utf8[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard let (value, scale) = decimal(&rest) else { return nil }
            let unit = String(decoding: rest.prefix { $0 >= 0x61 && $0 <= 0x7A }, as: UTF8.self)
            rest = rest.dropFirst(unit.utf8.count)
            guard let nanoseconds = nanoseconds(inUnit: unit) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: nanoseconds)
            let (sum, carry) = total.addingReportingOverflow(product / scale)
            guard !overflow, !carry else { return nil }
            total = sum
        }
        let duration = Duration.nanoseconds(total)
        return duration <= longestDuration ? duration : nil
    }

    /// `100/s`, `600/m`, `2.5/s`, `90/h`; zero is refused.
    static func rate(_ text: String) -> Rate? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ["s", "m", "h"].contains(parts[1]),
            let period = nanoseconds(inUnit: String(parts[1]))
        else { return nil }
        var digits = parts[0].utf8[...]
        guard let (count, scale) = decimal(&digits), digits.isEmpty, count > 0 else { return nil }
        let rate = Rate(count: count, periodNanoseconds: period * scale)
        return rate.perSecond <= highestRatePerSecond ? rate : nil
    }

    /// `80%` or `0.8`, from 0 to 1.
    static func share(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let value = number(isPercent ? String(text.dropLast()) : text) else { return nil }
        let share = isPercent ? value / 100 : value
        return (0...1).contains(share) ? share : nil
    }

    /// A finite decimal number without exponent, sign allowed.
    static func number(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || $0 == 0x2D }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    static func nanoseconds(inUnit unit: String) -> Int64? {
        switch unit {
        case "us": 1_000
        case "ms": 1_000_000
        case "s": 1_000_000_000
        case "m": 60_000_000_000
        case "h": 3_600_000_000_000
        default: nil
        }
    }

    /// Digits with at most three decimals, as a whole number over 1, 10, 100 or 1000.
    private static func decimal(_ rest: inout Substring.UTF8View) -> (value: Int64, scale: Int64)? {
        let whole = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        rest = rest.dropFirst(whole.count)
        guard !whole.isEmpty, whole.count <= 12 else { return nil }
        var digits = String(decoding: whole, as: UTF8.self)
        var scale: Int64 = 1
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            rest = rest.dropFirst(fraction.count)
            guard (1...3).contains(fraction.count) else { return nil }
            digits += String(decoding: fraction, as: UTF8.self)
            for _ in 0..<fraction.count { scale *= 10 }
        }
        return Int64(digits).map { ($0, scale) }
    }
}
