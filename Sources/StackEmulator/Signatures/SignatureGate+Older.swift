import AWSSigning
import HTTPExchange
import Timekeeping

extension SignatureGate {
    /// Checks S3's older signature, in a presigned URL or in an Authorization header; nil when the request carries none.
    func checkOlder(_ request: ServerRequest) throws(SignatureFault) -> AWSCredentials? {
        let items = request.query.split(separator: "&").map { pair -> (name: String, value: String?) in
            guard let sign = pair.firstIndex(of: "=") else { return (String(pair), nil) }
            let value = pair[pair.index(after: sign)...]
            return (String(pair[..<sign]), PercentEncoding.decode(value, plusIsSpace: true) ?? String(value))
        }
        func item(_ name: String) -> String? { items.last { $0.name == name }?.value }
        if let header = request.headers.first(name: "Authorization"), header.hasPrefix("AWS ") {
            let parts = header.dropFirst(4).split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                throw SignatureFault(
                    kind: .incomplete, message: "AWS authorization header is invalid. Expected AwsAccessKeyId:signature"
                )
            }
            let date = request.headers.contains(name: "X-Amz-Date") ? "" : request.headers.first(name: "Date") ?? ""
            return try verifyOlder(request, items, key: String(parts[0]), signature: String(parts[1]), date: date)
        }
        guard let key = item("AWSAccessKeyId"), let signature = item("Signature"), let expires = item("Expires") else {
            return nil
        }
        guard let end = Int64(expires), realTime().wholeSecondsSinceEpoch <= end else {
            throw SignatureFault(kind: .presignedExpired, message: "Request has expired")
        }
        return try verifyOlder(request, items, key: key, signature: signature, date: expires)
    }

    private func verifyOlder(
        _ request: ServerRequest, _ items: [(name: String, value: String?)], key: String, signature: String,
        date: String
    ) throws(SignatureFault) -> AWSCredentials {
        guard let signed = credentials[key] else { throw SignatureFault.unknownKey }
        var path = String(request.path)
        if let bucket = request.headers.first(name: "Host").flatMap({ S3Host($0)?.bucket }) {
            path = "/\(bucket)\(path)"
        }
        let computed = ObjectSignatureV2.signature(
            secret: signed.secretAccessKey, method: request.method, date: date, path: path, query: items,
            headers: request.headers.map { ($0.name, $0.value) })
        guard Self.areEqual(computed, signature) else { throw SignatureFault.mismatch }
        return signed
    }
}
