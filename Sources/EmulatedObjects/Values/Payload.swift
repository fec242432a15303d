import Crypto
import EmulatorCore
import Foundation
import HTTPExchange

/// The content of a request that puts an object or a part, unwrapped and checked against all that its headers say of it.
struct Payload: Sendable {
    /// Longest content of one request; s3transfer sends parts of 8 MB.
    static let maximumBytes = 256 << 20

    var bytes: [UInt8]
    var md5: [UInt8]
    /// What the caller gave, checked; CRC64NVME when nothing was given, as S3 makes it.
    var checksum: Checksum

    /// - Throws: `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`, `EntityTooLarge` and the like.
    init(_ request: ObjectRequest) throws(AWSServiceError) {
        let (body, trailers) = try Self.content(of: request)
        bytes = body
        md5 = Array(Insecure.MD5.hash(data: body))
        try Self.checkMD5(request, md5)
        checksum = try Self.checksum(request.headers + trailers, body)
    }

    /// The body without its chunks, and the headers after it.
    static func content(of request: ObjectRequest) throws(AWSServiceError) -> (bytes: [UInt8], trailers: [HTTPHeader]) {
        guard !request.isBodyTooLong, request.body.count <= maximumBytes + (8 << 20) else { throw tooLarge }
        let hash = request.header("x-amz-content-sha256") ?? ""
        guard hash.hasPrefix("STREAMING-") || contentEncodings(request).contains("aws-chunked") else {
            if hash.utf8.count == 64, hash != Hexadecimal.text(SHA256.hash(data: request.body)) {
                throw AWSServiceError(
                    "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                    members: ["ClientComputedContentSHA256": .string(hash)])
            }
            return (request.body, [])
        }
        guard let chunked = ChunkedBody(request.body) else {
            throw AWSServiceError("IncompleteBody", "The request body terminated unexpectedly")
        }
        if let stated = request.header("x-amz-decoded-content-length"), Int(stated) != chunked.bytes.count {
            throw AWSServiceError(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header")
        }
        guard chunked.bytes.count <= maximumBytes else { throw tooLarge }
        return (chunked.bytes, chunked.trailers)
    }

    private static var tooLarge: AWSServiceError {
        AWSServiceError(
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size. "
                + "The emulator takes 256 MiB in one request; a multipart upload may be larger.",
            members: ["MaxSizeAllowed": .string(String(maximumBytes))])
    }

    static func contentEncodings(_ request: ObjectRequest) -> [String] {
        (request.header("Content-Encoding") ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private static func checkMD5(_ request: ObjectRequest, _ md5: [UInt8]) throws(AWSServiceError) {
        guard let stated = request.header("Content-MD5") else { return }
        guard let wanted = Data(base64Encoded: stated), wanted.count == 16 else {
            throw AWSServiceError(
                "InvalidDigest", "The Content-MD5 you specified was invalid.", members: ["Content-MD5": .string(stated)]
            )
        }
        guard wanted.elementsEqual(md5) else {
            throw AWSServiceError(
                "BadDigest", "The Content-MD5 you specified did not match what we received.",
                members: [
                    "ExpectedDigest": .string(stated), "CalculatedDigest": .string(Data(md5).base64EncodedString()),
                ])
        }
    }

    private static func checksum(_ headers: [HTTPHeader], _ body: [UInt8]) throws(AWSServiceError) -> Checksum {
        let given = ChecksumAlgorithm.allCases.compactMap { algorithm in
            headers.first(algorithm.header).map { (algorithm, $0) }
        }
        guard given.count <= 1 else {
            throw .invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        let named = (headers.first("x-amz-sdk-checksum-algorithm") ?? headers.first("x-amz-checksum-algorithm"))
            .flatMap { ChecksumAlgorithm(rawValue: $0.uppercased()) }
        let algorithm = given.first?.0 ?? named ?? .crc64nvme
        let value = Data(algorithm.digest(body)).base64EncodedString()
        if let (_, stated) = given.first {
            guard let bytes = Data(base64Encoded: stated), bytes.count == algorithm.length else {
                throw .invalidRequest("Value for \(algorithm.header) header is invalid.")
            }
            guard stated == value else {
                throw AWSServiceError(
                    "BadDigest",
                    "The \(algorithm.rawValue) you specified did not match the calculated checksum.")
            }
        }
        return Checksum(algorithm: algorithm, value: value)
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        let nibbles = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x41 + 10
            case 0x61...0x66: byte - 0x61 + 10
            default: nil
            }
        }
        guard nibbles.count == text.utf8.count, nibbles.count % 2 == 0 else { return nil }
        return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }
}
