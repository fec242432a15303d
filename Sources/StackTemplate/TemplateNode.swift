/// One value of a template as written: literals, collections and unevaluated functions, each with its place.
package struct TemplateNode: Sendable, Equatable {
    package indirect enum Content: Sendable, Equatable {
        case bool(Bool)
        /// The literal, in JSON's number syntax.
        case number(String)
        case string(String)
        case list([TemplateNode])
        case map([TemplateMember])
        case intrinsic(Intrinsic)
    }

    package var content: Content
    package var location: TemplateLocation

    /// The text of a string, number or boolean as CloudFormation would pass it on; nil for anything else.
    var scalarText: String? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .list, .map, .intrinsic: nil
        }
    }

    /// The member of a map, or nil when this is no map or has no such member.
    subscript(_ name: String) -> TemplateNode? {
        guard case .map(let members) = content else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The words for an error message: "a list", "text".
    var kind: String {
        switch content {
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "text"
        case .list: "a list"
        case .map: "a map"
        case .intrinsic(let function): "the function \(function.name)"
        }
    }

    /// - Parameter words: CloudFormation's own words for the mistake, where they are known.
    func error(_ code: TemplateError.Code, _ message: String, words: String? = nil) -> TemplateError {
        TemplateError(code: code, message: message, location: location, wordsOfCloudFormation: words)
    }
}

/// One member of a map, in the order of the file.
package struct TemplateMember: Sendable, Equatable {
    package var name: String
    /// Where the name stands.
    package var location: TemplateLocation
    package var value: TemplateNode
}
