/// Splits a command line into words as a POSIX shell quotes them, without expanding anything.
///
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
enum ShellWords {
    /// Nil when a quotation does not end or a backslash is the last character.
    static func split(_ text: some StringProtocol) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = text.makeIterator()
        while let character = characters.next() {
            switch (character, quote) {
            case (let end, let begun?) where end == begun: quote = nil
            case (_, "'"): word = (word ?? "") + String(character)
            case ("\\", "\""):
                guard let next = characters.next() else { return nil }
                // In double quotes a backslash escapes these alone.
                word = (word ?? "") + (next == "\"" || next == "\\" ? String(next) : "\\" + String(next))
            case (_, "\""): word = (word ?? "") + String(character)
            case ("\\", _):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            case ("'", _), ("\"", _):
                quote = character
                word = word ?? ""
            case (_, _) where character.isWhitespace:
                if let finished = word { words.append(finished) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        return words
    }
}
