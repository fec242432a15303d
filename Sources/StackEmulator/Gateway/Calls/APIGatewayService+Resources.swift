import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// Creates a resource below another one.
    @discardableResult
    func createResource(
        api: String, parent: String, part: String, id: String? = nil
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.definition.resource(parent)
            try Self.check(part, below: parent, in: record.definition)
            let resource = APIDefinition.Resource(id: id ?? Identifiers.letters(6), parentID: parent, pathPart: part)
            record.definition.resources[resource.id] = resource
            return record.document(of: resource, embedsMethods: false)
        }
    }

    func updateResource(
        api: String, _ id: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var resource = try record.definition.resource(id)
            for operation in operations {
                guard operation.kind == .replace, ["/pathPart", "/parentId"].contains(operation.path) else {
                    throw operation.refusal(supported: ["/parentId", "/pathPart"])
                }
                let value = try operation.text()
                if operation.path == "/pathPart" {
                    resource.pathPart = value
                } else {
                    _ = try record.definition.resource(value)
                    guard !record.definition.subtree(of: id).contains(value) else {
                        throw GatewayFault.badRequest("Resources cannot be cyclical.")
                    }
                    resource.parentID = value
                }
            }
            guard let parent = resource.parentID, let part = resource.pathPart else {
                throw GatewayFault.badRequest("Root resource cannot be updated")
            }
            record.definition.resources[id] = nil
            try Self.check(part, below: parent, in: record.definition)
            record.definition.resources[id] = resource
            return record.document(of: resource, embedsMethods: false)
        }
    }

    /// Deletes a resource and all below it.
    func deleteResource(api: String, _ id: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            guard try record.definition.resource(id).parentID != nil else {
                throw GatewayFault.badRequest("Root resource cannot be deleted")
            }
            for gone in record.definition.subtree(of: id) { record.definition.resources[gone] = nil }
        }
    }

    private static func check(
        _ part: String, below parent: String, in definition: APIDefinition
    ) throws(AWSServiceError) {
        guard isPathPart(part) else {
            throw GatewayFault.badRequest(
                "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
                    + "beginning and the end.")
        }
        if let above = definition.resources[parent]?.pathPart, above.hasSuffix("+}") {
            throw GatewayFault.badRequest(
                "Cannot create a child of a resource with a greedy path variable: \(above)")
        }
        let siblings = definition.children(of: parent).compactMap(\.pathPart)
        if siblings.contains(part) {
            throw GatewayFault.conflict("Another resource with the same parent already has this name: \(part)")
        }
        if part.hasPrefix("{"), let other = siblings.first(where: { $0.hasPrefix("{") }) {
            throw GatewayFault.badRequest(
                "A sibling (\(other)) of this resource already has a variable path part -- only one is allowed")
        }
    }

    /// A literal segment, `{parameter}` or `{greedy+}`.
    static func isPathPart(_ part: String) -> Bool {
        var name = part[...]
        if name.hasPrefix("{") {
            guard name.hasSuffix("}") else { return false }
            name = name.dropFirst().dropLast()
            if name.hasSuffix("+") { name = name.dropLast() }
        }
        return !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "._-:~$@+".utf8.contains(byte)
                }
            }
    }
}
