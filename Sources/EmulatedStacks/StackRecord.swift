package import StackTemplate
package import Timekeeping

/// One stack as CloudFormation knows it, live or deleted.
package struct StackRecord: Sendable {
    package var name: String
    /// Its ARN.
    package var id: String
    /// What it was made of last.
    package var source: StackSource
    package var status: StackStatus
    package var statusReason: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp?
    package var deletedAt: Timestamp?
    package var terminationProtection = false
    /// The values of all parameters, as text.
    package var parameters: [String: String] = [:]
    /// What the parameter store had for the parameters whose value is a name in it.
    package var storedValues: [String: String] = [:]
    /// In the order in which they were made.
    package var resources: [StackResource] = []
    /// By logical id, what the data directory kept of the resources that an earlier process has made.
    package var keptResources: [String: StackResource] = [:]
    package var outputs: [ResolvedOutput] = []
    /// The names of the exports of other stacks that its template imports.
    package var imports: Set<String> = []
    /// The oldest first.
    package var events: [StackEvent] = []
    package var changeSets: [ChangeSet] = []

    package init(name: String, id: String, source: StackSource, status: StackStatus, createdAt: Timestamp) {
        self.name = name
        self.id = id
        self.source = source
        self.status = status
        self.createdAt = createdAt
    }

    package func resource(_ logicalID: String) -> StackResource? { resources.first { $0.logicalID == logicalID } }
}

/// What a caller hands in to create or update a stack.
package struct StackSource: Sendable, Equatable {
    package var templateText: String
    /// What messages call the template.
    package var templateFile: String
    /// The values given; the others take their defaults.
    package var parameters: [String: String]
    package var tags: [String: String]
    package var capabilities: [String]
    package var notificationARNs: [String]
    package var roleARN: String?
    package var onFailure: OnFailure

    /// What becomes of a stack whose creation failed.
    package enum OnFailure: String, Sendable {
        case rollback = "ROLLBACK"
        case doNothing = "DO_NOTHING"
        case delete = "DELETE"
    }

    package init(
        templateText: String, templateFile: String, parameters: [String: String] = [:], tags: [String: String] = [:],
        capabilities: [String] = [], notificationARNs: [String] = [], roleARN: String? = nil,
        onFailure: OnFailure = .rollback
    ) {
        self.templateText = templateText
        self.templateFile = templateFile
        self.parameters = parameters
        self.tags = tags
        self.capabilities = capabilities
        self.notificationARNs = notificationARNs
        self.roleARN = roleARN
        self.onFailure = onFailure
    }
}

/// A resource of a stack and where it stands.
package struct StackResource: Sendable {
    package var resolved: ResolvedResource
    package var status: ResourceStatus
    package var statusReason: String?
    package var changedAt: Timestamp
    /// How often it has been replaced.
    package var generation = 0

    package var logicalID: String { resolved.logicalID }
}

/// One line of a stack's history.
package struct StackEvent: Sendable {
    package var id: String
    package var logicalID: String
    package var physicalID: String
    package var type: String
    /// A status of the stack or of a resource.
    package var status: String
    package var reason: String?
    package var time: Timestamp
    /// The resource's properties as JSON text.
    package var properties: String?

    /// The type of the events about the stack itself.
    package static let stackType = "AWS::CloudFormation::Stack"
}

/// Why an operation on a stack failed.
package struct StackFailure: Error, Sendable, Equatable {
    /// Nil when the template as a whole is to blame.
    package var logicalID: String?
    package var type: String?
    package var message: String
    package var location: TemplateLocation?
    /// CloudFormation's own words, where the template is to blame.
    var wordsOfCloudFormation: String?
}

/// What a stack asks for and does not get here.
package struct StackNotice: Sendable, Equatable, CustomStringConvertible {
    package var logicalID: String
    package var message: String
    package var location: TemplateLocation

    package var description: String { "\(location): \(logicalID): \(message)" }
}
