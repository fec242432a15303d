import CZlib
import NIOHTTP1

/// Compresses the answers of an API that has a minimum compression size, for clients that accept it.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-enable-compression.html
struct AnswerCompression: Sendable {
    /// Bytes of a body from which on it is compressed.
    var minimumBytes: Int

    /// The answer, compressed if its client accepts that and it is not encoded yet.
    func applied(to response: ServerResponse, accepted: String?) -> ServerResponse {
        guard let encoding = Self.encoding(accepted), !response.body.isEmpty, response.body.count >= minimumBytes,
            !response.headers.contains(name: "Content-Encoding"),
            let body = Self.deflate(response.body, windowBits: encoding == "gzip" ? 15 + 16 : 15)
        else { return response }
        var response = response
        response.body = body
        response.headers.add(name: "Content-Encoding", value: encoding)
        return response
    }

    /// The encoding that a client prefers of those that API Gateway has; nil when it accepts none.
    static func encoding(_ accepted: String?) -> String? {
        guard let accepted else { return nil }
        var best: (name: String, quality: Double)?
        for element in accepted.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let first = parts.first, let name = ["*": "gzip", "gzip": "gzip", "deflate": "deflate"][first] else {
                continue
            }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if quality > 0, quality > best?.quality ?? 0 { best = (name, quality) }
        }
        return best?.name
    }

    private static func deflate(_ input: [UInt8], windowBits: Int32) -> [UInt8]? {
        var stream = z_stream()
        guard input.count <= Int(UInt32.max), firedrill_deflate_init(&stream, windowBits) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = input
        // The bound leaves room for the whole output, so one call does it.
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))) + 32)
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(clamping: source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(clamping: target.count)
                return CZlib.deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { return nil }
        return Array(output.prefix(output.count - Int(stream.avail_out)))
    }
}
