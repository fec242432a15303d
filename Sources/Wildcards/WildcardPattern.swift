/// A pattern in which `*` stands for any run of characters and `?` for one: names of alarms, ARNs in policies.
package struct WildcardPattern: Sendable, Equatable {
    private let pattern: [UInt8]

    package init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether the whole text fits the pattern, in time proportional to both lengths' product at worst.
    package func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var (position, place) = (0, 0)
        // Where to go on when the last star has to swallow one byte more.
        var retry: (position: Int, place: Int)?
        while position < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                retry = (position, place)
                place += 1
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == text[position] {
                position += 1
                place += 1
            } else if let last = retry {
                retry = (last.position + 1, last.place)
                position = last.position + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
