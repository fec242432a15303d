package import HTTPExchange
package import Timekeeping

extension SignatureV4 {
    /// A URL that carries the signature in its query: whoever has it can make that one request until it expires.
    ///
    /// Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. S3 leaves the
    /// payload unsigned, as nobody knows it beforehand; the other services sign that it is empty.
    ///
    /// - Parameters:
    ///   - headers: what the request must be sent with, besides Host.
    ///   - lifetime: whole seconds count; AWS allows seven days at most.
    /// - Throws: `SigningError` when the URL cannot be taken apart.
    package func presignedURL(
        method: String, url text: String, headers: [HTTPHeader] = [], at time: Timestamp, lifetime: Duration
    ) throws(SigningError) -> String {
        guard var url = URLParts(text) else { throw SigningError(message: "not an HTTP URL: \(text)") }
        let date = time.basicISO8601
        let isObjectStore = service == "s3"
        // Known before the query is, and part of the query.
        let signedHeaders = CanonicalRequest(
            method: method, url: url, headers: headers, doubleEncodesPath: false, payloadHash: ""
        ).signedHeaders
        var fields = [
            ("X-Amz-Algorithm", PresentedSignature.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(date))"), ("X-Amz-Date", date),
            ("X-Amz-Expires", "\(lifetime.components.seconds)"), ("X-Amz-SignedHeaders", signedHeaders),
        ]
        if let token = credentials.sessionToken { fields.append(("X-Amz-Security-Token", token)) }
        let added = fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        url.query = url.query.isEmpty ? added : "\(url.query)&\(added)"
        let canonical = CanonicalRequest(
            method: method, url: url, headers: headers, doubleEncodesPath: !isObjectStore,
            payloadHash: isObjectStore ? "UNSIGNED-PAYLOAD" : PayloadHash.of([]))
        let signature = signature(of: canonical, date: date)
        return "\(url.scheme)://\(url.authority)\(url.target)&X-Amz-Signature=\(signature)"
    }
}
