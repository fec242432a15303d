import AWSSigning
import EmulatorCore
import HTTPExchange
import Timekeeping

/// Checks whether a request is signed by a key that is known, and still is what was signed.
///
/// Signatures age in real time, whatever the emulator's clock says: callers sign by the machine's.
struct SignatureGate: Sendable {
    enum Outcome: Sendable {
        case valid(AWSCredentials)
        case unsigned
        case refused(SignatureFault)
    }

    /// How far the moment of signing may be away from now.
    static let tolerance: Duration = .seconds(15 * 60)
    /// A presigned request's longest life.
    static let longestLife = 604_800

    var credentials: KnownCredentials
    var realTime: @Sendable () -> Timestamp

    /// - Parameter service: the signing name that the request has to be scoped to; nil takes any.
    func check(_ request: ServerRequest, service: String?) -> Outcome {
        do throws(SignatureFault) {
            if let header = request.headers.first(name: "Authorization"), header.hasPrefix("AWS4-") {
                return .valid(try checkHeader(header, request, service))
            }
            let items = request.queryItems
            if items.contains(where: { $0.name == "X-Amz-Algorithm" }) {
                return .valid(try checkQuery(items, request, service))
            }
            if service == nil || service == "s3", let signed = try checkOlder(request) { return .valid(signed) }
            return .unsigned
        } catch {
            return .refused(error)
        }
    }

    // MARK: The two forms

