/// The status that a mock integration's filled-in request template names.
enum MockStatus {
    /// The number after `statusCode`, quoted or not: the CDK writes `{ statusCode: 200 }`, which is no JSON.
    static func read(_ text: String) -> Int? {
        guard let name = text.firstRange(of: "statusCode") else { return nil }
        let rest = text[name.upperBound...].drop { $0 != ":" }.dropFirst()
            .drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\"" || $0 == "'" }
        guard let status = Int(rest.prefix { $0.isASCII && $0.isNumber }), (200...599).contains(status) else {
            return nil
        }
        return status
    }
}
