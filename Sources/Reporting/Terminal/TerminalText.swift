/// A line of a terminal: pieces of text, each with its meaning; colour is put in last, so that widths are true.
struct TerminalText {
    enum Meaning { case plain, strong, quiet, good, bad, doubtful }

    struct Piece {
        var text: String
        var meaning: Meaning
    }

    private(set) var pieces: [Piece] = []

    init(_ text: String = "", _ meaning: Meaning = .plain) { add(text, meaning) }

    mutating func add(_ text: String, _ meaning: Meaning = .plain) {
        // Spaces that align columns are kept; a line break or a tab from outside is not.
        let clean = OutsideText.withoutControls(text).replacing("\n", with: " ").replacing("\t", with: " ")
        if !clean.isEmpty { pieces.append(Piece(text: clean, meaning: meaning)) }
    }

    /// Columns that the line takes.
    var width: Int { pieces.reduce(0) { $0 + Self.width(of: $1.text) } }

    /// The line, cut with three dots where it is wider than `limit` columns.
    func fitted(to limit: Int) -> TerminalText {
        guard width > limit else { return self }
        var result = TerminalText()
        var left = limit - 3
        for piece in pieces where left > 0 {
            let kept = Self.prefix(of: piece.text, columns: left)
            left -= Self.width(of: piece.text)
            result.add(kept, piece.meaning)
        }
        result.add(String("...".prefix(max(0, limit))), .quiet)
        return result
    }

    func rendered(_ style: TerminalSummary.Style) -> String {
        switch style {
        case .plain: pieces.map(\.text).joined()
        case .colour: pieces.map { Self.coloured($0) }.joined()
        }
    }

    /// SGR codes of ECMA-48 that every terminal's palette has.
    private static func coloured(_ piece: Piece) -> String {
        let code: String? =
            switch piece.meaning {
            case .plain: nil
            case .strong: "1"
            case .quiet: "2"
            case .good: "32"
            case .bad: "1;31"
            case .doubtful: "33"
            }
        return code.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[0m" } ?? piece.text
    }

    // MARK: Widths

    static func width(of text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

    /// 2 for the wide scripts and emoji (Unicode Standard Annex 11, W and F, by block), 0 for what only combines, else 1.
    static func width(of character: Character) -> Int {
        var widest = 0
        for scalar in character.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            default: break
            }
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
                0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F000...0x1FAFF, 0x20000...0x3FFFD:
                widest = 2
            default: widest = max(widest, 1)
            }
        }
        return widest
    }

    static func prefix(of text: String, columns: Int) -> String {
        var left = columns
        var result = ""
        for character in text {
            left -= width(of: character)
            guard left >= 0 else { break }
            result.append(character)
        }
        return result
    }

    static func padded(_ text: String, to columns: Int) -> String {
        let fitted = TerminalText(text).fitted(to: columns).rendered(.plain)
        return fitted + String(repeating: " ", count: max(0, columns - width(of: fitted)))
    }

    static func rightAligned(_ text: String, to columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - width(of: text))) + text
    }

    /// Words filled into lines of at most `columns`; a longer word is broken.
    static func wrapped(_ text: String, columns: Int) -> [String] {
        guard columns > 0 else { return [] }
        var lines: [String] = []
        var line = ""
        for word in OutsideText.singleLine(text).split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, width(of: line) + 1 + width(of: rest) <= columns {
                line += " " + rest
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while width(of: rest) > columns {
                let head = prefix(of: rest, columns: columns)
                guard !head.isEmpty else { break }
                lines.append(head)
                rest = String(rest.dropFirst(head.count))
            }
            line = rest
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
