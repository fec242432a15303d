import Crypto

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// S3's older signature, which clients still put into presigned URLs unless they are told otherwise.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
package enum ObjectSignatureV2 {
    /// The query parameters that name a part of the resource, and are signed with it.
    private static let signedParameters: Set<String> = [
        "accelerate", "acl", "analytics", "cors", "delete", "inventory", "lifecycle", "location", "logging", "metrics",
        "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
        "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]

    /// The signature of a request in base64.
    ///
    /// - Parameters:
    ///   - date: the moment that a presigned URL expires, in seconds since 1970, or the value of the header Date.
    ///   - path: with the bucket's name, as it is on the wire.
    ///   - query: decoded.
    package static func signature(
        secret: String, method: String, date: String, path: String, query: [(name: String, value: String?)],
        headers: [(name: String, value: String)]
    ) -> String {
        func value(_ name: String) -> String { headers.first { $0.name.lowercased() == name }?.value ?? "" }
        var lines = [method, value("content-md5"), value("content-type"), date]
        var amazon: [String: [String]] = [:]
        for header in headers where header.name.lowercased().hasPrefix("x-amz-") {
            amazon[header.name.lowercased(), default: []].append(CanonicalRequest.collapsed(header.value))
        }
        lines += amazon.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.joined(separator: ","))" }
        let signed = query.filter { signedParameters.contains($0.name) }.sorted { $0.name < $1.name }
            .map { parameter in parameter.value.map { "\(parameter.name)=\($0)" } ?? parameter.name }
        lines.append(path + (signed.isEmpty ? "" : "?" + signed.joined(separator: "&")))
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(lines.joined(separator: "\n").utf8), using: key)
        return Data(code).base64EncodedString()
    }
}
