import Synchronization

/// Makes the identifiers that AWS hands out.
package enum Identifiers {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Where the random identifiers of this process stand. They have to differ, not to be guessed at, so one start by the
    /// system's generator is enough: that is a call of the kernel, and a request has half a dozen identifiers.
    private static let position = Atomic<UInt64>(UInt64.random(in: .min ... .max))

    /// 64 random bits (Steele, Lea and Flood's SplitMix64).
    private static func random() -> UInt64 {
        var bits = position.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    /// A version 4 UUID, the form of request ids.
    package static func uuid() -> String {
        let high = random() & 0xFFFF_FFFF_FFFF_0FFF | 0x0000_0000_0000_4000
        let low = random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 16 ? high : low
                buffer[position] = hexDigits[Int(word >> UInt64(60 - 4 * (index & 15)) & 15)]
                position += 1
            }
            return position
        }
    }

    /// Random lower-case hexadecimal digits.
    package static func hex(_ digits: Int) -> String {
        var bits: UInt64 = 0
        return String(unsafeUninitializedCapacity: digits) { buffer in
            for index in 0..<digits {
                if index % 16 == 0 { bits = random() }
                buffer[index] = hexDigits[Int(bits & 15)]
                bits >>= 4
            }
            return digits
        }
    }

    /// Random lower-case letters and digits, the form of an API's and its resources' ids.
    package static func letters(_ count: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<count).map { _ in letters[Int(generator.next(upperBound: UInt(letters.count)))] },
            as: UTF8.self)
    }

    /// The form of an API's extended request ids.
    package static func extendedRequestID() -> String { hex(15) + "=" }

    /// An identifier of a resource that is the same for the same stack and logical id every time.
    package static func stable(_ seed: String, length: Int, alphabet: String = "abcdefghijklmnopqrstuvwxyz0123456789")
        -> String
    {
        let letters = Array(alphabet.utf8)
        // FNV-1a, stirred further for each character: names have to be stable, not secret.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in seed.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var output: [UInt8] = []
        for _ in 0..<length {
            hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
            hash ^= hash >> 32
            output.append(letters[Int(hash % UInt64(letters.count))])
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A UUID that is the same for the same seed every time.
    package static func stableUUID(_ seed: String) -> String {
        let digits = stable(seed, length: 32, alphabet: "0123456789abcdef")
        let parts = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map { digits.dropFirst($0.0).prefix($0.1) }
        return parts.joined(separator: "-")
    }

    /// An X-Ray trace header's root: version, start in seconds, 96 random bits.
    package static func traceRoot(seconds: Int64) -> String {
        let time = String(UInt32(truncatingIfNeeded: seconds), radix: 16)
        return "1-" + String(repeating: "0", count: 8 - time.utf8.count) + time + "-" + hex(24)
    }
}
