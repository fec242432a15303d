import EmulatorCore

/// A metric math expression, judged period by period.
///
/// Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. Functions over the whole
/// range of time, such as `RATE` or `METRICS`, are refused by name.
indirect enum MetricExpression: Sendable, Equatable {
    enum Operator: Character, Sendable {
        case plus = "+"
        case minus = "-"
        case times = "*"
        case over = "/"
        case power = "^"
    }

    enum Function: String, Sendable, CaseIterable {
        case sum = "SUM"
        case average = "AVG"
        case minimum = "MIN"
        case maximum = "MAX"
        case absolute = "ABS"
        case ceiling = "CEIL"
        case floor = "FLOOR"
        case fill = "FILL"
    }

    case number(Double)
    case metric(String)
    case arithmetic(MetricExpression, Operator, MetricExpression)
    case function(Function, [MetricExpression])

    /// The value in one period; nil when data is missing that the expression needs, or a division by zero has no result.
    func value(_ metric: (String) -> Double?) -> Double? {
        switch self {
        case .number(let number): return number
        case .metric(let id): return metric(id)
        case .arithmetic(let left, let op, let right):
            guard let first = left.value(metric), let second = right.value(metric) else { return nil }
            let result =
                switch op {
                case .plus: first + second
                case .minus: first - second
                case .times: first * second
                case .over: first / second
                case .power: Self.power(first, second)
                }
            return result.isFinite ? result : nil
        case .function(.fill, let operands):
            return operands.first?.value(metric) ?? operands.last?.value(metric)
        case .function(let function, let operands):
            let values = operands.compactMap { $0.value(metric) }
            guard let first = values.first else { return nil }
            return switch function {
            case .sum: values.reduce(0, +)
            case .average: values.reduce(0, +) / Double(values.count)
            case .minimum: values.min()
            case .maximum: values.max()
            case .absolute: abs(first)
            case .ceiling: first.rounded(.up)
            case .floor: first.rounded(.down)
            case .fill: first
            }
        }
    }

    /// Whole powers by multiplication; others have no result here.
    private static func power(_ base: Double, _ exponent: Double) -> Double {
        guard exponent == exponent.rounded(), abs(exponent) <= 64 else {
            return exponent == 0.5 ? base.squareRoot() : .nan
        }
        var result = 1.0
        for _ in 0..<Int(abs(exponent)) { result *= base }
        return exponent < 0 ? 1 / result : result
    }

    /// The ids that the expression refers to.
    var identifiers: Set<String> {
        switch self {
        case .number: []
        case .metric(let id): [id]
        case .arithmetic(let left, _, let right): left.identifiers.union(right.identifiers)
        case .function(_, let operands): operands.reduce(into: []) { $0.formUnion($1.identifiers) }
        }
    }
}

/// Reads a metric math expression by recursive descent, of bounded depth.
struct MetricExpressionParser {
    private static let maximumDepth = 32

    private let characters: [Character]
    private var position = 0
    private var depth = 0

    /// - Throws: `ValidationError` for a text that is no expression.
    static func parse(_ text: String) throws(AWSServiceError) -> MetricExpression {
        guard text.count <= 2048 else {
            throw .init("ValidationError", "The expression is longer than 2048 characters.")
        }
        var parser = MetricExpressionParser(characters: Array(text))
        let expression = try parser.sum()
        guard parser.next == nil else { throw parser.fail("unexpected '\(parser.next ?? " ")'") }
        return expression
    }

    private init(characters: [Character]) { self.characters = characters }

    private func fail(_ what: String) -> AWSServiceError {
        .init("ValidationError", "Error in expression '\(String(characters))': \(what) at \(position)")
    }

    /// The next character that is no space.
    private var next: Character? {
        mutating get {
            while position < characters.count, characters[position].isWhitespace { position += 1 }
            return position < characters.count ? characters[position] : nil
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character else { return false }
        position += 1
        return true
    }

    private mutating func sum() throws(AWSServiceError) -> MetricExpression {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fail("nested too deeply") }
        defer { depth -= 1 }
        var left = try product()
        while let sign = next, sign == "+" || sign == "-", let op = MetricExpression.Operator(rawValue: sign) {
            position += 1
            left = .arithmetic(left, op, try product())
        }
        return left
    }

    private mutating func product() throws(AWSServiceError) -> MetricExpression {
        var left = try factor()
        while let sign = next, sign == "*" || sign == "/", let op = MetricExpression.Operator(rawValue: sign) {
            position += 1
            left = .arithmetic(left, op, try factor())
        }
        return left
    }

    private mutating func factor() throws(AWSServiceError) -> MetricExpression {
        if take("-") {
            depth += 1
            guard depth <= Self.maximumDepth else { throw fail("nested too deeply") }
            defer { depth -= 1 }
            return .arithmetic(.number(0), .minus, try factor())
        }
        let base = try primary()
        guard take("^") else { return base }
        return .arithmetic(base, .power, try primary())
    }

    private mutating func primary() throws(AWSServiceError) -> MetricExpression {
        guard let first = next else { throw fail("unexpected end") }
        if take("(") {
            let inner = try sum()
            guard take(")") else { throw fail("expected ')'") }
            return inner
        }
        if first.isASCII, first.isNumber || first == "." {
            let text = word { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(text) else { throw fail("'\(text)' is no number") }
            return .number(number)
        }
        let name = word { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard !name.isEmpty else { throw fail("unexpected '\(first)'") }
        guard take("(") else { return .metric(name) }
        guard let function = MetricExpression.Function(rawValue: name.uppercased()) else {
            throw fail("the function \(name) is not emulated")
        }
        let operands = try operands()
        guard take(")") else { throw fail("expected ')'") }
        let isSingle = [.absolute, .ceiling, .floor].contains(function)
        guard operands.count == (isSingle ? 1 : function == .fill ? 2 : operands.count) else {
            throw fail("wrong number of arguments of \(name)")
        }
        return .function(function, operands)
    }

    /// `[m1, m2]` or the arguments themselves.
    private mutating func operands() throws(AWSServiceError) -> [MetricExpression] {
        let isArray = take("[")
        var operands = [try sum()]
        while take(",") { operands.append(try sum()) }
        if isArray { guard take("]") else { throw fail("expected ']'") } }
        return operands
    }

    private mutating func word(_ isPart: (Character) -> Bool) -> String {
        _ = next
        let start = position
        while position < characters.count, isPart(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }
}
