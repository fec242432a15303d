internal import ExactJSON

/// The type of a template's parameter.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
struct ParameterType: Sendable, Equatable {
    /// The type's name with the wrappers taken off: `String`, `Number`, `AWS::EC2::VPC::Id`.
    var element: String
    var isList: Bool
    /// Whether the parameter's value is a name in the parameter store, where the value itself is.
    var isStored: Bool

    /// Nil for what CloudFormation does not know.
    init?(_ name: String) {
        var rest = Substring(name)
        isStored = false
        if let inner = Self.inside(rest, of: "AWS::SSM::Parameter::Value") {
            isStored = true
            rest = inner
        }
        if rest == "CommaDelimitedList" {
            (element, isList) = ("String", true)
            return
        }
        isList = false
        if let inner = Self.inside(rest, of: "List") {
            isList = true
            rest = inner
        }
        element = String(rest)
        let isPlain = element == "String" || (element == "Number" && !isStored)
        // `List<String>` is a type of the parameter store alone.
        if element == "String", isList, !isStored { return nil }
        guard isPlain || Self.specific.contains(element) else { return nil }
    }

    private static func inside(_ text: Substring, of wrapper: String) -> Substring? {
        guard text.hasPrefix("\(wrapper)<"), text.hasSuffix(">") else { return nil }
        return text.dropFirst(wrapper.count + 1).dropLast()
    }

    /// Types whose values exist in an account. There is no account here to check them against; they are text.
    private static let specific: Set<String> = [
        "AWS::EC2::AvailabilityZone::Name", "AWS::EC2::Image::Id", "AWS::EC2::Instance::Id",
        "AWS::EC2::KeyPair::KeyName", "AWS::EC2::SecurityGroup::GroupName", "AWS::EC2::SecurityGroup::Id",
        "AWS::EC2::Subnet::Id", "AWS::EC2::Volume::Id", "AWS::EC2::VPC::Id", "AWS::Route53::HostedZone::Id",
        "AWS::SSM::Parameter::Name",
    ]

    /// What `Ref` gives for a value's text: lists give a list, numbers stay literal.
    func value(of text: String) -> JSONValue {
        if isList { return .array(Self.elements(of: text).map(single)) }
        return single(text)
    }

    private func single(_ text: String) -> JSONValue {
        element == "Number" && NumberSyntax.isJSONNumber(text) ? .number(text) : .string(text)
    }

    /// CloudFormation trims the spaces around each member of a comma-delimited list.
    static func elements(of text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    }
}
