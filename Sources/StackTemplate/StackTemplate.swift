/// A CloudFormation template as written, checked for shape and names but not yet resolved.
package struct StackTemplate: Sendable, Equatable {
    /// What messages call the template, usually its path.
    package var file: String
    package var description: String?
    package var parameters: [TemplateParameter]
    package var rules: [TemplateRule]
    /// Mapping name, top-level key, second-level key, value.
    package var mappings: [String: [String: [String: TemplateNode]]]
    package var conditions: [TemplateMember]
    /// In the order of the file.
    package var resources: [TemplateResource]
    package var outputs: [TemplateOutput]
}

/// One entry of the Parameters section.
package struct TemplateParameter: Sendable, Equatable {
    package var name: String
    /// CloudFormation's type: `String`, `Number`, `CommaDelimitedList`, `List<Number>` or an AWS-specific one.
    package var type: String
    package var description: String?
    package var defaultValue: String?
    /// Empty when any value is allowed.
    package var allowedValues: [String]
    /// A regular expression that the whole value must match.
    package var allowedPattern: String?
    package var minimumLength: Int?
    package var maximumLength: Int?
    package var minimumValue: Double?
    package var maximumValue: Double?
    package var constraintDescription: String?
    /// Whether the value is a secret that no answer may show.
    package var noEcho: Bool
    package var location: TemplateLocation
}

/// One entry of the Resources section.
package struct TemplateResource: Sendable, Equatable {
    package var logicalID: String
    /// `AWS::DynamoDB::Table`.
    package var type: String
    package var properties: [TemplateMember]
    package var metadata: [TemplateMember]
    package var dependsOn: [String]
    /// The condition under which the resource exists; nil when it always does.
    package var condition: String?
    /// `Delete`, `Retain`, `RetainExceptOnCreate` or `Snapshot`, possibly as a function; nil when the template leaves the default.
    package var deletionPolicy: TemplateNode?
    package var location: TemplateLocation
}

/// One entry of the Outputs section.
package struct TemplateOutput: Sendable, Equatable {
    package var key: String
    package var value: TemplateNode
    package var description: String?
    package var condition: String?
    /// The name under which other stacks import the value; nil when they cannot.
    package var exportName: TemplateNode?
    package var location: TemplateLocation
}
