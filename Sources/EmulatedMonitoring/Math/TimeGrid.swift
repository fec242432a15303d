/// Equal periods, one after the other: where the points of a calculation lie in time.
struct TimeGrid: Sendable, Equatable {
    /// Seconds since 1970.
    var start: Int64
    /// Seconds.
    var period: Int64
    var count: Int

    /// The start of each period.
    func second(_ index: Int) -> Int64 { start + Int64(index) * period }
}
