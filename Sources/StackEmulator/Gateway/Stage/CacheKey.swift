import NIOHTTP1

/// What tells two cached answers apart: the namespace and method, and the values of the listed parameters.
///
/// Nothing else of a request is in it: not the path, not the query string, no header that is not listed.
struct CacheKey: Hashable, Sendable {
    private var bytes: [UInt8] = []

    init(namespace: String, method: String) {
        bytes.reserveCapacity(48)
        append(namespace)
        append(method)
    }

    /// Adds one parameter's value; a missing one differs from an empty one.
    mutating func append(_ value: (some StringProtocol)?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        let count = UInt32(truncatingIfNeeded: value.utf8.count)
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        bytes.append(contentsOf: value.utf8)
    }
}
