import EmulatorCore
import ExactJSON

/// Reading the members of a call's input. A form's values are all text, so numbers and flags may be text.
extension JSONValue {
    func text(_ name: String) -> String? { self[name]?.stringValue }

    func whole(_ name: String) -> Int? { self[name]?.intValue ?? text(name).flatMap { Int($0) } }

    func truth(_ name: String) -> Bool? {
        self[name]?.boolValue ?? text(name).flatMap { ["true": true, "false": false][$0.lowercased()] }
    }

    func list(_ name: String) -> [JSONValue] { self[name]?.arrayValue ?? [] }

    /// The texts of a list; other elements are left out.
    func texts(_ name: String) -> [String] { list(name).compactMap(\.stringValue) }

    /// A member that must be there.
    ///
    /// - Throws: `ValidationException` in the words of AWS's frameworks.
    func required(_ name: String) throws(AWSServiceError) -> String {
        guard let text = text(name) else {
            let member = name.prefix(1).lowercased() + name.dropFirst()
            throw .validation(
                "1 validation error detected: Value null at '\(member)' failed to satisfy constraint: "
                    + "Member must not be null")
        }
        return text
    }

    /// A map whose values are texts; a list of entries with key and value is one too.
    func textMap(_ name: String) -> [String: String] {
        switch self[name] {
        case .object(let members): members.compactMapValues(\.stringValue)
        case .array(let entries):
            Dictionary(
                entries.compactMap { entry in
                    guard let key = entry.text("key") ?? entry.text("Name") ?? entry.text("Key") else { return nil }
                    return (key, entry.text("value") ?? entry.text("Value") ?? "")
                }
            ) { _, last in last }
        default: [:]
        }
    }
}

/// Writing the members of an answer.
extension JSONValue {
    /// A text, or null for nil.
    static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// An object without those members that are null.
    static func compact(_ members: [String: JSONValue]) -> JSONValue { .object(members.filter { !$0.value.isNull }) }
}

/// One page of a list that was asked for with a token and a size.
struct ListPage<Element> {
    var elements: [Element]
    /// Nil on the last page.
    var nextToken: String?

    /// - Parameters:
    ///   - token: what an earlier page gave: the place to go on at.
    ///   - size: at most as many.
    init(_ all: [Element], token: String?, size: Int) {
        let start = min(max(0, token.flatMap { Int($0) } ?? 0), all.count)
        let end = min(all.count, start + max(1, size))
        elements = Array(all[start..<end])
        nextToken = end < all.count ? String(end) : nil
    }
}

/// The tags of a resource.
struct ResourceTags: Sendable, Equatable {
    var values: [String: String] = [:]

    init() {}

    /// - Parameters:
    ///   - list: of structures with a key and a value.
    ///   - key: the name of the key's member.
    init(_ list: [JSONValue], key: String = "Key", value: String = "Value") {
        for tag in list {
            if let name = tag.text(key) { values[name] = tag.text(value) ?? "" }
        }
    }

    init(map: [String: String]) { values = map }

    mutating func add(_ other: ResourceTags) { values.merge(other.values) { _, new in new } }

    mutating func remove(_ keys: [String]) { for key in keys { values[key] = nil } }

    func json(key: String = "Key", value: String = "Value") -> JSONValue {
        .array(values.sorted { $0.key < $1.key }.map { .object([key: .string($0.key), value: .string($0.value)]) })
    }

    var mapJSON: JSONValue { .object(values.mapValues(JSONValue.string)) }
}
