/// Decides the template's conditions, each once, whatever order they stand in.
struct ConditionEvaluation {
    private var evaluation: Evaluation
    /// The conditions being decided, outermost first.
    private var open: [String] = []

    private init(_ evaluation: Evaluation) { self.evaluation = evaluation }

    /// All conditions by name.
    static func decide(_ evaluation: Evaluation) throws(TemplateError) -> [String: Bool] {
        var deciding = ConditionEvaluation(evaluation)
        for condition in evaluation.template.conditions {
            _ = try deciding.holds(condition.name, at: condition.value)
        }
        return deciding.evaluation.conditions
    }

    private mutating func holds(_ name: String, at node: TemplateNode) throws(TemplateError) -> Bool {
        if let decided = evaluation.conditions[name] { return decided }
        guard let declared = evaluation.template.conditions.first(where: { $0.name == name }) else {
            throw node.error(.unknownName, "there is no condition \(name)")
        }
        guard !open.contains(name) else {
            throw node.error(.cycle, "conditions need each other: \((open + [name]).joined(separator: " -> "))")
        }
        open.append(name)
        let decided = try truth(of: declared.value)
        open.removeLast()
        evaluation.conditions[name] = decided
        return decided
    }

    private mutating func truth(of node: TemplateNode) throws(TemplateError) -> Bool {
        switch node.content {
        case .intrinsic(.condition(let name)): return try holds(name, at: node)
        // The long form of a condition inside Fn::And, Fn::Or and Fn::Not.
        case .map(let members) where members.count == 1 && members[0].name == "Condition":
            return try holds(members[0].value.scalarText ?? "", at: node)
        case .intrinsic(.equals(let left, let right)):
            return try evaluation.text(of: left) == evaluation.text(of: right)
        case .intrinsic(.not(let operand)): return try !truth(of: operand)
        case .intrinsic(.and(let operands)):
            for operand in operands where try !truth(of: operand) { return false }
            return true
        case .intrinsic(.or(let operands)):
            for operand in operands where try truth(of: operand) { return true }
            return false
        default: throw node.error(.value, "a condition must be Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition")
        }
    }
}
