/// The first 48 bits of every UUID that a run makes, by which what it wrote is found again and removed.
///
/// They are derived from the run's id, so that whoever knows the id knows the mark, also after a crash. Forty-eight bits are
/// enough that of ten million other people's random ids none begins like this (3.6 in a hundred million).
package struct RunMark: Sendable, Equatable {
    /// In the low 48 bits.
    package var bits: UInt64

    package init(runID: String) {
        bits = runID.utf8.reduce(0x4669_7265) { SplitMix64.mix($0 ^ UInt64($1)) &+ 1 } >> 16
    }

    /// What the ids begin with: `1f0c3a9e-77b2-`.
    package var prefix: String {
        let digits = String(bits, radix: 16)
        let padded = String(repeating: "0", count: 12 - digits.count) + digits
        return "\(padded.prefix(8))-\(padded.suffix(4))-"
    }

    /// The upper half of a version 4 UUID (RFC 9562) of this run.
    func upperHalf(random: UInt64) -> UInt64 { bits << 16 | 0x4000 | random & 0x0FFF }
}
