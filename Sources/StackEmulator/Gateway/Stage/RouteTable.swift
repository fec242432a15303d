/// Finds the resource of a path: literal segments win over `{parameter}`, and both over `{greedy+}`.
struct RouteTable: Sendable {
    struct Match: Sendable, Equatable {
        /// The number that the resource was added with.
        var resource: Int
        /// Path parameters as they stand in the request, percent-encoding and all.
        var parameters: [(name: String, value: Substring)]

        static func == (left: Match, right: Match) -> Bool {
            left.resource == right.resource
                && left.parameters.elementsEqual(right.parameters) { $0.name == $1.name && $0.value == $1.value }
        }
    }

    private struct Node: Sendable {
        var literals: [Substring: Int] = [:]
        var parameter: (name: String, node: Int)?
        var greedy: (name: String, resource: Int)?
        var resource: Int?
    }

    private var nodes = [Node()]

    /// Adds a resource's path, such as `/items/{id}` or `/files/{path+}`.
    mutating func add(_ path: String, resource: Int) {
        var node = 0
        for segment in path.split(separator: "/") {
            if segment.hasPrefix("{"), segment.hasSuffix("+}") {
                nodes[node].greedy = (String(segment.dropFirst().dropLast(2)), resource)
                return
            }
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                if let parameter = nodes[node].parameter {
                    node = parameter.node
                } else {
                    nodes.append(Node())
                    nodes[node].parameter = (String(segment.dropFirst().dropLast()), nodes.count - 1)
                    node = nodes.count - 1
                }
            } else if let next = nodes[node].literals[segment] {
                node = next
            } else {
                nodes.append(Node())
                nodes[node].literals[segment] = nodes.count - 1
                node = nodes.count - 1
            }
        }
        nodes[node].resource = resource
    }

    /// The resource of a request's path without the stage; one slash at the end makes no difference.
    func match(_ path: Substring) -> Match? {
        var segments = path.segments
        if segments.first == "" { segments.removeFirst() }
        if segments.last == "" { segments.removeLast() }
        var parameters: [(name: String, value: Substring)] = []
        guard let resource = find(segments[...], from: 0, in: path, &parameters) else { return nil }
        return Match(resource: resource, parameters: parameters)
    }

    private func find(
        _ segments: ArraySlice<Substring>, from node: Int, in path: Substring,
        _ parameters: inout [(name: String, value: Substring)]
    ) -> Int? {
        guard let segment = segments.first else { return nodes[node].resource }
        if let next = nodes[node].literals[segment],
            let found = find(segments.dropFirst(), from: next, in: path, &parameters)
        {
            return found
        }
        // An empty segment is no value of a parameter.
        if segment.isEmpty { return nil }
        if let parameter = nodes[node].parameter {
            parameters.append((parameter.name, segment))
            if let found = find(segments.dropFirst(), from: parameter.node, in: path, &parameters) { return found }
            parameters.removeLast()
        }
        if let greedy = nodes[node].greedy, let last = segments.last {
            parameters.append((greedy.name, path[segment.startIndex..<last.endIndex]))
            return greedy.resource
        }
        return nil
    }
}
