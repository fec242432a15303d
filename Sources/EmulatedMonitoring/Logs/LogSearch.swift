/// Events of several streams in order of time, as many as are asked for.
///
/// The streams are in order each; the next event is the first of those that stand at their heads.
struct LogSearch {
    private var streams: [(name: String, events: ArraySlice<StoredLogEvent>)]
    /// Indices into `streams`, a binary heap by the place of the event at the head.
    private var heap: [Int] = []

    init(_ streams: [(name: String, events: ArraySlice<StoredLogEvent>)]) {
        self.streams = streams.filter { !$0.events.isEmpty }
        heap = Array(self.streams.indices)
        for place in heap.indices.reversed() { sink(place) }
    }

    /// The next event with the name of its stream; nil when there is no more.
    mutating func next() -> (stream: String, event: StoredLogEvent)? {
        guard let first = heap.first, let event = streams[first].events.first else { return nil }
        streams[first].events.removeFirst()
        if streams[first].events.isEmpty {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        sink(0)
        return (streams[first].name, event)
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        guard let first = streams[heap[left]].events.first, let second = streams[heap[right]].events.first else {
            return false
        }
        return first.place < second.place
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { isBefore($0, $1) }), isBefore(least, place) else { return }
            heap.swapAt(least, place)
            place = least
        }
    }
}
