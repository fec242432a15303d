import Timekeeping

/// A value captured from an answer, kept for the rest of the iteration.
struct CapturedValue {
    var bytes: [UInt8] = []
    var kind = JSONScanner.Kind.string
}

/// Writes slots: what one iteration fills in.
struct SlotWriter {
    /// The arrival's number in its load.
    var sequence: UInt64
    /// Repeats with the seed.
    var random: SplitMix64
    /// Differs from run to run.
    var identity: SplitMix64
    /// Begins every UUID.
    var mark: RunMark

    /// - Parameters:
    ///   - constants: the plan's bytes.
    ///   - first: index of the iteration's first variable in `variables`.
    mutating func write(
        _ slots: [Slot], constants: [UInt8], variables: [CapturedValue], first: Int, into output: inout OutputBuffer
    ) {
        for slot in slots {
            switch slot {
            case .bytes(let start, let count):
                constants.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
            case .uuid: writeUUID(into: &output)
            case .randomInteger(let low, let span):
                // A span of all 64 bits has no number one above it.
                let offset = span == .max ? random.next() : random.below(span + 1)
                output.append(decimal: Int64(bitPattern: UInt64(bitPattern: low) &+ offset))
            case .sequence: output.append(decimal: sequence)
            case .timestamp: Self.writeTimestamp(.system(), into: &output)
            case .variable(let index, let encoding):
                Self.write(variables[first + index], encoding, into: &output)
            }
        }
    }

    /// RFC 9562, version 4.
    private mutating func writeUUID(into output: inout OutputBuffer) {
        let high = mark.upperHalf(random: identity.next())
        let low = identity.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { output.append(UInt8(ascii: "-")) }
            let word = index < 8 ? high : low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - (index & 7) * 8))
            output.append(Self.hex(byte >> 4))
            output.append(Self.hex(byte & 15))
        }
    }

    private static func hex(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 0x30 : digit + 0x57 }

    private static func writeTimestamp(_ time: Timestamp, into output: inout OutputBuffer) {
        let civil = CivilTime(time)
        output.append(civil.year, width: 4)
        output.append(UInt8(ascii: "-"))
        output.append(civil.month, width: 2)
        output.append(UInt8(ascii: "-"))
        output.append(civil.day, width: 2)
        output.append(UInt8(ascii: "T"))
        output.append(civil.hour, width: 2)
        output.append(UInt8(ascii: ":"))
        output.append(civil.minute, width: 2)
        output.append(UInt8(ascii: ":"))
        output.append(civil.second, width: 2)
        output.append(UInt8(ascii: "."))
        output.append(civil.nanosecond / 1_000_000, width: 3)
        output.append(UInt8(ascii: "Z"))
    }

    private static func write(_ value: CapturedValue, _ encoding: Slot.Encoding, into output: inout OutputBuffer) {
        switch encoding {
        case .plain: value.bytes.withUnsafeBytes { output.append($0) }
        case .header:
            for byte in value.bytes where byte >= 0x20 && byte != 0x7F { output.append(byte) }
        case .url:
            for byte in value.bytes {
                if isUnreserved(byte) {
                    output.append(byte)
                } else {
                    output.append(UInt8(ascii: "%"))
                    output.append(upperHex(byte >> 4))
                    output.append(upperHex(byte & 15))
                }
            }
        case .jsonText: writeEscaped(value.bytes, into: &output)
        case .jsonValue:
            if value.kind == .literal {
                value.bytes.withUnsafeBytes { output.append($0) }
            } else {
                output.append(UInt8(ascii: "\""))
                writeEscaped(value.bytes, into: &output)
                output.append(UInt8(ascii: "\""))
            }
        }
    }

    private static func upperHex(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 0x30 : digit + 0x37 }

    /// RFC 3986's unreserved characters.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func writeEscaped(_ bytes: [UInt8], into output: inout OutputBuffer) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0..<0x20:
                output.append(UInt8(ascii: "\\"))
                output.append(UInt8(ascii: "u"))
                output.append(UInt8(ascii: "0"))
                output.append(UInt8(ascii: "0"))
                output.append(hex(byte >> 4))
                output.append(hex(byte & 15))
            default: output.append(byte)
            }
        }
    }
}
