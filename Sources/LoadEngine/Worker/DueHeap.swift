/// Iterations that wait for a moment, the earliest first: a binary heap.
struct DueHeap {
    struct Entry {
        var due: UInt64
        var iteration: Int
    }

    private var entries: [Entry] = []

    var earliest: UInt64? { entries.first?.due }
    var count: Int { entries.count }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent].due <= entries[child].due { break }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    mutating func removeEarliest() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in parent * 2 + 1...parent * 2 + 2
            where child < entries.count && entries[child].due < entries[smallest].due { smallest = child }
            if smallest == parent { return first }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
