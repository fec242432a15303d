import ExactJSON
import Timekeeping

/// One parameter of the parameter store with its versions.
struct Parameter: Sendable {
    enum Kind: String, Sendable {
        case string = "String"
        case list = "StringList"
        case secure = "SecureString"
    }

    struct Version: Sendable {
        var number: Int
        var kind: Kind
        /// A secure one is kept encrypted, in base64.
        var value: String
        var modified: Timestamp
        var description: String?
        var allowedPattern: String?
        /// The key of a secure one, as the caller named it.
        var keyID: String?
        var labels: [String] = []
        var tier = "Standard"
        var dataType = "text"
    }

    /// The parameter store keeps a hundred.
    static let mostVersions = 100

    var name: String
    /// Oldest first; never empty.
    var versions: [Version]
    var tags = ResourceTags()

    var newest: Version { versions[versions.count - 1] }

    /// The version that a selector names: a number or a label; nil when there is none.
    func version(_ selector: String) -> Version? {
        if let number = Int(selector) { return versions.first { $0.number == number } }
        return versions.first { $0.labels.contains(selector) }
    }

    // MARK: As a document

    init(name: String, versions: [Version], tags: ResourceTags) {
        self.name = name
        self.versions = versions
        self.tags = tags
    }

    /// Nil when the document holds no version.
    init?(name: String, _ json: JSONValue) {
        self.name = name
        versions = json.list("versions").compactMap(Version.init)
        tags = ResourceTags(map: json.textMap("tags"))
        if versions.isEmpty { return nil }
    }

    var json: JSONValue { ["versions": .array(versions.map(\.json)), "tags": tags.mapJSON] }
}

extension Parameter.Version {
    init?(_ json: JSONValue) {
        guard let number = json.whole("number"), let kind = json.text("kind").flatMap(Parameter.Kind.init) else {
            return nil
        }
        self.init(
            number: number, kind: kind, value: json.text("value") ?? "",
            modified: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("modified") ?? 0)),
            description: json.text("description"), allowedPattern: json.text("pattern"), keyID: json.text("key"),
            labels: json.texts("labels"), tier: json.text("tier") ?? "Standard",
            dataType: json.text("dataType") ?? "text")
    }

    var json: JSONValue {
        [
            "number": .integer(number), "kind": .string(kind.rawValue), "value": .string(value),
            "modified": .integer(modified.nanosecondsSinceEpoch),
            "description": .text(description),
            "pattern": .text(allowedPattern), "key": .text(keyID),
            "labels": .array(labels.map(JSONValue.string)), "tier": .string(tier), "dataType": .string(dataType),
        ]
    }
}
