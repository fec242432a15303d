/// A Signature V4 as a request carries it, in its Authorization header or in its query string.
///
/// Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package struct PresentedSignature: Sendable, Equatable {
    /// `<day>/<region>/<service>/aws4_request` after the key's id.
    package struct Scope: Sendable, Equatable {
        package var accessKeyID: String
        /// `20260131`.
        package var day: String
        package var region: String
        package var service: String

        /// Reads a credential; nil when it has not five parts or ends otherwise.
        package init?(_ credential: some StringProtocol) {
            let parts = String(credential).split(separator: "/" as Character, omittingEmptySubsequences: false)
                .map { String($0) }
            // A key's id may have slashes of its own.
            guard parts.count >= 5, parts[parts.count - 1] == "aws4_request" else { return nil }
            service = parts[parts.count - 2]
            region = parts[parts.count - 3]
            day = parts[parts.count - 4]
            accessKeyID = parts[..<(parts.count - 4)].joined(separator: "/")
        }
    }

    package var scope: Scope
    /// Names in lower case, in the order sent.
    package var signedHeaders: [String]
    /// Lower-case hexadecimal digits.
    package var signature: String

    /// The algorithm's name, with which an Authorization header starts.
    package static let algorithm = "AWS4-HMAC-SHA256"

    package init(scope: Scope, signedHeaders: [String], signature: String) {
        self.scope = scope
        self.signedHeaders = signedHeaders
        self.signature = signature
    }

    /// Reads an Authorization header that starts with the algorithm's name.
    ///
    /// - Throws: AWS's words for what is missing in it.
    package init(authorization header: String) throws(MalformedSignature) {
        var fields: [Substring: Substring] = [:]
        for part in header.dropFirst(Self.algorithm.count).split(separator: ",") {
            let trimmed = part.drop { $0 == " " }
            guard let sign = trimmed.firstIndex(of: "=") else { continue }
            var value = trimmed[trimmed.index(after: sign)...]
            while value.last == " " { value = value.dropLast() }
            fields[trimmed[..<sign]] = value
        }
        let missing = ["Credential", "Signature", "SignedHeaders"].filter { fields[Substring($0)]?.isEmpty ?? true }
        guard missing.isEmpty else {
            let words = missing.map { "Authorization header requires '\($0)' parameter." }.joined(separator: " ")
            throw MalformedSignature(message: words + " Authorization=\(Self.algorithm)")
        }
        try self.init(
            credential: fields["Credential"] ?? "", signedHeaders: fields["SignedHeaders"] ?? "",
            signature: fields["Signature"] ?? "")
    }

    /// From the three fields as a header or a query string has them.
    package init(
        credential: some StringProtocol, signedHeaders: some StringProtocol, signature: some StringProtocol
    ) throws(MalformedSignature) {
        guard let scope = Scope(credential) else {
            throw MalformedSignature(
                message: "Credential must have exactly 5 slash-delimited elements, e.g. "
                    + "keyid/date/region/service/term, got '\(credential)'")
        }
        self.scope = scope
        self.signedHeaders = signedHeaders.split(separator: ";").map { $0.lowercased() }
        self.signature = String(signature)
    }
}

/// What of a request's signature cannot be read.
package struct MalformedSignature: Error, Sendable, Equatable {
    package var message: String
}
