import EmulatedStacks
import ExactJSON

extension ResourceNames {
    /// The made-up name, shortened where a service allows no more; its end, which tells it apart, stays.
    func generated(atMost length: Int) -> String {
        let name = generated
        guard name.utf8.count > length, length > 13 else { return name }
        return String(name.prefix(length - 13)) + "-" + String(name.suffix(12))
    }

    /// The tags of the stack and of the resource, the latter first where both have one.
    ///
    /// - Parameter list: of keys and values, or a map.
    func tags(_ list: JSONValue?) -> [String: String] {
        var tags = stackTags
        switch list {
        case .array(let elements):
            for tag in elements {
                if let key = tag["Key"]?.stringValue { tags[key] = tag["Value"]?.scalarText ?? "" }
            }
        case .object(let members):
            for (key, value) in members { tags[key] = value.scalarText ?? "" }
        default: break
        }
        return tags
    }
}

extension JSONValue {
    /// A document that may be written as text, as text.
    var documentText: String { stringValue ?? text }
}
