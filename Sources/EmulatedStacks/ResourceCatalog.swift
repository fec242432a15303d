import ExactJSON
package import StackTemplate

/// All that is emulated: the providers by the types that they know.
package struct ResourceCatalog: Sendable {
    private var entries: [String: (type: ResourceType, provider: any ResourceProvider)] = [:]

    /// Types without any effect, here or on AWS.
    private static let withoutEffect: Set<String> = [
        "AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle",
    ]

    package init(_ providers: [any ResourceProvider]) {
        for provider in providers {
            for (name, type) in provider.types { entries[name] = (type, provider) }
        }
    }

    package func type(_ name: String) -> ResourceType? { entries[name]?.type }

    /// Nil for a type that is not emulated.
    package func provider(of type: String) -> (any ResourceProvider)? { entries[type]?.provider }

    /// All that a resource asks for and does not get.
    package func notices(for resource: ResourceDeclaration) -> [StackNotice] {
        func notice(_ message: String) -> StackNotice {
            StackNotice(logicalID: resource.logicalID, message: message, location: resource.location)
        }
        if Self.withoutEffect.contains(resource.type) { return [] }
        guard let type = type(resource.type) else { return [notice("\(resource.type) is not emulated")] }
        let unknown = (resource.properties.objectValue ?? [:]).keys.filter { !type.properties.contains($0) }
        return unknown.sorted().map { notice("the property \($0) of \(resource.type) is not emulated") }
            + type.problems(resource.properties).map(notice)
    }
}
