import EmulatedObjects
import EmulatorCore
import HTTPExchange
import NIOHTTP1
import Timekeeping

/// S3 over HTTP: bucket and key told from host and path, presigned URLs, answers.
struct S3Protocol: Sendable {
    var objects: ObjectService
    /// The machine's time, which signatures are made with.
    var realTime: @Sendable () -> Timestamp

    /// The longest body of a request that is no upload; each service has its own, shorter limit.
    private static let longestCall = 17 << 20
    /// The longest body of an upload, with its chunks' headers.
    private static let longestUpload = ObjectService.maximumUploadBytes + (8 << 20)

    /// The longest body that is taken in.
    @Sendable static func maximumBodyBytes(_ head: HTTPRequestHead) -> Int {
        let path = head.uri.prefix { $0 != "?" }
        if LambdaCall.takesCode(method: head.method.rawValue, path: path) { return LambdaCall.longestUpload }
        guard head.method == .PUT else { return longestCall }
        let request = ServerRequest(method: head.method.rawValue, target: head.uri, headers: head.headers)
        return isMeant(request) ? longestUpload : longestCall
    }

    /// Whether a request is S3's: by its signature's scope, its host, or the older signature that only S3 still takes.
    static func isMeant(_ request: ServerRequest) -> Bool {
        if let scope = CredentialScope(request) { return scope.service == "s3" || scope.service == "s3express" }
        if let host = request.headers.first(name: "Host"), S3Host(host)?.isNamedForS3 == true { return true }
        return request.headers.first(name: "Authorization")?.hasPrefix("AWS ") == true
            || request.query.contains("AWSAccessKeyId=")
    }

    func answer(_ request: ServerRequest) async -> ServerResponse {
        let answer: ObjectAnswer
        if isExpired(request) {
            let error = AWSServiceError("AccessDenied", "Request has expired", status: 403)
            answer = objects.refuse(error, resource: String(request.path))
        } else if let call = Self.call(request) {
            answer = await objects.answer(call)
        } else {
            answer = objects.refuse(
                AWSServiceError("InvalidURI", "Couldn't parse the specified URI."), resource: String(request.path))
        }
        return ServerResponse(
            status: answer.status, headers: HTTPHeaders(answer.headers.map { ($0.name, $0.value) }), body: answer.body)
    }

    /// Nil when the path cannot be decoded.
    static func call(_ request: ServerRequest) -> ObjectRequest? {
        let host = request.headers.first(name: "Host").flatMap { S3Host($0) }
        var rest = request.path.dropFirst(request.path.hasPrefix("/") ? 1 : 0)
        var bucket = host?.bucket
        if bucket == nil {
            let first = rest.prefix { $0 != "/" }
            rest = rest[first.endIndex...].dropFirst()
            guard let name = PercentEncoding.decode(first) else { return nil }
            bucket = name.isEmpty ? nil : name
        }
        guard let key = PercentEncoding.decode(rest) else { return nil }
        return ObjectRequest(
            method: request.method, bucket: bucket, key: key.isEmpty ? nil : key,
            query: request.queryItems.map { .init(name: $0.name, value: $0.value) },
            headers: request.headers.map { HTTPHeader($0.name, $0.value) }, body: request.body,
            isBodyTooLong: request.isBodyTooLong)
    }

    /// Whether a presigned URL was used too late.
    private func isExpired(_ request: ServerRequest) -> Bool {
        guard request.query.contains("X-Amz-Expires") || request.query.contains("AWSAccessKeyId=") else { return false }
        let items = request.queryItems
        func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
        if let text = value("Expires"), let seconds = Int64(text) {
            return seconds < realTime().wholeSecondsSinceEpoch
        }
        guard let date = value("X-Amz-Date").flatMap({ Timestamp(basicISO8601: $0) }),
            let seconds = value("X-Amz-Expires").flatMap({ Int($0) })
        else { return false }
        return date + .seconds(max(0, min(seconds, 604_800))) < realTime()
    }
}

/// The bucket in a host's name: `b.s3.us-west-2.amazonaws.com`, `b.s3.localhost:4566`, `b.localhost`.
struct S3Host: Sendable, Equatable {
    /// Nil when the bucket is the path's first part.
    var bucket: String?
    /// Whether the name itself says that this is S3.
    var isNamedForS3: Bool

    /// Nil for a host that says nothing about S3.
    init?(_ header: String) {
        let host = header.prefix { $0 != ":" }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let domain: Int
        if host.hasSuffix(".amazonaws.com") {
            domain = 2
        } else if host.hasSuffix(".localhost") {
            domain = 1
        } else {
            return nil
        }
        let front = labels.dropLast(domain)
        // A bucket's name may have dots, and may even have `s3` among its labels: the last one counts.
        if let index = front.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }), front.count - index <= 3 {
            let name = front[..<index].joined(separator: ".")
            self.init(bucket: name.isEmpty ? nil : name, isNamedForS3: true)
        } else if domain == 1 {
            self.init(bucket: front.joined(separator: "."), isNamedForS3: false)
        } else {
            return nil
        }
    }

    private init(bucket: String?, isNamedForS3: Bool) {
        self.bucket = bucket
        self.isNamedForS3 = isNamedForS3
    }
}
