import AWSQueryClients

/// Whether a stack looks like one that real users depend on.
enum ProductionGate {
    private static let words: Set<String> = ["prod", "production", "live", "prd"]

    /// What makes it look so, in words; nil when nothing does.
    static func sign(_ stack: StackDescription, stage: String) -> String? {
        if isProduction(stack.name) { return "its name is \(stack.name)" }
        if isProduction(stage) { return "its stage is \(stage)" }
        for (key, value) in stack.parameters.sorted(by: { $0.key < $1.key }) where isProduction(value) {
            return "its parameter \(key) is \(value)"
        }
        for (key, value) in stack.tags.sorted(by: { $0.key < $1.key }) where isProduction(value) {
            return "its tag \(key) is \(value)"
        }
        return stack.isProtected ? "it is protected against deletion" : nil
    }

    /// A word of its own: `items-prod`, `LiveEu`, not `product` or `delivery`.
    private static func isProduction(_ text: String) -> Bool {
        var word = ""
        var found: [String] = []
        for character in text {
            if !character.isLetter || character.isUppercase && word.last?.isLowercase == true {
                found.append(word)
                word = ""
            }
            if character.isLetter { word.append(character) }
        }
        return (found + [word]).contains { words.contains($0.lowercased()) }
    }
}
