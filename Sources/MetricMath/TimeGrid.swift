/// Equal periods, one after the other: where the points of a calculation lie in time.
package struct TimeGrid: Sendable, Equatable {
    /// Seconds since 1970.
    package var start: Int64
    /// Seconds.
    package var period: Int64
    package var count: Int

    package init(start: Int64, period: Int64, count: Int) {
        self.start = start
        self.period = period
        self.count = count
    }

    /// The start of each period.
    package func second(_ index: Int) -> Int64 { start + Int64(index) * period }
}
