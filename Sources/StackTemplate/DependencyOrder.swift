/// The order in which resources can be made: each after those that it needs, otherwise in the order of the file.
struct DependencyOrder {
    /// One resource and the logical ids that it needs, all of them present among the nodes.
    struct Node {
        var name: String
        var needs: [String]
        var location: TemplateLocation
    }

    let nodes: [Node]

    /// The names in a possible order.
    ///
    /// - Throws: `TemplateError` with code `cycle` that spells the cycle out.
    func sorted() throws(TemplateError) -> [String] {
        var remaining = nodes
        var placed: Set<String> = []
        var order: [String] = []
        while !remaining.isEmpty {
            guard let index = remaining.firstIndex(where: { $0.needs.allSatisfy(placed.contains) }) else {
                throw cycle(among: remaining, placed: placed)
            }
            let next = remaining.remove(at: index)
            placed.insert(next.name)
            order.append(next.name)
        }
        return order
    }

    /// Every node left needs another one that is left, so following the needs must come back to a node already seen.
    private func cycle(among remaining: [Node], placed: Set<String>) -> TemplateError {
        let byName = Dictionary(remaining.map { ($0.name, $0) }) { first, _ in first }
        var path: [String] = []
        var current = remaining.first
        while let node = current, !path.contains(node.name) {
            path.append(node.name)
            current = node.needs.lazy.filter { !placed.contains($0) }.compactMap { byName[$0] }.first
        }
        let loop = path.drop { $0 != current?.name } + [current?.name ?? ""]
        return TemplateError(
            code: .cycle, message: "resources need each other: \(loop.joined(separator: " -> "))",
            location: current?.location,
            wordsOfCloudFormation: "Circular dependency between resources: "
                + "[\(remaining.map(\.name).sorted().joined(separator: ", "))]")
    }
}
