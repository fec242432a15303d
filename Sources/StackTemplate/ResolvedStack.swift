package import ExactJSON

/// A resource whose properties are known, before it exists.
package struct ResourceDeclaration: Sendable, Equatable {
    package var logicalID: String
    /// `AWS::DynamoDB::Table`.
    package var type: String
    /// An object; members whose value came out as `AWS::NoValue` are left out.
    package var properties: JSONValue
    /// An object; members with a value that cannot be told are left out, for metadata has no say in what is made.
    package var metadata: JSONValue
    /// Where the resource stands in the template.
    package var location: TemplateLocation

    package init(
        logicalID: String, type: String, properties: JSONValue, metadata: JSONValue = [:], location: TemplateLocation
    ) {
        self.logicalID = logicalID
        self.type = type
        self.properties = properties
        self.metadata = metadata
        self.location = location
    }
}

/// What a created resource answers to `Ref` and `Fn::GetAtt`.
package struct ResourceIdentity: Sendable, Equatable {
    /// What `Ref` gives, the physical id.
    package var ref: String
    /// What `Fn::GetAtt` gives, by attribute name: `Arn`, `StreamArn`.
    package var attributes: [String: String]
    /// Whether the resource is only named, not made: any attribute then gives some text.
    package var isPlaceholder: Bool

    package init(ref: String, attributes: [String: String] = [:], isPlaceholder: Bool = false) {
        self.ref = ref
        self.attributes = attributes
        self.isPlaceholder = isPlaceholder
    }
}

/// A template with everything looked up.
package struct ResolvedStack: Sendable, Equatable {
    /// The values given or defaulted, as text.
    package var parameters: [String: String]
    /// Those whose condition holds, each after all it depends on.
    package var resources: [ResolvedResource]
    package var outputs: [ResolvedOutput]

    package init(parameters: [String: String], resources: [ResolvedResource], outputs: [ResolvedOutput]) {
        self.parameters = parameters
        self.resources = resources
        self.outputs = outputs
    }

    /// The resource of that logical id, or nil when the template has none or a condition leaves it out.
    package func resource(_ logicalID: String) -> ResolvedResource? { resources.first { $0.logicalID == logicalID } }
}

/// One resource of a resolved stack.
package struct ResolvedResource: Sendable, Equatable {
    package var logicalID: String
    package var type: String
    /// An object.
    package var properties: JSONValue
    /// What `Ref` gives, the physical id.
    package var ref: String
    /// What `Fn::GetAtt` gives, by attribute name.
    package var attributes: [String: String]
    /// `Delete`, `Retain`, `RetainExceptOnCreate` or `Snapshot`.
    package var deletionPolicy: String
    /// Logical ids of the resources that must exist before this one.
    package var dependencies: [String]
    /// Where the resource stands in the template.
    package var location: TemplateLocation

    package init(
        logicalID: String, type: String, properties: JSONValue, ref: String, attributes: [String: String],
        deletionPolicy: String, dependencies: [String], location: TemplateLocation
    ) {
        self.logicalID = logicalID
        self.type = type
        self.properties = properties
        self.ref = ref
        self.attributes = attributes
        self.deletionPolicy = deletionPolicy
        self.dependencies = dependencies
        self.location = location
    }

    package var line: Int { location.line }
    package var column: Int { location.column }
}

/// One output of a resolved stack.
package struct ResolvedOutput: Sendable, Equatable {
    package var key: String
    package var value: String
    package var description: String?
    /// The name under which other stacks import the value; nil when they cannot.
    package var exportName: String?
}
