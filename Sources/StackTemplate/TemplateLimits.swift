/// How large a template may be.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
enum TemplateLimits {
    /// Bytes of a template in a bucket; one in a request may have 51,200, which the request's own check says.
    static let bytes = 1_000_000
    /// Entries of each section.
    static let entries = ["Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200]
    static let nameLength = 255
    static let descriptionBytes = 1024

    static func check(_ text: String, file: String) throws(TemplateError) {
        guard text.utf8.count > bytes else { return }
        throw TemplateError(
            code: .malformed, message: "a template has at most \(bytes) bytes, this one \(text.utf8.count)",
            location: TemplateLocation(file: file, line: 1, column: 1),
            wordsOfCloudFormation: "Template may not exceed \(bytes) bytes in size.")
    }

    /// Checks how many entries a section has, and their names: letters and digits alone.
    static func check(section: TemplateMember) throws(TemplateError) {
        guard let most = entries[section.name], case .map(let members) = section.value.content else { return }
        let kind = String(section.name.dropLast())
        if members.count > most {
            throw section.value.error(
                .malformed, "\(section.name) has \(members.count) entries; at most \(most) are possible",
                words: "Template format error: Number of \(section.name.lowercased()), \(members.count), is greater "
                    + "than maximum allowed, \(most)")
        }
        for member in members where !isName(member.name, section: section.name) {
            throw TemplateError(
                code: .malformed,
                message: "\(kind) names have up to \(nameLength) letters and digits; \(member.name) is none",
                location: member.location,
                wordsOfCloudFormation: "Template format error: \(kind) name \(member.name) is non alphanumeric.")
        }
    }

    private static func isName(_ name: String, section: String) -> Bool {
        // The language extensions' loops have names of their own.
        if name.hasPrefix("Fn::") { return true }
        return !name.isEmpty && name.utf8.count <= nameLength
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
    }
}
