/// A text with expressions that are filled in for every request.
package struct Template: Sendable, Equatable {
    package enum Piece: Sendable, Equatable {
        case literal(String)
        /// `${secret.X}`: sent, never printed.
        case secret(Secret)
        case expression(TemplateExpression)
    }

    /// As written, `${secret.X}` unresolved: safe to print.
    package var source: String
    package var pieces: [Piece]

    package init(source: String, pieces: [Piece]) {
        self.source = source
        self.pieces = pieces
    }

    /// A template of literal text and UUIDs.
    package init(uuidsAnd path: [Piece]) {
        let source = path.map { piece in
            switch piece {
            case .literal(let text): text
            case .expression(.uuid): "{{ uuid }}"
            default: ""
            }
        }
        self.init(source: source.joined(), pieces: path)
    }

    /// A template without expressions.
    package init(literal: String) {
        self.init(source: literal, pieces: literal.isEmpty ? [] : [.literal(literal)])
    }

    /// Names of the variables it needs.
    package var variables: [String] {
        pieces.compactMap { if case .expression(.variable(let name)) = $0 { name } else { nil } }
    }

    /// The text when nothing in it varies from request to request; nil otherwise.
    package var constant: String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .secret(let secret): text += secret.value
            case .expression: return nil
            }
        }
        return text
    }
}

/// A value that fills a place in a template.
package enum TemplateExpression: Sendable, Equatable {
    /// `{{ uuid }}`: a random version 4 UUID.
    case uuid
    /// `{{ random.int(a, b) }}`: an integer from a to b, both included.
    case randomInteger(ClosedRange<Int64>)
    /// `{{ seq }}`: the iteration's number in its load, from 0.
    case sequence
    /// `{{ timestamp }}`: now in ISO 8601 with milliseconds.
    case timestamp
    /// `{{ name }}`: what an earlier step of the iteration captured.
    case variable(String)

    /// True when the value alone in a JSON string is written as a number.
    package var isNumeric: Bool {
        switch self {
        case .randomInteger, .sequence: true
        case .uuid, .timestamp, .variable: false
        }
    }
}

/// A value from the environment that must not show in any output.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package var description: String { "${secret.\(name)}" }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
