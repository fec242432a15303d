import ExactJSON

/// Reads a mapping template, the subset of the Velocity Template Language that API Gateway's templates are written in.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
struct MappingTemplateParser {
    /// Directives and expressions deeper than this are refused, so that a hostile text cannot exhaust the stack.
    static let maximumDepth = 64

    var characters: [Character]
    var position = 0
    var depth = 0

    init(_ text: String) { characters = Array(text) }

    var next: Character? { position < characters.count ? characters[position] : nil }

    func peek(_ offset: Int) -> Character? {
        position + offset < characters.count ? characters[position + offset] : nil
    }

    func hasPrefix(_ text: String) -> Bool {
        guard position + text.count <= characters.count else { return false }
        return zip(characters[position...], text).allSatisfy { $0 == $1 }
    }

    mutating func skipBlanks() {
        while let character = next, character.isWhitespace { position += 1 }
    }

    mutating func take(_ text: String) -> Bool {
        guard hasPrefix(text) else { return false }
        position += text.count
        return true
    }

    mutating func expect(_ text: String) throws(TemplateProblem) {
        skipBlanks()
        guard take(text) else { throw problem("expected \(text)") }
    }

    func problem(_ message: String) -> TemplateProblem {
        let line = characters.prefix(position).reduce(1) { $1.isNewline ? $0 + 1 : $0 }
        return TemplateProblem(message: "line \(line): \(message)")
    }

