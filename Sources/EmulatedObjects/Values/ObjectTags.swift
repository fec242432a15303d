import EmulatorCore
import HTTPExchange

/// Tags as requests carry them: XML in a body, a query string in a header.
enum ObjectTags {
    /// - Parameter limit: 10 for an object, 50 for a bucket.
    static func read(_ tree: XMLTree, limit: Int = 10) throws(AWSServiceError) -> [ObjectTag] {
        guard tree.name == "Tagging", let set = tree["TagSet"] else { throw .malformedXML }
        var tags: [ObjectTag] = []
        for tag in set.all("Tag") {
            guard let key = tag["Key"]?.text, let value = tag["Value"]?.text else { throw .malformedXML }
            tags.append(ObjectTag(key: key, value: value))
        }
        try check(tags, limit: limit)
        return tags
    }

    /// The tags of the header `x-amz-tagging`.
    static func read(header: String?) throws(AWSServiceError) -> [ObjectTag] {
        guard let header, !header.isEmpty else { return [] }
        var tags: [ObjectTag] = []
        for pair in header.split(separator: "&") {
            let key = pair.prefix { $0 != "=" }
            let value = pair.dropFirst(key.count + 1)
            guard let name = PercentEncoding.decode(key, plusIsSpace: true),
                let text = PercentEncoding.decode(value, plusIsSpace: true)
            else {
                throw .invalidArgument(
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
                        + "without tag name duplicates.", name: "x-amz-tagging", value: header)
            }
            tags.append(ObjectTag(key: name, value: text))
        }
        try check(tags, limit: 10)
        return tags
    }

    private static func check(_ tags: [ObjectTag], limit: Int) throws(AWSServiceError) {
        if tags.count > limit {
            throw AWSServiceError(
                limit == 10 ? "BadRequest" : "InvalidTag",
                limit == 10 ? "Object tags cannot be greater than 10" : "Bucket tag count cannot be greater than 50")
        }
        guard Set(tags.map(\.key)).count == tags.count else {
            throw AWSServiceError("InvalidTag", "Cannot provide multiple Tags with the same key")
        }
        for tag in tags {
            guard (1...128).contains(tag.key.unicodeScalars.count) else {
                throw AWSServiceError("InvalidTag", "The TagKey you have provided is invalid")
            }
            guard tag.value.unicodeScalars.count <= 256 else {
                throw AWSServiceError("InvalidTag", "The TagValue you have provided is invalid")
            }
            guard !tag.key.hasPrefix("aws:") else {
                throw AWSServiceError("InvalidTag", "System tags cannot be added/updated by requester")
            }
        }
    }

    static func text(_ tags: [ObjectTag]) -> XMLText {
        XMLText("Tagging") { xml in
            xml.element("TagSet") { xml in
                for tag in tags {
                    xml.element("Tag") { xml in
                        xml.element("Key", tag.key)
                        xml.element("Value", tag.value)
                    }
                }
            }
        }
    }
}

/// The opaque tokens that continue a listing: the last key in hexadecimal.
enum ContinuationToken {
    static func text(_ key: ObjectKey) -> String { "1" + Hexadecimal.text(key.bytes) }

    static func key(_ token: String) -> ObjectKey? {
        guard token.hasPrefix("1") else { return nil }
        return Hexadecimal.bytes(String(token.dropFirst())).map(ObjectKey.init(bytes:))
    }
}
