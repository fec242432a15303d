/// A CloudFormation function with its arguments checked for shape but not yet evaluated.
///
/// Source: "Intrinsic function reference" of the CloudFormation user guide.
package indirect enum Intrinsic: Sendable, Equatable {
    case ref(String)
    case getAtt(resource: String, attribute: String)
    case sub(Substitution, variables: [TemplateMember])
    case join(delimiter: String, elements: TemplateNode)
    case select(index: TemplateNode, elements: TemplateNode)
    case split(delimiter: String, source: TemplateNode)
    case findInMap(map: TemplateNode, topKey: TemplateNode, secondKey: TemplateNode)
    case base64(TemplateNode)
    case choose(condition: String, then: TemplateNode, otherwise: TemplateNode)
    case equals(TemplateNode, TemplateNode)
    case and([TemplateNode])
    case or([TemplateNode])
    case not(TemplateNode)
    case condition(String)

    /// The function's name in the long form.
    var name: String {
        switch self {
        case .ref: "Ref"
        case .getAtt: "Fn::GetAtt"
        case .sub: "Fn::Sub"
        case .join: "Fn::Join"
        case .select: "Fn::Select"
        case .split: "Fn::Split"
        case .findInMap: "Fn::FindInMap"
        case .base64: "Fn::Base64"
        case .choose: "Fn::If"
        case .equals: "Fn::Equals"
        case .and: "Fn::And"
        case .or: "Fn::Or"
        case .not: "Fn::Not"
        case .condition: "Condition"
        }
    }

    /// The nodes inside the arguments, for a walk over everything.
    var operands: [TemplateNode] {
        switch self {
        case .ref, .getAtt, .condition: []
        case .sub(_, let variables): variables.map(\.value)
        case .join(_, let elements): [elements]
        case .select(let index, let elements): [index, elements]
        case .split(_, let source): [source]
        case .findInMap(let map, let topKey, let secondKey): [map, topKey, secondKey]
        case .base64(let source): [source]
        case .choose(_, let then, let otherwise): [then, otherwise]
        case .equals(let left, let right): [left, right]
        case .and(let operands), .or(let operands): operands
        case .not(let operand): [operand]
        }
    }
}

extension Intrinsic {
    /// Checks the arguments of one function.
    ///
    /// - Parameters:
    ///   - name: The long form, `Ref`, `Condition` or `Fn::...`.
    ///   - argument: What stands under the name or behind the tag.
    init(named name: String, argument: TemplateNode) throws(TemplateError) {
        switch name {
        case "Ref": self = .ref(try argument.text(of: name))
        case "Condition": self = .condition(try argument.text(of: name))
        case "Fn::GetAtt": self = try Self.getAtt(from: argument)
        case "Fn::Sub": self = try Self.sub(from: argument)
        case "Fn::Join":
            let parts = try argument.elements(2...2, of: name)
            self = .join(delimiter: try parts[0].text(of: name), elements: parts[1])
        case "Fn::Select":
            let parts = try argument.elements(2...2, of: name)
            self = .select(index: parts[0], elements: parts[1])
        case "Fn::Split":
            let parts = try argument.elements(2...2, of: name)
            let delimiter = try parts[0].text(of: name)
            guard !delimiter.isEmpty else { throw parts[0].error(.malformed, "Fn::Split needs a delimiter") }
            self = .split(delimiter: delimiter, source: parts[1])
        case "Fn::FindInMap":
            let parts = try argument.elements(3...3, of: name)
            self = .findInMap(map: parts[0], topKey: parts[1], secondKey: parts[2])
        case "Fn::Base64": self = .base64(argument)
        case "Fn::If":
            let parts = try argument.elements(3...3, of: name)
            self = .choose(condition: try parts[0].text(of: name), then: parts[1], otherwise: parts[2])
        case "Fn::Equals":
            let parts = try argument.elements(2...2, of: name)
            self = .equals(parts[0], parts[1])
        // The two to ten operands are CloudFormation's own limits.
        case "Fn::And": self = .and(try argument.elements(2...10, of: name))
        case "Fn::Or": self = .or(try argument.elements(2...10, of: name))
        case "Fn::Not": self = .not(try argument.elements(1...1, of: name)[0])
        default: throw argument.error(.unsupported, "the function \(name) is not supported")
        }
    }

    /// `Resource.Attribute` as text, or both as a list; an attribute's own dots stay in it.
    private static func getAtt(from argument: TemplateNode) throws(TemplateError) -> Intrinsic {
        if case .list = argument.content {
            let parts = try argument.elements(2...2, of: "Fn::GetAtt")
            return .getAtt(
                resource: try parts[0].text(of: "Fn::GetAtt"), attribute: try parts[1].text(of: "Fn::GetAtt"))
        }
        let text = try argument.text(of: "Fn::GetAtt")
        guard let dot = text.firstIndex(of: "."), dot != text.startIndex, text.index(after: dot) != text.endIndex else {
            throw argument.error(.malformed, "Fn::GetAtt needs a resource and an attribute, as in Table.Arn")
        }
        return .getAtt(resource: String(text[..<dot]), attribute: String(text[text.index(after: dot)...]))
    }

    /// Text alone, or a list of the text and a map of variables of its own.
    private static func sub(from argument: TemplateNode) throws(TemplateError) -> Intrinsic {
        guard case .list = argument.content else {
            let text = try argument.text(of: "Fn::Sub")
            return .sub(try Substitution(parsing: text, location: argument.location), variables: [])
        }
        let parts = try argument.elements(2...2, of: "Fn::Sub")
        guard case .map(let variables) = parts[1].content else {
            throw parts[1].error(.malformed, "Fn::Sub needs a map of variables, not \(parts[1].kind)")
        }
        let text = try parts[0].text(of: "Fn::Sub")
        return .sub(try Substitution(parsing: text, location: parts[0].location), variables: variables)
    }
}

extension TemplateNode {
    fileprivate func text(of function: String) throws(TemplateError) -> String {
        guard let text = scalarText else { throw error(.malformed, "\(function) needs text here, not \(kind)") }
        return text
    }

    fileprivate func elements(_ count: ClosedRange<Int>, of function: String) throws(TemplateError) -> [TemplateNode] {
        let wanted =
            count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        guard case .list(let elements) = content else {
            throw error(.malformed, "\(function) needs a list of \(wanted), not \(kind)")
        }
        guard count.contains(elements.count) else {
            throw error(.malformed, "\(function) needs a list of \(wanted), got \(elements.count)")
        }
        return elements
    }
}
