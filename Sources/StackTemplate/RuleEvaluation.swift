internal import ExactJSON

/// Checks the assertions of a template's rules against its parameters.
struct RuleEvaluation {
    let evaluation: Evaluation

    /// - Throws: `TemplateError` with code `parameter` that lists all assertions of all rules that do not hold.
    func check() throws(TemplateError) {
        var failures: [(rule: TemplateRule, reason: String)] = []
        for rule in evaluation.template.rules {
            if let condition = rule.condition, try !holds(condition) { continue }
            for assertion in rule.assertions where try !holds(assertion.assert) {
                failures.append((rule, assertion.description ?? "an assertion does not hold"))
            }
        }
        guard let first = failures.first else { return }
        let reasons = failures.map { "the rule \($0.rule.name) is not met: \($0.reason)" }.joined(separator: "; ")
        let words = failures.map { "Rule \($0.rule.name) failed: \($0.reason)" }.joined(separator: "; ")
        throw TemplateError(
            code: .parameter, message: reasons, location: first.rule.location, wordsOfCloudFormation: words)
    }

    private func holds(_ node: TemplateNode) throws(TemplateError) -> Bool {
        guard case .intrinsic(let function) = node.content else {
            if case .bool(let value) = node.content { return value }
            throw node.error(.value, "an assertion must be a function that is true or false, not \(node.kind)")
        }
        switch function {
        case .equals(let left, let right): return try evaluation.text(of: left) == evaluation.text(of: right)
        case .not(let operand): return try !holds(operand)
        case .and(let operands):
            for operand in operands where try !holds(operand) { return false }
            return true
        case .or(let operands):
            for operand in operands where try holds(operand) { return true }
            return false
        case .contains(let list, let value):
            let wanted = try evaluation.text(of: value)
            return try texts(list).contains(wanted)
        case .eachMemberEquals(let list, let value):
            let wanted = try evaluation.text(of: value)
            return try texts(list).allSatisfy { $0 == wanted }
        case .eachMemberIn(let list, let among):
            let wanted = try texts(among)
            return try texts(list).allSatisfy(wanted.contains)
        default: throw node.error(.value, "\(function.name) is neither true nor false")
        }
    }

    private func texts(_ node: TemplateNode) throws(TemplateError) -> [String] {
        var texts: [String] = []
        for element in try evaluation.list(of: node) { texts.append(try Evaluation.text(element, at: node)) }
        return texts
    }
}
