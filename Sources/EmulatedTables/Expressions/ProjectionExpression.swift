import EmulatorCore

/// Which parts of an item an answer holds.
struct ProjectionExpression: Sendable, Equatable {
    var paths: [DocumentPath]

    init(paths: [DocumentPath]) { self.paths = paths }

    /// Reads `a, b.c, d[0]`.
    init(_ text: String, scope: inout ExpressionScope) throws(AWSServiceError) {
        var parser = try ExpressionParser(text, kind: "ProjectionExpression", scope: scope)
        var paths = [try parser.path()]
        while parser.take(",") { paths.append(try parser.path()) }
        try parser.expectEnd()
        parser.noteMeeting(paths)
        try parser.checkFaults([.reserved, .undefined, .overlap, .conflict])
        self.init(paths: paths)
        scope = parser.scope
    }

    /// The parts of the item that the paths lead to; elements of lists close up in their order.
    func apply(to item: Item) -> Item {
        var result = Item()
        let groups = Dictionary(grouping: paths, by: \.attribute)
        for (attribute, paths) in groups {
            guard let value = item[attribute] else { continue }
            result[attribute] = Self.project(value, paths.map { $0.steps[...] })
        }
        return result
    }

    private static func project(_ value: AttributeValue, _ paths: [ArraySlice<DocumentPath.Step>]) -> AttributeValue? {
        if paths.contains(where: \.isEmpty) { return value }
        switch value {
        case .map(let members):
            var result: [String: AttributeValue] = [:]
            for (step, rest) in grouped(paths) {
                guard case .member(let name) = step, let member = members[name] else { continue }
                if let part = project(member, rest) { result[name] = part }
            }
            return result.isEmpty ? nil : .map(result)
        case .list(let elements):
            var result: [(index: Int, value: AttributeValue)] = []
            for (step, rest) in grouped(paths) {
                guard case .element(let index) = step, elements.indices.contains(index) else { continue }
                if let part = project(elements[index], rest) { result.append((index, part)) }
            }
            return result.isEmpty ? nil : .list(result.sorted { $0.index < $1.index }.map(\.value))
        default: return nil
        }
    }

    private static func grouped(
        _ paths: [ArraySlice<DocumentPath.Step>]
    ) -> [DocumentPath.Step: [ArraySlice<DocumentPath.Step>]] {
        var groups: [DocumentPath.Step: [ArraySlice<DocumentPath.Step>]] = [:]
        for path in paths {
            if let first = path.first { groups[first, default: []].append(path.dropFirst()) }
        }
        return groups
    }
}
