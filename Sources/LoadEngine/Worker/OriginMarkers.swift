import Synchronization

/// Tells cache hits from misses: an origin marker that has been seen before came out of the cache.
///
/// One fixed table for all workers, so that it does not matter which of them saw the first answer. A marker is
/// forgotten when another one falls on its place, which with 65,536 places costs one hit in thousands at most.
final class OriginMarkers: Sendable {
    private static let count = 1 << 16
    // Sendable: the pointer never changes, and what it points at are atomics.
    nonisolated(unsafe) private let places: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        places = .allocate(capacity: Self.count)
        for index in 0..<Self.count { (places + index).initialize(to: Atomic(0)) }
    }

    deinit {
        places.deinitialize(count: Self.count)
        places.deallocate()
    }

    /// Remembers a marker's hash; true when it was known.
    func recognizes(_ hash: UInt64) -> Bool {
        places[Int(hash & UInt64(Self.count - 1))].exchange(hash, ordering: .relaxed) == hash
    }

    /// FNV-1a, scattered; never 0.
    static func hash(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        return max(1, SplitMix64.mix(hash))
    }
}
