import EmulatorCore
import ExactJSON

/// One filter of DescribeParameters and GetParametersByPath.
struct ParameterFilter: Sendable, Equatable {
    var key: String
    var option: String
    var values: [String]

    /// - Throws: `InvalidFilterKey`, `InvalidFilterOption` or `InvalidFilterValue`.
    init(_ json: JSONValue, allowed: [String]) throws(AWSServiceError) {
        key = json.text("Key") ?? ""
        values = json.texts("Values")
        option = json.text("Option") ?? (key == "Path" ? "OneLevel" : "Equals")
        guard allowed.contains(key) || key.hasPrefix("tag:") else {
            throw AWSServiceError(
                "InvalidFilterKey",
                "The following filter key is not valid: \(key). Valid filter keys include: "
                    + "[\(allowed.joined(separator: ", "))].")
        }
        let options =
            key == "Path"
            ? ["Recursive", "OneLevel"]
            : key == "Name" ? ["BeginsWith", "Equals", "Contains"] : ["BeginsWith", "Equals"]
        guard options.contains(option) else {
            throw AWSServiceError(
                "InvalidFilterOption",
                "The following filter option is not valid: \(option). Valid options include: "
                    + "[\(options.joined(separator: ", "))].")
        }
        guard !values.isEmpty || key.hasPrefix("tag:") else {
            throw AWSServiceError(
                "InvalidFilterValue", "The following filter values are missing : null for filter key \(key)")
        }
    }

    /// The older form, whose values are prefixes of names.
    init(older json: JSONValue) {
        key = json.text("Key") ?? ""
        values = json.texts("Values")
        option = key == "Name" ? "BeginsWith" : "Equals"
    }

    func matches(_ parameter: Parameter) -> Bool {
        let version = parameter.newest
        switch key {
        case "Path": return values.contains { Path($0, recursive: option == "Recursive").contains(parameter.name) }
        case "Name":
            // A leading slash makes no difference to a plain name.
            let name = parameter.name.hasPrefix("/") ? String(parameter.name.dropFirst()) : parameter.name
            return values.contains { compare($0.hasPrefix("/") ? String($0.dropFirst()) : $0, with: name) }
        case "Type": return values.contains { compare($0, with: version.kind.rawValue) }
        case "KeyId": return version.keyID.map { id in values.contains { compare($0, with: id) } } ?? false
        case "Tier": return values.contains(version.tier)
        case "DataType": return values.contains(version.dataType)
        case "Label": return values.contains { parameter.version($0) != nil && Int($0) == nil }
        default:
            guard let value = parameter.tags.values[String(key.dropFirst("tag:".count))] else { return false }
            return values.isEmpty || values.contains { compare($0, with: value) }
        }
    }

    private func compare(_ wanted: String, with value: String) -> Bool {
        switch option {
        case "BeginsWith": value.hasPrefix(wanted)
        case "Contains": value.contains(wanted)
        default: value == wanted
        }
    }

    /// A place in the hierarchy of names.
    struct Path: Sendable, Equatable {
        private var prefix: String
        private var recursive: Bool

        init(_ path: String, recursive: Bool) {
            prefix = path.hasSuffix("/") ? path : path + "/"
            self.recursive = recursive
        }

        func contains(_ name: String) -> Bool {
            // A plain name lies at the root.
            let whole = name.hasPrefix("/") ? name : "/" + name
            guard whole.hasPrefix(prefix) else { return false }
            return recursive || !whole.dropFirst(prefix.count).contains("/")
        }
    }
}
