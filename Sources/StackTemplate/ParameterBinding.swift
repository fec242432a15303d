internal import ExactJSON

/// Gives every declared parameter its value and checks the constraints.
struct ParameterBinding {
    let declared: [TemplateParameter]
    var lookups = TemplateLookups()

    /// The values as text, in the form in which they were given.
    ///
    /// - Throws: `TemplateError` with code `parameter`, placed at the parameter's declaration where there is one.
    func texts(given: [String: String]) throws(TemplateError) -> [String: String] {
        let names = declared.map(\.name)
        let strangers = given.keys.filter { !names.contains($0) }.sorted()
        if let unknown = strangers.first {
            let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
            throw TemplateError(
                code: .parameter, message: "the template has no parameter \(unknown): \(known)", location: nil,
                wordsOfCloudFormation: "Parameters: [\(strangers.joined(separator: ", "))] do not exist in the template"
            )
        }
        let missing = declared.filter { given[$0.name] == nil && $0.defaultValue == nil }
        if let first = missing.first {
            let list = missing.map(\.name).joined(separator: ", ")
            throw first.error(
                "the parameter \(first.name) has no default and was not given",
                words: "Parameters: [\(list)] must have values")
        }
        var texts: [String: String] = [:]
        for parameter in declared {
            guard let text = given[parameter.name] ?? parameter.defaultValue else { continue }
            try ParameterConstraints(parameter: parameter).check(text)
            texts[parameter.name] = text
        }
        return texts
    }

    /// What the parameter store has for the parameters whose value is a name in it.
    func storedValues(of texts: [String: String]) throws(TemplateError) -> [String: String] {
        var values: [String: String] = [:]
        for parameter in declared where ParameterType(parameter.type)?.isStored == true {
            guard let name = texts[parameter.name] else { continue }
            guard let value = lookups.storedParameter(name) else {
                throw parameter.error(
                    "the parameter store has no parameter \(name), which the parameter \(parameter.name) names",
                    words: "Unable to fetch parameters [\(name)] from parameter store for this account.")
            }
            values[parameter.name] = value
        }
        return values
    }

    /// What `Ref` gives for each parameter.
    func values(of texts: [String: String], stored: [String: String]) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for parameter in declared {
            guard let text = stored[parameter.name] ?? texts[parameter.name] else { continue }
            values[parameter.name] = ParameterType(parameter.type)?.value(of: text) ?? .string(text)
        }
        return values
    }
}

extension TemplateParameter {
    /// - Parameter words: CloudFormation's own words for the mistake.
    func error(_ message: String, words: String? = nil) -> TemplateError {
        TemplateError(code: .parameter, message: message, location: location, wordsOfCloudFormation: words)
    }
}
