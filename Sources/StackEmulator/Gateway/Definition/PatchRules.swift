import EmulatorCore
import ExactJSON

/// Which members of a document an update may change, and how the text of a change becomes a value.
struct PatchRules: Sendable {
    enum Kind: Sendable {
        case text, flag, integer
        /// The last segment is a member's name.
        case textMember, flagMember
        /// The last segment is an element of a list.
        case element
    }

    /// By path; the open last segment of a member or element is left out: `/variables`.
    var kinds: [String: Kind]

    init(_ kinds: [String: Kind]) { self.kinds = kinds }

    private var supported: [String] { kinds.keys.sorted() }

    /// Applies one operation to a document.
    func apply(_ operation: PatchOperation, to document: inout JSONValue) throws(AWSServiceError) {
        if let kind = kinds[operation.path] {
            switch kind {
            case .text, .flag, .integer: return try setScalar(kind, operation, &document, operation.segments)
            case .textMember, .flagMember, .element:
                guard operation.kind == .remove else { break }
                return document.set(operation.segments, to: nil)
            }
        }
        let parent = Array(operation.segments.dropLast())
        guard let last = operation.segments.last, !last.isEmpty, let kind = kinds["/" + parent.joined(separator: "/")]
        else { throw operation.refusal(supported: supported) }
        let name = PatchOperation.unescaped(last)
        switch kind {
        case .textMember: try setScalar(.text, operation, &document, parent + [name])
        case .flagMember: try setScalar(.flag, operation, &document, parent + [name])
        case .element: try setElement(name, operation, &document, parent)
        case .text, .flag, .integer: throw operation.refusal(supported: supported)
        }
    }

    private func setScalar(
        _ kind: Kind, _ operation: PatchOperation, _ document: inout JSONValue, _ path: [String]
    ) throws(AWSServiceError) {
        switch operation.kind {
        case .remove: document.set(path, to: nil)
        case .add, .replace: document.set(path, to: try Self.value(kind, operation))
        case .move, .copy, .test: throw operation.refusal(supported: supported)
        }
    }

    private func setElement(
        _ name: String, _ operation: PatchOperation, _ document: inout JSONValue, _ path: [String]
    ) throws(AWSServiceError) {
        var elements = document.at(path)?.arrayValue ?? []
        switch operation.kind {
        case .add: if !elements.contains(.string(name)) { elements.append(.string(name)) }
        case .remove: elements.removeAll { $0 == .string(name) }
        case .replace:
            let replacement = JSONValue.string(try operation.text())
            elements = elements.map { $0 == .string(name) ? replacement : $0 }
        case .move, .copy, .test: throw operation.refusal(supported: supported)
        }
        document.set(path, to: .array(elements))
    }

    static func value(_ kind: Kind, _ operation: PatchOperation) throws(AWSServiceError) -> JSONValue {
        let text = try operation.text()
        switch kind {
        case .flag, .flagMember:
            guard let flag = ["true": true, "false": false][text.lowercased()] else {
                throw GatewayFault.badRequest(
                    "Invalid patch value '\(text)' specified for '\(operation.path)'. Must be a boolean")
            }
            return .bool(flag)
        case .integer:
            guard let number = Int(text) else {
                throw GatewayFault.badRequest(
                    "Invalid patch value '\(text)' specified for '\(operation.path)'. Must be a number")
            }
            return .integer(number)
        case .text, .textMember, .element: return .string(text)
        }
    }
}

extension JSONValue {
    /// The value at a path of member names.
    func at(_ path: some Collection<String>) -> JSONValue? {
        guard let first = path.first else { return self }
        return self[first]?.at(path.dropFirst())
    }

    /// Sets or removes the value at a path of member names; objects on the way are made.
    mutating func set(_ path: some Collection<String>, to value: JSONValue?) {
        guard let first = path.first else {
            self = value ?? .null
            return
        }
        var members = objectValue ?? [:]
        if path.count == 1 {
            members[first] = value
        } else if value != nil || members[first] != nil {
            var inner = members[first] ?? [:]
            inner.set(path.dropFirst(), to: value)
            members[first] = inner
        }
        self = .object(members)
    }
}
