package import StackTemplate

/// Where in a stack something stands: a resource, and the way to a property in it.
package struct WiringPlace: Sendable, Hashable {
    /// The logical id in the template; a word for the stack itself where no resource can be named.
    package var logicalID: String
    /// Member names and list indices, outermost first: `["Dimensions", "0", "Value"]`.
    package var path: [String]

    package init(_ logicalID: String, _ path: String...) {
        self.init(logicalID, path: path)
    }

    package init(_ logicalID: String, path: [String]) {
        self.logicalID = logicalID
        self.path = path
    }

    /// `Alarm.Dimensions.0.Value`.
    package var text: String { ([logicalID] + path).joined(separator: ".") }
}

extension StackTemplate {
    /// Where a place stands in the file: the property, or the nearest thing around it that the file has.
    ///
    /// What a function gives has no place of its own; the function has. Nil for a resource that the file has not.
    package func location(of place: WiringPlace) -> TemplateLocation? {
        guard let resource = resources.first(where: { $0.logicalID == place.logicalID }) else { return nil }
        guard let first = place.path.first, let member = resource.properties.first(where: { $0.name == first }) else {
            return resource.location
        }
        var location = member.location
        var node = member.value
        for step in place.path.dropFirst() {
            switch node.content {
            case .map(let members):
                guard let next = members.first(where: { $0.name == step }) else { return location }
                (location, node) = (next.location, next.value)
            case .list(let elements):
                guard let index = Int(step), elements.indices.contains(index) else { return location }
                (location, node) = (elements[index].location, elements[index])
            case .bool, .number, .string, .intrinsic: return location
            }
        }
        return location
    }
}
