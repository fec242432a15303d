internal import ExactJSON

/// References inside of texts that are looked up when a resource is made: `{{resolve:ssm:/name:3}}`.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
struct DynamicReference {
    let lookups: TemplateLookups
    /// Where to say that a reference leads nowhere.
    let location: TemplateLocation

    /// A value with all references in it looked up.
    func resolved(_ value: JSONValue) throws(TemplateError) -> JSONValue {
        switch value {
        case .string(let text): return .string(try resolved(text))
        case .array(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try resolved(element)) }
            return .array(values)
        case .object(let members):
            var values: [String: JSONValue] = [:]
            for (name, member) in members { values[name] = try resolved(member) }
            return .object(values)
        case .bool, .number, .null: return value
        }
    }

    private func resolved(_ text: String) throws(TemplateError) -> String {
        guard text.utf8.count >= Self.opening.utf8.count, text.contains(Self.opening) else { return text }
        var output = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: Self.opening) {
            output += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else { break }
            output += try lookUp(String(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return output + rest
    }

    private static let opening = "{{resolve:"

    /// - Parameter reference: What stands between `{{resolve:` and `}}`.
    private func lookUp(_ reference: String) throws(TemplateError) -> String {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "ssm" else {
            let service = parts.first.map(String.init) ?? ""
            guard ["secretsmanager", "ssm-secure"].contains(service) else {
                throw TemplateError(
                    code: .value, message: "{{resolve:\(reference)}} names no service that values can be looked up in",
                    location: location)
            }
            throw TemplateError(
                code: .unsupported, message: "references to \(service) are not supported: {{resolve:\(reference)}}",
                location: location)
        }
        let name = String(parts[1])
        guard let value = lookups.storedParameter(name) else {
            throw TemplateError(
                code: .value, message: "the parameter store has no parameter \(name)", location: location,
                wordsOfCloudFormation: "Parameters: [ssm:\(name):] cannot be resolved: parameter \(name) not found.")
        }
        return value
    }
}
