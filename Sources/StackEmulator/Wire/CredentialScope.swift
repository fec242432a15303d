import HTTPExchange

/// Whom a signed request is for, as its signature says: `AKID/20260131/us-west-2/s3/aws4_request`.
struct CredentialScope: Sendable, Equatable {
    var accessKey: String
    var region: String
    var service: String

    /// Reads the scope from the Authorization header or, for a presigned URL, from the query; nil when there is none.
    init?(_ request: ServerRequest) {
        let text: String
        if let header = request.headers.first(name: "Authorization") {
            guard let range = header.firstRange(of: "Credential=") else { return nil }
            text = String(header[range.upperBound...].prefix { $0 != "," && $0 != " " })
        } else {
            guard request.query.contains("X-Amz-Credential"),
                let item = request.queryItems.first(where: { $0.name == "X-Amz-Credential" })
            else { return nil }
            text = item.value
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4] == "aws4_request" else { return nil }
        (accessKey, region, service) = (String(parts[0]), String(parts[2]), String(parts[3]))
    }
}
