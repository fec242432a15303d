#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Address blocks cut out of a larger one, as `Fn::Cidr` does.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
enum AddressBlocks {
    /// - Parameters:
    ///   - block: `10.0.0.0/16` or `2001:db8::/56`.
    ///   - count: How many blocks, 1 to 256.
    ///   - hostBits: How many bits of each address are the block's own.
    /// - Returns: The blocks in order; nil when the arguments are no such thing or the larger block has too little room.
    static func cut(_ block: String, count: Int, hostBits: Int) -> [String]? {
        let parts = block.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = Int(parts[1]), let family = family(of: String(parts[0])) else {
            return nil
        }
        var bytes = family.bytes
        let width = bytes.count * 8
        guard (0...width).contains(prefix), (0...width - prefix).contains(hostBits), (1...256).contains(count) else {
            return nil
        }
        let room = width - prefix - hostBits
        guard room >= 8 || count <= 1 << room else { return nil }
        clear(&bytes, from: prefix)
        var blocks: [String] = []
        for _ in 0..<count {
            guard let text = text(bytes, family.kind) else { return nil }
            blocks.append("\(text)/\(width - hostBits)")
            add(bit: hostBits, to: &bytes)
        }
        return blocks
    }

    private static func family(of address: String) -> (kind: Int32, bytes: [UInt8])? {
        for (kind, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: length)
            if inet_pton(kind, address, &bytes) == 1 { return (kind, bytes) }
        }
        return nil
    }

    /// Zeroes the bits behind a prefix.
    private static func clear(_ bytes: inout [UInt8], from prefix: Int) {
        for bit in prefix..<bytes.count * 8 { bytes[bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
    }

    /// Adds 2 to the power of `bit`; what is carried out of the address is dropped.
    private static func add(bit: Int, to bytes: inout [UInt8]) {
        var index = bytes.count - 1 - bit / 8
        var carry = UInt16(1) << UInt16(bit % 8)
        while carry > 0, index >= 0 {
            let sum = UInt16(bytes[index]) + carry
            bytes[index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
            index -= 1
        }
    }

    private static func text(_ bytes: [UInt8], _ kind: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(kind, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