    mutating func nested<Result>(
        _ body: (inout MappingTemplateParser) throws(TemplateProblem) -> Result
    ) throws(TemplateProblem) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw problem("nested too deeply") }
        return try body(&self)
    }

    // MARK: Text and directives

    mutating func template() throws(TemplateProblem) -> [MappingNode] {
        let nodes = try block(until: [])
        guard position == characters.count else { throw problem("unexpected #\(directiveName() ?? "")") }
        return nodes
    }

    /// Reads nodes up to one of the directives that end a block, which stays unread.
    private mutating func block(until ends: Set<String>) throws(TemplateProblem) -> [MappingNode] {
        var nodes: [MappingNode] = []
        var text = ""
        func flush(_ nodes: inout [MappingNode]) {
            if !text.isEmpty { nodes.append(.text(text)) }
        }
        while let character = next {
            if character == "#" {
                if let name = directiveName() {
                    if ["end", "else", "elseif"].contains(name) {
                        flush(&nodes)
                        guard ends.contains(name) else { throw problem("#\(name) without #if or #foreach") }
                        return nodes
                    }
                    flush(&nodes)
                    text = ""
                    if let node = try nested({ parser throws(TemplateProblem) in try parser.directive(name) }) {
                        nodes.append(node)
                    }
                    continue
                }
                if skipComment() { continue }
            }
            if character == "$" {
                let start = position
                if let node = try output() {
                    flush(&nodes)
                    text = ""
                    nodes.append(node)
                    continue
                }
                position = start
            }
            text.append(character)
            position += 1
        }
        guard ends.isEmpty else { throw problem("#end is missing") }
        flush(&nodes)
        return nodes
    }

    private static let directives: Set<String> = [
        "set", "if", "elseif", "else", "end", "foreach", "break", "stop", "macro", "parse", "include", "define",
        "evaluate",
    ]

    /// The name of the directive that starts here; nil when the sign is plain text.
    private func directiveName() -> String? {
        guard next == "#" else { return nil }
        let start = peek(1) == "{" ? 2 : 1
        var name = ""
        while let character = peek(start + name.count), character.isASCII, character.isLetter { name.append(character) }
        return Self.directives.contains(name) ? name : nil
    }

    private mutating func skipDirectiveName(_ name: String) {
        position += 1
        let isBraced = take("{")
        position += name.count
        if isBraced { _ = take("}") }
    }

    /// A directive alone at the end of a line takes the line's end with it.
    private mutating func skipLineEnd() {
        let start = position
        while let character = next, character == " " || character == "\t" { position += 1 }
        if let character = next, character.isNewline { position += 1 } else { position = start }
    }

    private mutating func skipComment() -> Bool {
        if hasPrefix("##") {
            while let character = next, !character.isNewline { position += 1 }
            position = min(position + 1, characters.count)
            return true
        }
        if hasPrefix("#*") {
            position += 2
            while position < characters.count, !hasPrefix("*#") { position += 1 }
            position = min(position + 2, characters.count)
            return true
        }
        return false
    }

    private mutating func directive(_ name: String) throws(TemplateProblem) -> MappingNode? {
        switch name {
        case "set":
            skipDirectiveName(name)
            try expect("(")
            skipBlanks()
            guard take("$") else { throw problem("#set needs a reference") }
            let target = try reference()
            try expect("=")
            let value = try expression()
            try expect(")")
            skipLineEnd()
            return .set(target, value)
        case "if": return try branch()
        case "foreach": return try loop()
        case "break", "stop":
            skipDirectiveName(name)
            skipLineEnd()
            return name == "stop" ? .stop : .leaveLoop
        default: throw problem("#\(name) is not emulated")
        }
    }

    private mutating func branch() throws(TemplateProblem) -> MappingNode {
        var branches: [MappingNode.Branch] = []
        var otherwise: [MappingNode] = []
        var name = "if"
        while true {
            skipDirectiveName(name)
            if name == "end" { break }
            if name == "else" {
                skipLineEnd()
                otherwise = try block(until: ["end"])
            } else {
                try expect("(")
                let condition = try expression()
                try expect(")")
                skipLineEnd()
                branches.append(.init(condition: condition, body: try block(until: ["end", "else", "elseif"])))
            }
            name = directiveName() ?? "end"
        }
        skipLineEnd()
        return .branch(branches, otherwise: otherwise)
    }

    private mutating func loop() throws(TemplateProblem) -> MappingNode {
        skipDirectiveName("foreach")
        try expect("(")
        skipBlanks()
        guard take("$"), let variable = identifier(braced: take("{")) else {
            throw problem("#foreach needs a variable")
        }
        _ = take("}")
        try expect("in")
        let list = try expression()
        try expect(")")
        skipLineEnd()
        let body = try block(until: ["end"])
        skipDirectiveName("end")
        skipLineEnd()
        return .loop(variable: variable, list, body)
    }

    // MARK: References

    /// A reference in the text; nil when the sign is plain text.
    private mutating func output() throws(TemplateProblem) -> MappingNode? {
        let start = position
        position += 1
        let isQuiet = take("!")
        guard let reference = try? self.reference() else { return nil }
        try MappingFunctions.check(reference)
        return .output(reference, source: String(characters[start..<position]), isQuiet: isQuiet)
    }

    /// A reference after its sign.
    mutating func reference() throws(TemplateProblem) -> MappingReference {
        try nested { parser throws(TemplateProblem) in
            let isBraced = parser.take("{")
            guard let name = parser.identifier(braced: isBraced) else { throw parser.problem("a name is missing") }
            let reference = MappingReference(name: name, accesses: try parser.accesses())
            if isBraced, !parser.take("}") { throw parser.problem("expected }") }
            return reference
        }
    }

    func isNameCharacter(_ character: Character, first: Bool) -> Bool {
        guard character.isASCII else { return false }
        return character.isLetter || character == "_" || (!first && (character.isNumber || character == "-"))
    }

    mutating func identifier(braced: Bool) -> String? {
        var name = ""
        while let character = next, isNameCharacter(character, first: name.isEmpty) {
            name.append(character)
            position += 1
        }
        return name.isEmpty ? nil : name
    }

    private mutating func accesses() throws(TemplateProblem) -> [MappingReference.Access] {
        var accesses: [MappingReference.Access] = []
        while let character = next {
            if character == ".", let after = peek(1), isNameCharacter(after, first: true) {
                position += 1
                let name = identifier(braced: false) ?? ""
                if take("(") {
                    accesses.append(.call(name, try list(until: ")")))
                } else {
                    accesses.append(.member(name))
                }
            } else if character == "[" {
                position += 1
                let index = try expression()
                try expect("]")
                accesses.append(.element(index))
            } else {
                break
            }
        }
        return accesses
    }
}
