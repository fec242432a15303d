import Crypto
package import HTTPExchange
package import Timekeeping

/// Signs requests with AWS Signature Version 4.
///
/// Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. Checked against
/// botocore's signer.
package struct SignatureV4: Sendable {
    /// What is signed of the body.
    package enum Payload: Sendable, Equatable {
        /// The SHA-256 of its bytes.
        case hashed
        /// Nothing: `UNSIGNED-PAYLOAD`, said in the header `x-amz-content-sha256`.
        case unsigned
    }

    /// The service's signing name: `monitoring`, `dynamodb`, `execute-api`.
    package var service: String
    package var region: String
    package var credentials: AWSCredentials
    private let keys: SigningKeys

    /// - Parameter keys: remembers keys between signers.
    package init(service: String, region: String, credentials: AWSCredentials, keys: SigningKeys = SigningKeys()) {
        self.service = service
        self.region = region
        self.credentials = credentials
        self.keys = keys
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` where there is a token, and `Authorization` to the request.
    ///
    /// - Throws: `SigningError` when the URL cannot be taken apart.
    package func sign(_ request: inout HTTPRequest, at time: Timestamp, payload: Payload = .hashed)
        throws(SigningError)
    {
        guard let url = URLParts(request.url) else { throw SigningError(message: "not an HTTP URL: \(request.url)") }
        let date = time.basicISO8601
        request.headers.removeAll { $0.name.lowercased() == "authorization" }
        request.headers.set("X-Amz-Date", date)
        if let token = credentials.sessionToken { request.headers.set("X-Amz-Security-Token", token) }
        let hash: String
        switch payload {
        case .hashed: hash = Self.hexadecimal(SHA256.hash(data: request.body))
        case .unsigned:
            hash = "UNSIGNED-PAYLOAD"
            request.headers.set("X-Amz-Content-SHA256", hash)
        }
        let canonical = CanonicalRequest(
            method: request.method, url: url, headers: request.headers, doubleEncodesPath: service != "s3",
            payloadHash: hash)
        let signature = signature(of: canonical, date: date)
        request.headers.append(
            HTTPHeader(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(date)), "
                    + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"))
    }

    /// `<day>/<region>/<service>/aws4_request`.
    func scope(_ date: String) -> String { "\(date.prefix(8))/\(region)/\(service)/aws4_request" }

    /// The signature of a canonical request made at `date` (`20260131T080509Z`), in lower-case hexadecimal.
    package func signature(of canonical: CanonicalRequest, date: String) -> String {
        let hash = Self.hexadecimal(SHA256.hash(data: Array(canonical.text.utf8)))
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope(date))\n\(hash)"
        return keys.key(
            secret: credentials.secretAccessKey, day: String(date.prefix(8)), region: region, service: service
        ).sign(text)
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Why a request could not be signed.
package struct SigningError: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    package var description: String { message }
}
