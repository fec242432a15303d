import EmulatorCore
import ExactJSON
import Wildcards

/// Which messages a subscription wants, by their attributes or by their body
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html).
struct FilterPolicy: Sendable, Equatable {
    private indirect enum Rule: Sendable, Equatable {
        /// Every key must match.
        case all([String: Rule])
        /// One of several must match.
        case any([Rule])
        /// One of a key's conditions must hold.
        case conditions([FilterCondition])
    }

    private var rule: Rule
    /// Whether the message's body is asked instead of its attributes.
    var isAboutBody: Bool

    /// Reads a policy.
    ///
    /// - Throws: `InvalidParameter` in SNS's words.
    init(_ text: String, isAboutBody: Bool) throws(AWSServiceError) {
        guard let json = try? JSONValue(parsing: Array(text.utf8)) else {
            throw FilterCondition.invalid("failed to parse JSON.")
        }
        guard case .object = json else { throw FilterCondition.invalid("Filter policy must be a JSON object.") }
        self.isAboutBody = isAboutBody
        rule = try Self.rule(json, isAboutBody: isAboutBody, depth: 0)
    }

    private static func rule(_ json: JSONValue, isAboutBody: Bool, depth: Int) throws(AWSServiceError) -> Rule {
        var keys: [String: Rule] = [:]
        for (key, value) in json.objectValue ?? [:] {
            switch value {
            case .array(let alternatives)
            where key == "$or" && alternatives.count > 1 && alternatives.allSatisfy({ $0.objectValue != nil }):
                var rules: [Rule] = []
                for alternative in alternatives {
                    rules.append(try rule(alternative, isAboutBody: isAboutBody, depth: depth))
                }
                keys[key] = .any(rules)
            case .array(let conditions):
                guard !conditions.isEmpty else { throw FilterCondition.invalid("Empty arrays are not allowed") }
                var read: [FilterCondition] = []
                for condition in conditions { read.append(try FilterCondition(condition)) }
                keys[key] = .conditions(read)
            case .object:
                guard isAboutBody else {
                    throw FilterCondition.invalid(
                        "Filter policy scope MessageAttributes does not support nested filter policy")
                }
                guard depth < 5 else { throw FilterCondition.invalid("Filter policy is too deep") }
                keys[key] = try rule(value, isAboutBody: isAboutBody, depth: depth + 1)
            default: throw FilterCondition.invalid("\"\(key)\" must be an object or an array")
            }
        }
        return .all(keys)
    }

    /// Whether a message is wanted.
    func matches(body: String, attributes: [String: MessageAttribute]) -> Bool {
        if isAboutBody {
            guard let json = try? JSONValue(parsing: Array(body.utf8)), case .object = json else { return false }
            return Self.matches(rule, json)
        }
        return Self.matches(rule, .object(attributes.compactMapValues(Self.value)))
    }

    private static func value(_ attribute: MessageAttribute) -> JSONValue? {
        if attribute.dataType.hasPrefix("String.Array") { return try? JSONValue(parsing: Array(attribute.value.utf8)) }
        if attribute.dataType.hasPrefix("Number") { return .number(attribute.value) }
        return attribute.isBinary ? nil : .string(attribute.value)
    }

    private static func matches(_ rule: Rule, _ json: JSONValue) -> Bool {
        // An object within a list is matched element by element.
        if case .array(let elements) = json, case .all = rule { return elements.contains { matches(rule, $0) } }
        switch rule {
        case .any(let rules): return rules.contains { matches($0, json) }
        case .all(let keys):
            return keys.allSatisfy { key, rule in
                switch rule {
                case .any: return matches(rule, json)
                case .all: return json[key].map { matches(rule, $0) } ?? matches(rule, [:])
                case .conditions(let conditions):
                    let values = json[key].map { $0.arrayValue ?? [$0] }
                    return conditions.contains { $0.holds(values) }
                }
            }
        case .conditions: return false
        }
    }
}

/// One condition on the values of a key.
enum FilterCondition: Sendable, Equatable {
    case equals(JSONValue)
    case prefix(String), suffix(String), wildcard(String)
    case ignoringCase(String)
    case anythingBut([FilterCondition])
    case numeric([Comparison])
    case exists(Bool)
    case network(IPv4Network)

    struct Comparison: Sendable, Equatable {
        var symbol: String
        var number: Double
    }

