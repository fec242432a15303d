/// Finds the word that somebody probably meant.
enum SpellingSuggestion {
    /// The nearest candidate by edit distance, or nil when none is near.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let target = Array(word.lowercased().utf8.prefix(64))
        let near = candidates.map { ($0, distance(target, Array($0.lowercased().utf8))) }.min { $0.1 < $1.1 }
        guard let (candidate, distance) = near, distance <= max(1, min(target.count, candidate.utf8.count) / 3)
        else { return nil }
        return candidate
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
