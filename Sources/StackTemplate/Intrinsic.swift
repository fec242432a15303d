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
    case findInMap(map: TemplateNode, topKey: TemplateNode, secondKey: TemplateNode, fallback: TemplateNode?)
    case importValue(TemplateNode)
    case availabilityZones(region: TemplateNode)
    case cidr(block: TemplateNode, count: TemplateNode, hostBits: TemplateNode)
    /// Of the transform AWS::LanguageExtensions, as are `toJSONString` and the fallback of `findInMap`.
    case length(TemplateNode)
    case toJSONString(TemplateNode)
    case base64(TemplateNode)
    case choose(condition: String, then: TemplateNode, otherwise: TemplateNode)
    case equals(TemplateNode, TemplateNode)
    case and([TemplateNode])
    case or([TemplateNode])
    case not(TemplateNode)
    case condition(String)
    /// The functions of rules.
    case contains(TemplateNode, TemplateNode)
    case eachMemberEquals(TemplateNode, TemplateNode)
    case eachMemberIn(TemplateNode, TemplateNode)
    case allParameters(type: String)

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
        case .importValue: "Fn::ImportValue"
        case .availabilityZones: "Fn::GetAZs"
        case .cidr: "Fn::Cidr"
        case .length: "Fn::Length"
        case .toJSONString: "Fn::ToJsonString"
        case .contains: "Fn::Contains"
        case .eachMemberEquals: "Fn::EachMemberEquals"
        case .eachMemberIn: "Fn::EachMemberIn"
        case .allParameters: "Fn::RefAll"
        }
    }

    /// The nodes inside the arguments, for a walk over everything.
    var operands: [TemplateNode] {
        switch self {
        case .ref, .getAtt, .condition, .allParameters: []
        case .sub(_, let variables): variables.map(\.value)
        case .join(_, let elements): [elements]
        case .select(let index, let elements): [index, elements]
        case .split(_, let source): [source]
        case .findInMap(let map, let topKey, let secondKey, let fallback):
            [map, topKey, secondKey] + (fallback.map { [$0] } ?? [])
        case .importValue(let name): [name]
        case .availabilityZones(let region): [region]
        case .cidr(let block, let count, let hostBits): [block, count, hostBits]
        case .length(let value), .toJSONString(let value): [value]
        case .contains(let left, let right), .eachMemberEquals(let left, let right), .eachMemberIn(let left, let right):
            [left, right]
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
            self = try Self.findInMap(from: argument)
        case "Fn::ImportValue": self = .importValue(argument)
        case "Fn::GetAZs": self = .availabilityZones(region: argument)
        case "Fn::Cidr":
            let parts = try argument.elements(2...3, of: name)
            let eight = TemplateNode(content: .number("8"), location: argument.location)
            self = .cidr(block: parts[0], count: parts[1], hostBits: parts.count > 2 ? parts[2] : eight)
        case "Fn::Length": self = .length(argument)
        case "Fn::ToJsonString": self = .toJSONString(argument)
        case "Fn::Contains":
            let parts = try argument.elements(2...2, of: name)
            self = .contains(parts[0], parts[1])
        case "Fn::EachMemberEquals":
            let parts = try argument.elements(2...2, of: name)
            self = .eachMemberEquals(parts[0], parts[1])
        case "Fn::EachMemberIn":
            let parts = try argument.elements(2...2, of: name)
            self = .eachMemberIn(parts[0], parts[1])
        case "Fn::RefAll": self = .allParameters(type: try argument.text(of: name))
        case "Fn::ValueOf", "Fn::ValueOfAll":
            throw argument.error(
                .unsupported, "\(name) asks for attributes of resources in an account, which is not supported")
        case "Fn::Transform":
            throw argument.error(.unsupported, "macros such as AWS::Include (Fn::Transform) are not supported")
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

    /// Three texts, and possibly a map with the value that stands in for a missing one.
    private static func findInMap(from argument: TemplateNode) throws(TemplateError) -> Intrinsic {
        let parts = try argument.elements(3...4, of: "Fn::FindInMap")
        let fallback = parts.count > 3 ? parts[3]["DefaultValue"] : nil
        if parts.count > 3, fallback == nil {
            throw parts[3].error(.malformed, "Fn::FindInMap takes only a DefaultValue behind its three names")
        }
        return .findInMap(map: parts[0], topKey: parts[1], secondKey: parts[2], fallback: fallback)
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
