import HTTPExchange

/// `application/x-www-form-urlencoded`, the encoding of query strings and of AWS's query protocol.
enum FormEncoding {
    /// Names and values in the order sent, decoded; what is no valid encoding is kept as it stands.
    static func items(of text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&", omittingEmptySubsequences: true).map { pair in
            let sign = pair.firstIndex(of: "=")
            let name = pair[..<(sign ?? pair.endIndex)]
            let value = sign.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            return (decoded(name), decoded(value))
        }
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        // Most names and values have nothing to decode.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        return PercentEncoding.decode(text, plusIsSpace: true) ?? String(text)
    }
}