    private func checkHeader(
        _ header: String, _ request: ServerRequest, _ service: String?
    ) throws(SignatureFault) -> AWSCredentials {
        guard header.hasPrefix(PresentedSignature.algorithm + " ") else {
            throw SignatureFault(
                kind: .incomplete,
                message: "The algorithm of the Authorization header is not \(PresentedSignature.algorithm).")
        }
        let presented: PresentedSignature
        do throws(MalformedSignature) { presented = try PresentedSignature(authorization: header) } catch {
            throw SignatureFault(error)
        }
        guard let date = request.headers.first(name: "X-Amz-Date") else {
            throw SignatureFault(
                kind: .incomplete,
                message: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        }
        let signed = try known(presented, service, token: request.headers.first(name: "X-Amz-Security-Token"))
        try checkAge(date)
        let payload = SignedPayload(request, isS3: presented.scope.service == "s3")
        try payload.checkHash(of: request.body)
        let key = try verify(presented, request, query: String(request.query), date: date, payload: payload, by: signed)
        try payload.checkChunks(
            of: request.body, key: key, seed: presented.signature, date: date, scope: presented.scope)
        return signed
    }

    private func checkQuery(
        _ items: [(name: String, value: String)], _ request: ServerRequest, _ service: String?
    ) throws(SignatureFault) -> AWSCredentials {
        func value(_ name: String) throws(SignatureFault) -> String {
            guard let value = items.last(where: { $0.name == name })?.value, !value.isEmpty else {
                throw SignatureFault(
                    kind: .incomplete,
                    message:
                        "AWS query-string parameters must include '\(name)'. Re-examine the query-string parameters.")
            }
            return value
        }
        guard try value("X-Amz-Algorithm") == PresentedSignature.algorithm else {
            throw SignatureFault(
                kind: .incomplete, message: "X-Amz-Algorithm only supports \"\(PresentedSignature.algorithm)\"")
        }
        let presented: PresentedSignature
        let (credential, headers) = (try value("X-Amz-Credential"), try value("X-Amz-SignedHeaders"))
        let signature = try value("X-Amz-Signature")
        do throws(MalformedSignature) {
            presented = try PresentedSignature(credential: credential, signedHeaders: headers, signature: signature)
        } catch {
            throw SignatureFault(error)
        }
        let date = try value("X-Amz-Date")
        let signed = try known(
            presented, service, token: items.last { $0.name == "X-Amz-Security-Token" }?.value)
        let isS3 = presented.scope.service == "s3"
        try checkLife(
            date,
            try items.last { $0.name == "X-Amz-Expires" }.map { item throws(SignatureFault) in
                guard let seconds = Int(item.value), (1...Self.longestLife).contains(seconds) else {
                    throw SignatureFault(
                        kind: .incomplete, message: "X-Amz-Expires must be between 1 and 604800 seconds")
                }
                return seconds
            } ?? Int(Self.tolerance.inSeconds))
        let payload = isS3 ? SignedPayload(unsignedPresigned: request) : SignedPayload(request, isS3: false)
        let query = request.query.split(separator: "&").filter { !$0.hasPrefix("X-Amz-Signature=") }
            .joined(separator: "&")
        _ = try verify(presented, request, query: query, date: date, payload: payload, by: signed)
        return signed
    }

    // MARK: What is checked

    private func known(
        _ presented: PresentedSignature, _ service: String?, token: String?
    ) throws(SignatureFault) -> AWSCredentials {
        guard let signed = credentials[presented.scope.accessKeyID] else { throw SignatureFault.unknownKey }
        if let own = signed.sessionToken, own != token {
            throw SignatureFault(kind: .wrongToken, message: SignatureFault.unknownKey.message)
        }
        if let service, presented.scope.service != service {
            throw SignatureFault(
                kind: .mismatch, message: "Credential should be scoped to correct service: '\(service)'. ")
        }
        return signed
    }

    private func moment(_ date: String) throws(SignatureFault) -> Timestamp {
        guard let moment = Timestamp(basicISO8601: date) else {
            throw SignatureFault(
                kind: .incomplete,
                message:
                    "Date must be in ISO-8601 'basic format'. Got '\(date)'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        return moment
    }

    private func checkAge(_ date: String) throws(SignatureFault) {
        let (moment, now) = (try moment(date), realTime())
        if moment < now - Self.tolerance {
            let earliest = (now - Self.tolerance).basicISO8601
            throw SignatureFault(
                kind: .skewed,
                message: "Signature expired: \(date) is now earlier than \(earliest) (\(now.basicISO8601) - 15 min.)")
        }
        if moment > now + Self.tolerance {
            let latest = (now + Self.tolerance).basicISO8601
            throw SignatureFault(
                kind: .skewed,
                message:
                    "Signature not yet current: \(date) is still later than \(latest) (\(now.basicISO8601) + 15 min.)")
        }
    }

    private func checkLife(_ date: String, _ seconds: Int) throws(SignatureFault) {
        let (moment, now) = (try moment(date), realTime())
        if now > moment + .seconds(seconds) {
            throw SignatureFault(
                kind: .presignedExpired, message: "Signature expired: \(date) is now earlier than \(now.basicISO8601)")
        }
        if moment > now + Self.tolerance {
            throw SignatureFault(kind: .presignedExpired, message: "Signature not yet current: \(date)")
        }
    }

    /// Computes the signature anew and compares; gives the key, with which chunks of the body are signed too.
    private func verify(
        _ presented: PresentedSignature, _ request: ServerRequest, query: String, date: String, payload: SignedPayload,
        by signed: AWSCredentials
    ) throws(SignatureFault) -> SigningKey {
        let scope = presented.scope
        guard scope.day == date.prefix(8) else {
            throw SignatureFault(
                kind: .mismatch,
                message: "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(scope.day)' != '\(date.prefix(8))', from '\(date)'.")
        }
        guard presented.signedHeaders.contains("host") || presented.signedHeaders.contains(":authority") else {
            throw SignatureFault(
                kind: .mismatch, message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        let canonical = CanonicalRequest(
            method: request.method, path: String(request.path), query: query, signedHeaders: presented.signedHeaders,
            values: { request.headers[$0] }, doubleEncodesPath: scope.service != "s3", payloadHash: payload.hash)
        let key = SigningKey(
            secret: signed.secretAccessKey, day: scope.day, region: scope.region, service: scope.service)
        let text = [
            PresentedSignature.algorithm, date, "\(scope.day)/\(scope.region)/\(scope.service)/aws4_request",
            PayloadHash.of(canonical.text.utf8),
        ].joined(separator: "\n")
        guard Self.areEqual(key.sign(text), presented.signature) else { throw SignatureFault.mismatch }
        return key
    }

    /// Compares in a time that does not depend on where two texts differ.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
