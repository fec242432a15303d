import CZlib
import EmulatorCore

/// Undoes a request body's Content-Encoding; AWS's clients compress large metric data.
enum ContentDecoding {
    enum Result: Sendable {
        case decoded(ServerRequest)
        case refused(ServerResponse)
    }

    /// A decompressed body's limit, so that a small request cannot fill the memory.
    static let maximumBytes = 32 << 20

    static func decode(_ request: ServerRequest) -> Result {
        guard let encoding = request.headers.first(name: "Content-Encoding")?.lowercased(),
            encoding == "gzip" || encoding == "deflate", !request.body.isEmpty
        else { return .decoded(request) }
        var request = request
        do throws(Failure) { request.body = try inflate(request.body) } catch {
            let refusal =
                switch error {
                case .malformed:
                    AWSServiceError("SerializationException", "The request's body is no valid \(encoding) data.")
                case .tooLong:
                    AWSServiceError(
                        "RequestEntityTooLargeException",
                        "The request's body is longer than \(maximumBytes) bytes once it is decompressed.", status: 413)
                }
            return .refused(RESTAnswer.failure(refusal, messageMember: "message"))
        }
        request.headers.remove(name: "Content-Encoding")
        return .decoded(request)
    }

    /// Why a body cannot be decompressed; `malformed` is also one that was cut short.
    enum Failure: Error { case malformed, tooLong }

    /// Decompresses gzip or zlib data.
    static func inflate(_ input: [UInt8]) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, and 32 to tell gzip from zlib by the header.
        guard firedrill_inflate_init(&stream, 15 + 32) == Z_OK else { throw .malformed }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var input = input
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        return try input.withUnsafeMutableBufferPointer { source throws(Failure) -> [UInt8] in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            while true {
                let (status, written) = chunk.withUnsafeMutableBufferPointer { target -> (Int32, Int) in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard output.count + written <= maximumBytes else { throw .tooLong }
                output += chunk[..<written]
                if status == Z_STREAM_END { return output }
                guard status == Z_OK, written > 0 || stream.avail_in > 0 else { throw .malformed }
            }
        }
    }
}
