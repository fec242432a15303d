import ExactJSON
import Timekeeping

/// A role or a managed policy as it was made; nobody is refused anything for want of one.
struct AccessRole: Sendable {
    var name: String
    var path: String
    var id: String
    var trust: String
    var description: String?
    var longestSession = 3600
    var created: Timestamp
    /// Policy documents by name.
    var inline: [String: String] = [:]
    /// ARNs of managed policies.
    var attached: [String] = []
    var tags = ResourceTags()

    var json: JSONValue {
        .compact([
            "path": .string(path), "id": .string(id), "trust": .string(trust), "description": .text(description),
            "session": .integer(longestSession), "created": .integer(created.nanosecondsSinceEpoch),
            "inline": .object(inline.mapValues(JSONValue.string)), "attached": .array(attached.map(JSONValue.string)),
            "tags": tags.mapJSON,
        ])
    }
}

extension AccessRole {
    init(name: String, _ json: JSONValue) {
        self.init(
            name: name, path: json.text("path") ?? "/", id: json.text("id") ?? "", trust: json.text("trust") ?? "",
            description: json.text("description"), longestSession: json.whole("session") ?? 3600,
            created: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("created") ?? 0)),
            inline: json.textMap("inline"), attached: json.texts("attached"),
            tags: ResourceTags(map: json.textMap("tags")))
    }
}

/// A managed policy with its versions.
struct AccessPolicy: Sendable {
    struct Version: Sendable {
        var number: Int
        var document: String
        var created: Timestamp
    }

    var arn: String
    var path: String
    var id: String
    var description: String?
    var created: Timestamp
    /// Oldest first; never empty.
    var versions: [Version]
    var standard = 1
    /// The number of the newest version, whether it still exists or not.
    var latest = 1
    var tags = ResourceTags()

    var name: String { String(arn.split(separator: "/").last ?? "") }
    var document: String { versions.first { $0.number == standard }?.document ?? "" }

    var json: JSONValue {
        .compact([
            "path": .string(path), "id": .string(id), "description": .text(description),
            "created": .integer(created.nanosecondsSinceEpoch), "standard": .integer(standard),
            "latest": .integer(latest), "tags": tags.mapJSON,
            "versions": .array(
                versions.map {
                    [
                        "number": .integer($0.number), "document": .string($0.document),
                        "created": .integer($0.created.nanosecondsSinceEpoch),
                    ]
                }),
        ])
    }
}

extension AccessPolicy {
    init(arn: String, _ json: JSONValue) {
        func moment(_ json: JSONValue) -> Timestamp {
            Timestamp(nanosecondsSinceEpoch: Int64(json.whole("created") ?? 0))
        }
        self.init(
            arn: arn, path: json.text("path") ?? "/", id: json.text("id") ?? "", description: json.text("description"),
            created: moment(json),
            versions: json.list("versions").map {
                Version(number: $0.whole("number") ?? 1, document: $0.text("document") ?? "", created: moment($0))
            }, standard: json.whole("standard") ?? 1, latest: json.whole("latest") ?? 1,
            tags: ResourceTags(map: json.textMap("tags")))
    }
}
