import CZlib
import Crypto

/// The algorithms of S3's additional checksums
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
enum ChecksumAlgorithm: String, Sendable, CaseIterable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64nvme = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// `x-amz-checksum-crc32`.
    var header: String { "x-amz-checksum-" + rawValue.lowercased() }
    /// The element of answers: `ChecksumCRC32`.
    var element: String { "Checksum" + rawValue }
    var length: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The checksum's bytes, most significant first.
    func digest(_ bytes: [UInt8]) -> [UInt8] { digest([bytes]) }

    /// The checksum over several pieces as over one.
    func digest(_ pieces: [[UInt8]]) -> [UInt8] {
        switch self {
        case .crc32:
            var value: UInt = 0
            for piece in pieces where !piece.isEmpty {
                piece.withUnsafeBufferPointer { value = crc32_z(value, $0.baseAddress, $0.count) }
            }
            return Self.bigEndian(UInt32(truncatingIfNeeded: value))
        case .crc32c: return Self.bigEndian(CyclicCode.crc32c.checksum(pieces))
        case .crc64nvme: return Self.bigEndian(CyclicCode.crc64nvme.checksum(pieces))
        case .sha1:
            var hash = Insecure.SHA1()
            for piece in pieces { hash.update(data: piece) }
            return Array(hash.finalize())
        case .sha256:
            var hash = SHA256()
            for piece in pieces { hash.update(data: piece) }
            return Array(hash.finalize())
        }
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

/// A checksum that belongs to an object or a part.
struct Checksum: Sendable, Equatable {
    enum Kind: String, Sendable {
        case full = "FULL_OBJECT"
        /// Over the parts' checksums, with their number behind it.
        case composite = "COMPOSITE"
    }

    var algorithm: ChecksumAlgorithm
    /// Base64; a composite one ends with `-` and the number of parts.
    var value: String
    var kind = Kind.full
}

/// A cyclic redundancy check that starts and ends with all bits set and takes the least significant bit first.
struct CyclicCode<Word: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private let table: [Word]

    /// - Parameter polynomial: reflected.
    init(polynomial: Word) {
        table = (0..<256).map { index in
            (0..<8).reduce(Word(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1 }
        }
    }

    func checksum(_ pieces: [[UInt8]]) -> Word {
        var value = Word.max
        table.withUnsafeBufferPointer { table in
            for piece in pieces {
                piece.withUnsafeBufferPointer { bytes in
                    for byte in bytes {
                        value = table[Int(truncatingIfNeeded: (value ^ Word(byte)) & 0xFF)] ^ value >> 8
                    }
                }
            }
        }
        return ~value
    }
}

extension CyclicCode<UInt32> {
    /// Castagnoli's.
    static let crc32c = CyclicCode(polynomial: 0x82F6_3B78)
}

extension CyclicCode<UInt64> {
    /// The one of the NVM Express specification.
    static let crc64nvme = CyclicCode(polynomial: 0x9A6C_9329_AC4B_C9B5)
}
