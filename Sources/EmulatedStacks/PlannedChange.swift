/// What a change set would do to one resource.
package struct PlannedChange: Sendable, Equatable {
    package enum Action: String, Sendable {
        case add = "Add"
        case modify = "Modify"
        case remove = "Remove"
    }

    package var action: Action
    package var logicalID: String
    /// Nil for a resource that is to be made.
    package var physicalID: String?
    package var type: String
    /// Whether a modification takes a new resource.
    package var replaces: Bool
    /// The properties that differ, and whether the change of each takes a new resource.
    package var properties: [Property]

    package struct Property: Sendable, Equatable {
        package var name: String
        package var replaces: Bool
    }
}
