import AWSSigning

/// What of a body a signature covers.
struct SignedPayload: Sendable {
    /// The last line of the canonical request: the body's hash, or a marker.
    var hash: String
    /// The hash is the sender's word and has to be compared with the body.
    private var isStated = false
    /// Each chunk of the body carries a signature of its own.
    private var hasSignedChunks = false

    /// Of a request whose signature is in its header.
    init(_ request: ServerRequest, isS3: Bool) {
        guard let stated = request.headers.first(name: "X-Amz-Content-SHA256") else {
            hash = PayloadHash.of(request.body)
            return
        }
        hash = stated
        if stated.hasPrefix("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") {
            hasSignedChunks = true
        } else {
            isStated = !(stated == "UNSIGNED-PAYLOAD" || stated == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        }
    }

    /// Of a presigned request to S3, whose body nobody knew when it was signed.
    init(unsignedPresigned request: ServerRequest) {
        hash = request.headers.first(name: "X-Amz-Content-SHA256") ?? "UNSIGNED-PAYLOAD"
    }

    func checkHash(of body: [UInt8]) throws(SignatureFault) {
        guard isStated, hash != PayloadHash.of(body) else { return }
        throw SignatureFault(
            kind: .payloadMismatch,
            message: "The provided 'x-amz-content-sha256' header does not match what was computed.")
    }

    /// Checks the chain of signatures of a body in chunks.
    ///
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    func checkChunks(
        of body: [UInt8], key: SigningKey, seed: String, date: String, scope: PresentedSignature.Scope
    ) throws(SignatureFault) {
        guard hasSignedChunks else { return }
        guard let chunks = ChunkedSignatures(body) else {
            throw SignatureFault(kind: .incomplete, message: "The request body terminated unexpectedly")
        }
        let place = "\(date)\n\(scope.day)/\(scope.region)/\(scope.service)/aws4_request"
        var previous = seed
        for chunk in chunks.chunks {
            let text =
                "AWS4-HMAC-SHA256-PAYLOAD\n\(place)\n\(previous)\n\(PayloadHash.of([]))\n\(PayloadHash.of(chunk.bytes))"
            guard SignatureGate.areEqual(key.sign(text), chunk.signature) else { throw SignatureFault.mismatch }
            previous = chunk.signature
        }
        guard hash.hasSuffix("-TRAILER") else { return }
        let text = "AWS4-HMAC-SHA256-TRAILER\n\(place)\n\(previous)\n\(PayloadHash.of(chunks.trailer))"
        guard let signature = chunks.trailerSignature, SignatureGate.areEqual(key.sign(text), signature) else {
            throw SignatureFault.mismatch
        }
    }
}

/// A body in signed chunks, as far as its signatures go: `size;chunk-signature=...`, the bytes, and trailers at the end.
struct ChunkedSignatures: Sendable {
    struct Chunk: Sendable {
        var bytes: ArraySlice<UInt8>
        var signature: String
    }

    var chunks: [Chunk] = []
    /// Trailing headers as they are signed: `name:value` and a line feed each.
    var trailer: [UInt8] = []
    var trailerSignature: String?

    /// Nil when the framing is broken.
    init?(_ body: [UInt8]) {
        var rest = body[...]
        func line() -> String? {
            guard let end = rest.firstIndex(of: 0x0A) else {
                defer { rest = [] }
                return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
            }
            var text = rest[..<end]
            if text.last == 0x0D { text = text.dropLast() }
            rest = rest[(end + 1)...]
            return String(decoding: text, as: UTF8.self)
        }
        while true {
            guard let head = line() else { return nil }
            let parts = head.split(separator: ";", maxSplits: 1)
            guard let size = parts.first.flatMap({ Int($0, radix: 16) }), size >= 0, size <= rest.count else {
                return nil
            }
            let signature = parts.count == 2 ? parts[1].split(separator: "=").last.map(String.init) : nil
            chunks.append(Chunk(bytes: rest.prefix(size), signature: signature ?? ""))
            rest = rest.dropFirst(size)
            if size == 0 { break }
            guard line() == "" else { return nil }
        }
        while let text = line() {
            if text.isEmpty { continue }
            guard let colon = text.firstIndex(of: ":") else { return nil }
            let (name, value) = (text[..<colon].lowercased(), text[text.index(after: colon)...])
            if name == "x-amz-trailer-signature" {
                trailerSignature = String(value)
            } else {
                trailer += Array("\(name):\(value)\n".utf8)
            }
        }
    }
}
