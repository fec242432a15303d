/// A place in an item: an attribute's name, then names and indexes into it.
struct DocumentPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    var attribute: String
    var steps: [Step] = []

    /// The path as error messages write it: `[a, b, [3]]`.
    var description: String {
        let parts = steps.map { step in
            switch step {
            case .member(let name): name
            case .element(let index): "[\(index)]"
            }
        }
        return "[\(([attribute] + parts).joined(separator: ", "))]"
    }

    /// The value at this place, or nil when there is none.
    func value(in item: Item) -> AttributeValue? {
        guard var value = item[attribute] else { return nil }
        for step in steps {
            switch (step, value) {
            case (.member(let name), .map(let members)):
                guard let member = members[name] else { return nil }
                value = member
            case (.element(let index), .list(let elements)):
                guard elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    enum Relation { case apart, overlapping, conflicting }

    /// Two paths overlap when one is the beginning of the other, and conflict when they differ first in a name against an
    /// index.
    func relation(to other: DocumentPath) -> Relation {
        guard attribute == other.attribute else { return .apart }
        for (mine, theirs) in zip(steps, other.steps) where mine != theirs {
            switch (mine, theirs) {
            case (.member, .element), (.element, .member): return .conflicting
            default: return .apart
            }
        }
        return .overlapping
    }
}