    static func invalid(_ message: String) -> AWSServiceError {
        AWSServiceError("InvalidParameter", "Invalid parameter: FilterPolicy: \(message)")
    }

    init(_ json: JSONValue) throws(AWSServiceError) {
        guard case .object(let members) = json else {
            if case .array = json { throw Self.invalid("Match value must be String, number, true, false, or null") }
            self = .equals(json)
            return
        }
        guard members.count == 1, let (kind, value) = members.first else {
            throw Self.invalid("Only one key allowed in match expression")
        }
        switch (kind, value) {
        case ("prefix", .string(let text)): self = .prefix(text)
        case ("suffix", .string(let text)): self = .suffix(text)
        case ("wildcard", .string(let text)): self = .wildcard(text)
        case ("equals-ignore-case", .string(let text)): self = .ignoringCase(text)
        case ("exists", .bool(let flag)): self = .exists(flag)
        case ("cidr", .string(let text)):
            guard let network = IPv4Network(text) else { throw Self.invalid("Malformed CIDR, one '/' required") }
            self = .network(network)
        case ("anything-but", .object): self = .anythingBut([try FilterCondition(value)])
        case ("anything-but", .array(let elements)):
            guard !elements.isEmpty else { throw Self.invalid("Empty arrays are not allowed") }
            var conditions: [FilterCondition] = []
            for element in elements { conditions.append(try FilterCondition(element)) }
            self = .anythingBut(conditions)
        case ("anything-but", _): self = .anythingBut([.equals(value)])
        case ("numeric", .array(let elements)): self = .numeric(try Self.comparisons(elements))
        default: throw Self.invalid("Unrecognized match type \(kind)")
        }
    }

    private static func comparisons(_ elements: [JSONValue]) throws(AWSServiceError) -> [Comparison] {
        guard elements.count == 2 || elements.count == 4 else {
            throw invalid("Invalid member in numeric match: \(JSONValue.array(elements).text)")
        }
        var comparisons: [Comparison] = []
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let symbol = elements[index].stringValue, ["=", "<", "<=", ">", ">="].contains(symbol) else {
                throw invalid("Unrecognized numeric range operator: \(elements[index].text)")
            }
            guard let number = elements[index + 1].doubleValue else {
                throw invalid("Value of \(symbol) must be numeric")
            }
            comparisons.append(Comparison(symbol: symbol, number: number))
        }
        return comparisons
    }

    /// - Parameter values: of the key; nil when the message does not have it.
    func holds(_ values: [JSONValue]?) -> Bool {
        if case .exists(let wanted) = self { return (values != nil) == wanted }
        return values?.contains(where: fits) ?? false
    }

    private func fits(_ value: JSONValue) -> Bool {
        switch self {
        case .equals(let wanted):
            if let left = wanted.doubleValue, let right = value.doubleValue { return left == right }
            return wanted == value
        case .prefix(let text): return value.stringValue?.hasPrefix(text) ?? false
        case .suffix(let text): return value.stringValue?.hasSuffix(text) ?? false
        case .wildcard(let text): return value.stringValue.map { WildcardPattern(text).matches($0) } ?? false
        case .ignoringCase(let text): return value.stringValue?.lowercased() == text.lowercased()
        case .anythingBut(let conditions): return !conditions.contains { $0.fits(value) }
        case .network(let network): return value.stringValue.map(network.contains) ?? false
        case .exists: return true
        case .numeric(let comparisons):
            guard let number = value.doubleValue else { return false }
            return comparisons.allSatisfy { comparison in
                switch comparison.symbol {
                case "=": number == comparison.number
                case "<": number < comparison.number
                case "<=": number <= comparison.number
                case ">": number > comparison.number
                default: number >= comparison.number
                }
            }
        }
    }
}

/// A block of addresses: `10.0.0.0/24`.
struct IPv4Network: Sendable, Equatable {
    private var address: UInt32
    private var mask: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let address = Self.address(String(parts[0])), let bits = Int(parts[1]),
            (0...32).contains(bits)
        else { return nil }
        mask = bits == 0 ? 0 : UInt32.max << UInt32(32 - bits)
        self.address = address & mask
    }

    func contains(_ text: String) -> Bool { Self.address(text).map { $0 & mask == address } ?? false }

    private static func address(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?.some(0)) { value, part in
            guard let value, let part else { return nil }
            return value << 8 | UInt32(part)
        }
    }
}
