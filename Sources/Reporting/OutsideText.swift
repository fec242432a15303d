/// Text from outside (names, messages, bodies) made fit for a place that gives some characters a meaning.
///
/// Everything here works on Unicode scalars, never on characters: a quotation mark followed by a combining accent, or a
/// less-than sign after a prepended mark, is one `Character` that equals neither, but a parser still sees the sign.
enum OutsideText {
    /// Without control characters and without the marks that reorder text; a run of white space becomes one space.
    static func singleLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                pendingSpace = !result.isEmpty
            } else if !isHarmful(scalar) {
                if pendingSpace { result.append(" ") }
                pendingSpace = false
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Without control characters other than tab and line feed, and without the marks that reorder text.
    static func withoutControls(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || !isHarmful(scalar) {
            result.append(scalar)
        }
        return String(result)
    }

    /// Control characters, marks that reorder what follows (U+202A to U+202E, U+2066 to U+2069), and the code points
    /// that XML 1.0 forbids (https://www.w3.org/TR/xml/#charsets).
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    /// For the content and the quoted attributes of HTML and XML; what `withoutControls` removes is removed.
    static func escapedMarkup(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // In an attribute these two are otherwise read back as spaces.
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            default: if !isHarmful(scalar) { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }

    /// A JSON string with its quotation marks.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: if !isHarmful(scalar) { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }
}
