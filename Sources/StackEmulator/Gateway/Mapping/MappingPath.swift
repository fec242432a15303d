import ExactJSON

/// A JSON path of a template: `$`, `.name`, `['name']`, `[0]`, `[*]` and `..name`.
struct MappingPath: Sendable, Equatable {
    private enum Step: Sendable, Equatable {
        case member(String), element(Int), all, anywhere(String)
    }

    private var steps: [Step] = []

    /// Nil when the text is no path of this kind.
    init?(_ text: String) {
        guard text.hasPrefix("$") else { return nil }
        var rest = text.dropFirst()
        while !rest.isEmpty {
            if rest.hasPrefix("..") {
                rest = rest.dropFirst(2)
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(.anywhere(String(name)))
                rest = rest[name.endIndex...]
            } else if rest.hasPrefix(".") {
                rest = rest.dropFirst()
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(name == "*" ? .all : .member(String(name)))
                rest = rest[name.endIndex...]
            } else if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
                let inner = rest[rest.index(after: rest.startIndex)..<end]
                if inner == "*" {
                    steps.append(.all)
                } else if let index = Int(inner) {
                    steps.append(.element(index))
                } else if inner.count >= 2, let quote = inner.first, quote == "'" || quote == "\"", inner.last == quote
                {
                    steps.append(.member(String(inner.dropFirst().dropLast())))
                } else {
                    return nil
                }
                rest = rest[rest.index(after: end)...]
            } else {
                return nil
            }
        }
    }

    /// The value at this path; a path that can meet many gives a list of all it meets.
    func value(in root: JSONValue) -> JSONValue? {
        var found = [root]
        var meetsMany = false
        for step in steps {
            switch step {
            case .member(let name): found = found.compactMap { $0[name] }
            case .element(let index):
                found = found.compactMap { value in
                    index < 0 ? value[(value.arrayValue?.count ?? 0) + index] : value[index]
                }
            case .all:
                meetsMany = true
                found = found.flatMap { $0.arrayValue ?? $0.objectValue.map { Array($0.values) } ?? [] }
            case .anywhere(let name):
                meetsMany = true
                found = found.flatMap { Self.all(name, in: $0) }
            }
        }
        return meetsMany ? .array(found) : found.first
    }

    private static func all(_ name: String, in value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let members):
            (members[name].map { [$0] } ?? [])
                + members.sorted { $0.key < $1.key }.flatMap { all(name, in: $0.value) }
        case .array(let elements): elements.flatMap { all(name, in: $0) }
        case .null, .bool, .number, .string: []
        }
    }
}
