/// The text of `Fn::Sub`, taken apart.
package struct Substitution: Sendable, Equatable {
    /// One stretch of the text.
    enum Segment: Sendable, Equatable {
        case literal(String)
        /// `${Name}`: a parameter, a pseudo parameter, a resource or a variable of the function.
        case name(String)
        /// `${Resource.Attribute}`.
        case attribute(resource: String, attribute: String)
    }

    var segments: [Segment]

    /// Splits at `${...}`; `${!Name}` stands for a literal `${Name}`, and a dollar sign without a brace for itself.
    init(parsing text: String, location: TemplateLocation) throws(TemplateError) {
        segments = []
        var literal = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            guard rest.hasPrefix("${") else {
                literal.append("$")
                rest = rest.dropFirst()
                continue
            }
            guard let close = rest.firstIndex(of: "}") else {
                throw TemplateError(code: .malformed, message: "Fn::Sub has a ${ without its }", location: location)
            }
            let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<close]
            rest = rest[rest.index(after: close)...]
            if name.hasPrefix("!") {
                literal += "${\(name.dropFirst())}"
                continue
            }
            if !literal.isEmpty { segments.append(.literal(literal)) }
            literal = ""
            segments.append(try Self.variable(String(name), location: location))
        }
        literal += rest
        if !literal.isEmpty { segments.append(.literal(literal)) }
    }

    private static func variable(_ name: String, location: TemplateLocation) throws(TemplateError) -> Segment {
        let text = name.trimmingSpaces
        let valid =
            !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == ":" || $0 == "_" }
        guard valid, text.first != ".", text.last != "." else {
            throw TemplateError(code: .malformed, message: "Fn::Sub cannot read ${\(name)}", location: location)
        }
        guard let dot = text.firstIndex(of: ".") else { return .name(text) }
        return .attribute(resource: String(text[..<dot]), attribute: String(text[text.index(after: dot)...]))
    }
}

extension StringProtocol {
    /// The text without the spaces at both ends.
    var trimmingSpaces: String {
        let front = drop { $0 == " " }
        guard let last = front.lastIndex(where: { $0 != " " }) else { return "" }
        return String(front[...last])
    }
}
