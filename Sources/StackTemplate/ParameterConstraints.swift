/// What a parameter's declaration asks of its value.
struct ParameterConstraints {
    let parameter: TemplateParameter

    /// - Throws: `TemplateError` with code `parameter` for the first constraint that a value, or a member of it, breaks.
    func check(_ text: String) throws(TemplateError) {
        guard let type = ParameterType(parameter.type) else {
            throw parameter.error(
                "\(parameter.type) is no type of a parameter",
                words: "Template format error: Unrecognized parameter type: \(parameter.type)")
        }
        // The value of a stored parameter is one name, whatever the store has under it.
        let elements = type.isList && !type.isStored ? ParameterType.elements(of: text) : [text]
        for element in elements { try check(element: element, isNumber: type.element == "Number") }
    }

    private func check(element: String, isNumber: Bool) throws(TemplateError) {
        if !parameter.allowedValues.isEmpty, !parameter.allowedValues.contains(element) {
            throw refusal(
                element, "it must be one of \(parameter.allowedValues.joined(separator: ", "))",
                words: "must be one of AllowedValues")
        }
        if let pattern = parameter.allowedPattern {
            guard let expression = try? Regex(pattern) else {
                throw parameter.error("the AllowedPattern of \(parameter.name) is no regular expression: \(pattern)")
            }
            guard (try? expression.wholeMatch(in: element)) != nil else {
                throw refusal(element, "it must match \(pattern)", words: "must match pattern \(pattern)")
            }
        }
        if let minimum = parameter.minimumLength, element.count < minimum {
            throw refusal(
                element, "it must have at least \(minimum) characters",
                words: "must contain at least \(minimum) characters")
        }
        if let maximum = parameter.maximumLength, element.count > maximum {
            throw refusal(
                element, "it must have at most \(maximum) characters",
                words: "must contain at most \(maximum) characters")
        }
        if isNumber { try check(number: element) }
    }

    private func check(number element: String) throws(TemplateError) {
        guard let number = Double(element), number.isFinite else {
            throw refusal(element, "it must be a number", words: "must be a number")
        }
        if let minimum = parameter.minimumValue, number < minimum {
            throw refusal(
                element, "it must be \(minimum) or more", words: "must be a number not less than \(Self.text(minimum))")
        }
        if let maximum = parameter.maximumValue, number > maximum {
            throw refusal(
                element, "it must be \(maximum) or less",
                words: "must be a number not greater than \(Self.text(maximum))")
        }
    }

    private static func text(_ number: Double) -> String {
        let text = String(number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A declaration's own description of its constraint takes the place of CloudFormation's words. A secret is not shown.
    private func refusal(_ element: String, _ reason: String, words: String) -> TemplateError {
        let shown = parameter.noEcho ? "****" : element
        let hint = parameter.constraintDescription.map { " (\($0))" } ?? ""
        let said =
            parameter.constraintDescription.map { "Parameter \(parameter.name) failed to satisfy constraint: \($0)" }
            ?? "Parameter '\(parameter.name)' \(words)"
        return parameter.error(
            "the parameter \(parameter.name) cannot be \"\(shown)\": \(reason)\(hint)", words: said)
    }
}
