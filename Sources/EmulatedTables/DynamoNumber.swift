/// A number of DynamoDB: up to 38 significant decimal digits, from 1E-130 to 9.99E+125 in magnitude, exact.
///
/// Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html. Values are
/// kept normalised (no trailing zeros in the coefficient), so that equal numbers have equal members.
package struct DynamoNumber: Sendable, Hashable {
    static let maximumDigits = 38

    /// Whether it is below zero.
    package let isNegative: Bool
    /// Below 10^38, not divisible by ten; zero is `0` with the exponent zero.
    package let coefficient: UInt128
    /// The power of ten that the coefficient is multiplied with.
    package let exponent: Int

    /// Nothing, without a sign.
    package static let zero = DynamoNumber(isNegative: false, coefficient: 0, exponent: 0)

    private init(isNegative: Bool, coefficient: UInt128, exponent: Int) {
        self.isNegative = isNegative
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// Why something is not a number of DynamoDB; the words are AWS's.
    package enum Fault: String, Error, Sendable {
        case notNumeric = "The parameter cannot be converted to a numeric value"
        case overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range"
        case underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        case tooPrecise = "Attempting to store more than 38 significant digits in a Number"
    }

    /// Brings a value into the normal form, and checks its digits and magnitude.
    init(isNegative: Bool, normalizing value: UInt128, exponent power: Int) throws(Fault) {
        guard value != 0 else {
            self = .zero
            return
        }
        var coefficient = value
        var exponent = power
        while true {
            let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            coefficient = quotient
            exponent += 1
        }
        let digits = Self.digitCount(coefficient)
        guard digits <= Self.maximumDigits else { throw .tooPrecise }
        let magnitude = exponent + digits - 1
        guard magnitude <= 125 else { throw .overflow }
        guard magnitude >= -130 else { throw .underflow }
        self.init(isNegative: isNegative, coefficient: coefficient, exponent: exponent)
    }

    /// The number of an integer.
    package init(_ value: Int) {
        var coefficient = UInt128(value.magnitude)
        var exponent = 0
        while coefficient != 0, coefficient % 10 == 0 {
            coefficient /= 10
            exponent += 1
        }
        self.init(isNegative: value < 0, coefficient: coefficient, exponent: exponent)
    }

    static let powersOfTen: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 1...maximumDigits { powers.append((powers.last ?? 1) * 10) }
        return powers
    }()

    static func digitCount(_ value: UInt128) -> Int {
        powersOfTen.firstIndex { value < $0 } ?? maximumDigits + 1
    }

    /// The coefficient moved up to 38 digits, for comparing numbers of the same magnitude.
    var leftAligned: UInt128 { coefficient * Self.powersOfTen[Self.maximumDigits - Self.digitCount(coefficient)] }

    /// The power of ten of the first digit, plus one.
    var magnitude: Int { exponent + Self.digitCount(coefficient) }
}

extension DynamoNumber: Comparable {
    /// The order of the values.
    package static func < (left: DynamoNumber, right: DynamoNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        if left.isNegative { return magnitudeIsLess(right, left) }
        return magnitudeIsLess(left, right)
    }

    private static func magnitudeIsLess(_ left: DynamoNumber, _ right: DynamoNumber) -> Bool {
        if left.coefficient == 0 || right.coefficient == 0 { return left.coefficient == 0 && right.coefficient != 0 }
        if left.magnitude != right.magnitude { return left.magnitude < right.magnitude }
        return left.leftAligned < right.leftAligned
    }
}

extension DynamoNumber {
    /// The exact sum.
    ///
    /// - Throws: `tooPrecise` when it needs more than 38 digits, `overflow` or `underflow` when it is out of range.
    package func adding(_ other: DynamoNumber) throws(Fault) -> DynamoNumber {
        if coefficient == 0 { return other }
        if other.coefficient == 0 { return self }
        let (high, low) = exponent >= other.exponent ? (self, other) : (other, self)
        let shift = high.exponent - low.exponent
        // The low number's last digit is not zero, so when the high one does not fit after shifting, no cancellation can
        // bring the sum back to 38 digits.
        guard shift <= Self.maximumDigits else { throw .tooPrecise }
        let (shifted, overflow) = high.coefficient.multipliedReportingOverflow(by: Self.powersOfTen[shift])
        guard !overflow else { throw .tooPrecise }
        if high.isNegative == low.isNegative {
            let (sum, overflow) = shifted.addingReportingOverflow(low.coefficient)
            guard !overflow else { throw .tooPrecise }
            return try DynamoNumber(isNegative: low.isNegative, normalizing: sum, exponent: low.exponent)
        }
        let isNegative = shifted >= low.coefficient ? high.isNegative : low.isNegative
        let difference = shifted >= low.coefficient ? shifted - low.coefficient : low.coefficient - shifted
        return try DynamoNumber(isNegative: isNegative, normalizing: difference, exponent: low.exponent)
    }

    /// The exact difference; throws as `adding` does.
    package func subtracting(_ other: DynamoNumber) throws(Fault) -> DynamoNumber { try adding(other.negated) }

    /// The number with the other sign; zero has none.
    package var negated: DynamoNumber {
        DynamoNumber(isNegative: coefficient != 0 && !isNegative, coefficient: coefficient, exponent: exponent)
    }
}
