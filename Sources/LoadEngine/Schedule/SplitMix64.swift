/// Sebastiano Vigna's SplitMix64: 1.5 ns a number, the same numbers from the same seed on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A generator of its own for each of several things under one seed.
    package init(seed: UInt64, stream: UInt64, index: UInt64) {
        state = Self.mix(Self.mix(seed &+ stream &* 0x9E37_79B9_7F4A_7C15) &+ index)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// Scatters a number's bits over all 64.
    package static func mix(_ number: UInt64) -> UInt64 {
        var value = number
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Evenly from 0 up to but not including `bound`, which must not be 0; the bias is below one in 2^32 for bounds
    /// that are.
    package mutating func below(_ bound: UInt64) -> UInt64 {
        next().multipliedFullWidth(by: bound).high
    }

    /// Evenly from 0 to just below 1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
