/// Doubles as CloudWatch prints them: always with a fraction, with an exponent from ten million on.
enum JavaNumber {
    /// The text is also a valid JSON number; the infinities and not-a-number, which no datapoint is, give `0.0`.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "0.0" }
        let magnitude = abs(value)
        if magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7) { return value.description }
        let text = value.description.lowercased()
        // Take Swift's shortest digits apart and set the point after the first one.
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.drop { $0 == "-" }.split(separator: "e")
        let mantissa = parts.first ?? "0"
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let pieces = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = pieces.first ?? "0"
        let fraction = pieces.count > 1 && pieces[1] != "0" ? pieces[1] : ""
        let digits = (whole + fraction).drop { $0 == "0" }
        let leadingZeros = (whole + fraction).count - digits.count
        exponent += whole.count - 1 - leadingZeros
        var rest = String(digits.dropFirst())
        while rest.hasSuffix("0") { rest.removeLast() }
        return "\(sign)\(digits.prefix(1)).\(rest.isEmpty ? "0" : rest)E\(exponent)"
    }
}
