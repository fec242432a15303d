/// A metric math expression as it is written.
package indirect enum MathExpression: Sendable, Equatable {
    package enum BinaryOperator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case power = "^"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and = "&&"
        case or = "||"
    }

    package enum UnaryOperator: String, Sendable {
        case negate = "-"
        case not = "!"
    }

    case number(Double)
    /// Quoted, as METRICS takes it.
    case text(String)
    /// The id of another query.
    case reference(String)
    /// A word with a capital letter that is no function: REPEAT, ASC.
    case keyword(String)
    case array([MathExpression])
    case unary(UnaryOperator, MathExpression)
    case binary(BinaryOperator, MathExpression, MathExpression)
    case call(MathFunction, [MathExpression])

    /// The ids that the expression refers to.
    package var references: Set<String> {
        switch self {
        case .number, .text, .keyword: []
        case .reference(let id): [id]
        case .unary(_, let operand): operand.references
        case .binary(_, let left, let right): left.references.union(right.references)
        case .array(let elements), .call(_, let elements): elements.reduce(into: []) { $0.formUnion($1.references) }
        }
    }

    /// The arguments of METRICS in it: it refers to all metrics whose id has the text, `""` to all.
    package var metricSearches: [String] {
        switch self {
        case .number, .text, .keyword, .reference: []
        case .unary(_, let operand): operand.metricSearches
        case .binary(_, let left, let right): left.metricSearches + right.metricSearches
        case .call(.metrics, let arguments): if case .text(let text)? = arguments.first { [text] } else { [""] }
        case .array(let elements), .call(_, let elements): elements.flatMap(\.metricSearches)
        }
    }

    /// The most series that it or a part of it may consist of.
    ///
    /// - Parameters:
    ///   - width: that of the query of an id.
    ///   - metrics: how many metrics METRICS finds.
    package func width(_ width: (String) -> Int, metrics: (String) -> Int) -> Int {
        switch self {
        case .number, .text, .keyword: 1
        case .reference(let id): width(id)
        case .unary(_, let operand): operand.width(width, metrics: metrics)
        case .binary(_, let left, let right):
            max(left.width(width, metrics: metrics), right.width(width, metrics: metrics))
        case .array(let elements): elements.reduce(0) { $0 + $1.width(width, metrics: metrics) }
        case .call(.metrics, _): max(1, metricSearches.reduce(0) { $0 + metrics($1) })
        case .call(_, let arguments): arguments.reduce(1) { max($0, $1.width(width, metrics: metrics)) }
        }
    }

    /// How many parts it has, a measure of the work that one point costs.
    package var size: Int {
        switch self {
        case .number, .text, .keyword, .reference: 1
        case .unary(_, let operand): 1 + operand.size
        case .binary(_, let left, let right): 1 + left.size + right.size
        case .array(let elements), .call(_, let elements): elements.reduce(1) { $0 + $1.size }
        }
    }
}
