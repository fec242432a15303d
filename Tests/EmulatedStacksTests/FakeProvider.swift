import EmulatorCore
import ExactJSON
import StackTemplate
import Synchronization

@testable import EmulatedStacks

/// A service of things that remembers what was asked of it, and refuses things of the size `bad`.
final class FakeProvider: ResourceProvider {
    private let state = Mutex<(calls: [String], sizes: [String: String])>(([], [:]))

    let types = ["Test::Thing": ResourceType(properties: ["Name", "Size", "Near", "Tags"], replacing: ["Name"])]

    var calls: [String] { state.withLock { $0.calls } }
    /// The sizes of the things there are, by name.
    var sizes: [String: String] { state.withLock { $0.sizes } }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let name = resource.properties["Name"]?.stringValue ?? names.generated
        try put(resource, name, "create")
        return ResourceIdentity(ref: name, attributes: ["Arn": "arn:thing/\(name)"])
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        try put(resource, old.ref, "update")
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        if resource.properties["Size"]?.stringValue == "stuck" {
            throw AWSServiceError("ConflictException", "The thing is in use.")
        }
        state.withLock { state in
            state.calls.append("delete \(resource.ref)")
            state.sizes[resource.ref] = nil
        }
    }

    private func put(_ resource: ResourceDeclaration, _ name: String, _ verb: String) throws(AWSServiceError) {
        let size = resource.properties["Size"]?.stringValue ?? ""
        if size == "bad" { throw AWSServiceError("InvalidSize", "A thing cannot be bad.") }
        state.withLock { state in
            state.calls.append("\(verb) \(name)")
            state.sizes[name] = size
        }
    }
}

/// An account with stacks of things.
struct FakeAccount {
    let provider = FakeProvider()
    let clock = VirtualClock()
    let store: StackStore
    let service: CloudFormationService

    init() {
        let store = StackStore(clock: clock)
        self.store = store
        service = CloudFormationService(
            CloudFormationService.Surroundings(
                operations: StackOperation.Surroundings(
                    account: EmulatedAccount(), clock: clock, store: store, catalog: ResourceCatalog([provider])),
                run: { work in await work() },
                fetchTemplate: { url throws(AWSServiceError) in
                    throw AWSServiceError("ValidationError", "no object \(url)")
                }))
    }

    /// Calls with the stack's name and a template.
    func call(
        _ operation: String, stack: String = "shop", _ template: String? = nil, _ more: [String: JSONValue] = [:]
    ) async throws(AWSServiceError) -> JSONValue {
        var input = more
        input["StackName"] = .string(stack)
        if let template { input["TemplateBody"] = .string(template) }
        return try await service.call(operation, .object(input))
    }

    func status(_ stack: String = "shop") -> String? { store.find(stack)?.status.rawValue }

    /// The stack's history, the oldest first: `Name STATUS`.
    func history(_ stack: String = "shop") -> [String] {
        (store.find(stack)?.events ?? []).map { "\($0.logicalID) \($0.status)" }
    }
}
