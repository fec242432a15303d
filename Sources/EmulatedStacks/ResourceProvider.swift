package import EmulatorCore
package import ExactJSON
package import StackTemplate

/// Makes, changes and removes the resources of some CloudFormation types in an emulated service.
package protocol ResourceProvider: Sendable {
    /// By type name, `AWS::SQS::Queue`.
    var types: [String: ResourceType] { get }

    /// Makes a resource; its properties are resolved.
    ///
    /// - Returns: What `Ref` and `Fn::GetAtt` give for it.
    /// - Throws: The service's refusal; nothing of the resource is left then.
    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity

    /// Changes a resource in place; no property that needs a replacement differs.
    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity

    /// Removes a resource; one that is gone already is no error.
    func delete(_ resource: ResolvedResource) async throws(AWSServiceError)
}

/// What is emulated of a CloudFormation type.
package struct ResourceType: Sendable {
    /// The properties that have their effect here, and those without one that a caller could see.
    package var properties: Set<String>
    /// Those whose change takes a new resource ("Update requires: Replacement" in CloudFormation's reference).
    package var replacing: Set<String>
    /// Values of known properties that would change behaviour and are not emulated, each as one clause.
    package var problems: @Sendable (_ properties: JSONValue) -> [String]

    package init(
        properties: Set<String>, replacing: Set<String> = [],
        problems: @escaping @Sendable (_ properties: JSONValue) -> [String] = { _ in [] }
    ) {
        self.properties = properties
        self.replacing = replacing
        self.problems = problems
    }
}

/// The names and identifiers that AWS makes up for a resource, here made up from the stack's name and the logical id, so
/// that they are the same on every start.
package struct ResourceNames: Sendable {
    package var account: EmulatedAccount
    package var stackName: String
    /// The stack's ARN.
    package var stackID: String
    package var logicalID: String
    /// How often the resource has been replaced; each replacement gets names of its own.
    package var generation: Int
    /// Whether a resource that exists already is taken as it is: a table that a data directory kept.
    package var adoptsExisting: Bool
    /// The resource as it was made when the emulator last ran with this stack; nil for one that was not there then.
    package var kept: ResolvedResource?
    /// The tags of the stack, which CloudFormation puts on its resources.
    package var stackTags: [String: String]

    package init(
        account: EmulatedAccount, stackName: String, stackID: String, logicalID: String, generation: Int = 0,
        adoptsExisting: Bool = false, kept: ResolvedResource? = nil, stackTags: [String: String] = [:]
    ) {
        self.kept = kept
        self.account = account
        self.stackName = stackName
        self.stackID = stackID
        self.logicalID = logicalID
        self.generation = generation
        self.adoptsExisting = adoptsExisting
        self.stackTags = stackTags
    }

    /// The kept resource, if the template asks for the very same still: what calls have changed of it since stays then.
    package func kept(as declaration: ResourceDeclaration) -> ResolvedResource? {
        guard adoptsExisting, let kept, kept.type == declaration.type, kept.properties == declaration.properties
        else { return nil }
        return kept
    }

    /// `stack-LogicalId-1A2B3C4D5E6F`, as CloudFormation names what has no name.
    package var generated: String {
        "\(stackName)-\(logicalID)-" + stable(12, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    }

    package var uuid: String { Identifiers.stableUUID(seed("uuid")) }

    /// An identifier such as API Gateway's: lower-case letters and digits.
    ///
    /// - Parameter salt: tells identifiers of one resource apart.
    package func stable(
        _ length: Int, alphabet: String = "abcdefghijklmnopqrstuvwxyz0123456789", salt: String = ""
    ) -> String {
        Identifiers.stable(seed(salt), length: length, alphabet: alphabet)
    }

    private func seed(_ salt: String) -> String {
        let base = "\(account.id)/\(account.region)/\(stackName)/\(logicalID)/\(salt)"
        return generation == 0 ? base : "\(base)/\(generation)"
    }
}
