internal import ExactJSON

/// Gives every declared parameter its value and checks the constraints.
struct ParameterBinding {
    let declared: [TemplateParameter]

    /// The values as text, in the form in which they were given.
    ///
    /// - Throws: `TemplateError` with code `parameter`, placed at the parameter's declaration where there is one.
    func texts(given: [String: String]) throws(TemplateError) -> [String: String] {
        let names = declared.map(\.name)
        if let unknown = given.keys.filter({ !names.contains($0) }).sorted().first {
            let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
            throw TemplateError(
                code: .parameter, message: "the template has no parameter \(unknown): \(known)", location: nil)
        }
        var texts: [String: String] = [:]
        for parameter in declared {
            guard let text = given[parameter.name] ?? parameter.defaultValue else {
                throw parameter.error("the parameter \(parameter.name) has no default and was not given")
            }
            try check(text, of: parameter)
            texts[parameter.name] = text
        }
        return texts
    }

    /// What `Ref` gives for a parameter: list types give a list, numbers stay literal.
    static func value(of text: String, type: String) -> JSONValue {
        if type == "CommaDelimitedList" || type.hasPrefix("List<") {
            return .array(elements(of: text).map(JSONValue.string))
        }
        return type == "Number" && NumberSyntax.isJSONNumber(text) ? .number(text) : .string(text)
    }

    /// CloudFormation trims the spaces around each member of a comma-delimited list.
    private static func elements(of text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    }

    private func check(_ text: String, of parameter: TemplateParameter) throws(TemplateError) {
        let isList = parameter.type == "CommaDelimitedList" || parameter.type.hasPrefix("List<")
        for element in isList ? Self.elements(of: text) : [text] { try check(element: element, of: parameter) }
    }

    private func check(element: String, of parameter: TemplateParameter) throws(TemplateError) {
        func refuse(_ reason: String) -> TemplateError {
            let hint = parameter.constraintDescription.map { " (\($0))" } ?? ""
            return parameter.error("the parameter \(parameter.name) cannot be \"\(element)\": \(reason)\(hint)")
        }
        if !parameter.allowedValues.isEmpty, !parameter.allowedValues.contains(element) {
            throw refuse("it must be one of \(parameter.allowedValues.joined(separator: ", "))")
        }
        if let pattern = parameter.allowedPattern {
            guard let expression = try? Regex(pattern) else {
                throw parameter.error("the AllowedPattern of \(parameter.name) is no regular expression: \(pattern)")
            }
            guard (try? expression.wholeMatch(in: element)) != nil else { throw refuse("it must match \(pattern)") }
        }
        if let minimum = parameter.minimumLength, element.count < minimum {
            throw refuse("it must have at least \(minimum) characters")
        }
        if let maximum = parameter.maximumLength, element.count > maximum {
            throw refuse("it must have at most \(maximum) characters")
        }
        guard parameter.type == "Number" || parameter.type == "List<Number>" else { return }
        guard let number = Double(element), number.isFinite else { throw refuse("it must be a number") }
        if let minimum = parameter.minimumValue, number < minimum { throw refuse("it must be \(minimum) or more") }
        if let maximum = parameter.maximumValue, number > maximum { throw refuse("it must be \(maximum) or less") }
    }
}

extension TemplateParameter {
    fileprivate func error(_ message: String) -> TemplateError {
        TemplateError(code: .parameter, message: message, location: location)
    }
}
