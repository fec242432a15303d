extension DynamoNumber {
    /// Reads a decimal number: sign, digits with or without a point, exponent.
    package init(_ text: String) throws(Fault) {
        var text = text
        let result: Result<DynamoNumber, Fault> = text.withUTF8 { bytes in
            do throws(Fault) { return .success(try DynamoNumber(utf8: bytes)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    private init(utf8 bytes: UnsafeBufferPointer<UInt8>) throws(Fault) {
        var position = 0
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        var coefficient: UInt128 = 0
        var digits = 0
        var exponent = 0
        // Zeros are held back until a digit follows, so that those at the end cost no precision.
        var zeros = 0
        var sawDigit = false
        var sawPoint = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                sawDigit = true
                if sawPoint { exponent -= 1 }
                if byte == UInt8(ascii: "0") {
                    if digits > 0 { zeros += 1 }
                } else {
                    digits += zeros + 1
                    guard digits <= Self.maximumDigits else { throw .tooPrecise }
                    coefficient = coefficient * Self.powersOfTen[zeros + 1] + UInt128(byte - UInt8(ascii: "0"))
                    zeros = 0
                }
            } else {
                break
            }
            position += 1
        }
        guard sawDigit else { throw .notNumeric }
        exponent += zeros
        if position < bytes.count {
            guard bytes[position] | 0x20 == UInt8(ascii: "e") else { throw .notNumeric }
            exponent += try Self.exponent(bytes[(position + 1)...])
        }
        try self.init(isNegative: isNegative, normalizing: coefficient, exponent: exponent)
    }

    private static func exponent(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(Fault) -> Int {
        var digits = bytes
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            digits = bytes.dropFirst()
        }
        guard !digits.isEmpty else { throw .notNumeric }
        var value = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { throw .notNumeric }
            // Far beyond the range already; only the size of the number must not overflow.
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000_000)
        }
        return isNegative ? -value : value
    }

    /// The number in plain digits, without an exponent, as DynamoDB returns it.
    package var text: String {
        let digits = String(coefficient)
        let body: String
        if exponent >= 0 {
            body = digits + String(repeating: "0", count: exponent)
        } else if magnitude > 0 {
            body = "\(digits.prefix(magnitude)).\(digits.dropFirst(magnitude))"
        } else {
            body = "0." + String(repeating: "0", count: -magnitude) + digits
        }
        return isNegative ? "-" + body : body
    }

    /// The number without its fraction, rounded up; nil when that is no `Int`.
    var wholeSeconds: Int? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard magnitude <= 18, let whole = parts.first.flatMap({ Int($0) }) else { return nil }
        return parts.count > 1 && !isNegative ? whole + 1 : whole
    }

    /// Bytes whose order is the numbers' order: a sign, the magnitude, then the digits.
    var sortKey: [UInt8] {
        guard coefficient != 0 else { return [1] }
        var bytes: [UInt8] = [2]
        bytes.reserveCapacity(19)
        let biased = UInt16(truncatingIfNeeded: magnitude + 1024)
        bytes.append(UInt8(biased >> 8))
        bytes.append(UInt8(truncatingIfNeeded: biased))
        let digits = leftAligned
        for shift in stride(from: 120, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: digits >> shift)) }
        guard isNegative else { return bytes }
        bytes[0] = 0
        for index in 1..<bytes.count { bytes[index] = ~bytes[index] }
        return bytes
    }

    /// What the number counts towards an item's size: a byte, one for two digits of the integer part, one for two digits of
    /// the fraction, and one for a minus sign. Zeros at either end do not count. Measured on AWS at the limit of an item's
    /// size; its developer guide, which does not part the digits at the point, is off by one for some numbers.
    var storedSize: Int {
        guard coefficient != 0 else { return 1 }
        let digits = Self.digitCount(coefficient)
        let fraction = min(max(-exponent, 0), digits)
        return 1 + (digits - fraction + 1) / 2 + (fraction + 1) / 2 + (isNegative ? 1 : 0)
    }
}
