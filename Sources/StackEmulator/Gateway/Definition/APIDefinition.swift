import EmulatorCore
import ExactJSON

/// What of a REST API a deployment takes a copy of: resources with their methods, and what methods refer to.
///
/// Methods, models and the rest are kept as the documents that the API shows of them; their shapes are those of botocore's
/// service model `apigateway`.
struct APIDefinition: Sendable, Equatable {
    struct Resource: Sendable, Equatable {
        var id: String
        /// Nil for the root.
        var parentID: String?
        /// Nil for the root.
        var pathPart: String?
        /// By HTTP method, `ANY` among them.
        var methods: [String: JSONValue] = [:]
    }

    var rootResourceID: String
    var resources: [String: Resource]
    /// By response type, those that were set.
    var gatewayResponses: [String: JSONValue] = [:]
    /// By name.
    var models: [String: JSONValue] = [:]
    /// By id.
    var validators: [String: JSONValue] = [:]
    /// The API's own members: name, binary media types, endpoint configuration.
    var attributes: [String: JSONValue]

    init(rootResourceID: String, attributes: [String: JSONValue]) {
        self.rootResourceID = rootResourceID
        self.attributes = attributes
        resources = [rootResourceID: Resource(id: rootResourceID)]
    }

    var name: String { attributes["name"]?.stringValue ?? "" }

    var binaryMediaTypes: [String] { (attributes["binaryMediaTypes"]?.arrayValue ?? []).compactMap(\.stringValue) }

    /// `/items/{id}`; the root is `/`.
    func path(of id: String) -> String {
        var parts: [String] = []
        var next = resources[id]
        // A chain of parents is never longer than all resources, whatever they say.
        for _ in 0..<resources.count {
            guard let resource = next, let part = resource.pathPart else { break }
            parts.append(part)
            next = resource.parentID.flatMap { resources[$0] }
        }
        return "/" + parts.reversed().joined(separator: "/")
    }

    func children(of id: String) -> [Resource] { resources.values.filter { $0.parentID == id } }

    /// A resource and all below it.
    func subtree(of id: String) -> Set<String> {
        var found: Set<String> = [id]
        var open = [id]
        while let next = open.popLast() {
            for child in children(of: next) where found.insert(child.id).inserted { open.append(child.id) }
        }
        return found
    }

    func resource(_ id: String) throws(AWSServiceError) -> Resource {
        guard let resource = resources[id] else { throw GatewayFault.notFound("Invalid Resource identifier specified") }
        return resource
    }

    func method(_ verb: String, at resourceID: String) throws(AWSServiceError) -> JSONValue {
        guard let method = try resource(resourceID).methods[verb] else {
            throw GatewayFault.notFound("Invalid Method identifier specified")
        }
        return method
    }

    func integration(of verb: String, at resourceID: String) throws(AWSServiceError) -> JSONValue {
        guard let integration = try method(verb, at: resourceID)["methodIntegration"] else {
            throw GatewayFault.notFound("Invalid Integration identifier specified")
        }
        return integration
    }

    /// All methods, resources in the order of their paths.
    var methods: [(resource: Resource, path: String, verb: String, document: JSONValue)] {
        resources.values.map { ($0, path(of: $0.id)) }.sorted { $0.1 < $1.1 }.flatMap { resource, path in
            resource.methods.sorted { $0.key < $1.key }.map { (resource, path, $0.key, $0.value) }
        }
    }
}
