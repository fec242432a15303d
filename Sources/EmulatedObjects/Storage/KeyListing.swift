/// Goes through a bucket's keys in order, those with a common prefix up to a delimiter taken together.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
struct KeyListing: Sendable, Equatable {
    enum Entry: Sendable, Equatable {
        case key(ObjectKey)
        case commonPrefix(ObjectKey)

        var key: ObjectKey {
            switch self {
            case .key(let key), .commonPrefix(let key): key
            }
        }
    }

    var prefix = ObjectKey("")
    /// Empty for none.
    var delimiter = ObjectKey("")
    /// Only what comes after this key; a common prefix itself is passed over with all its keys.
    var after: ObjectKey?
    /// Only this key and what comes after it.
    var from: ObjectKey?

    /// Hands out entry after entry until there are none left or `visit` returns false.
    ///
    /// - Parameters:
    ///   - keys: sorted.
    ///   - isListed: whether a key counts; one that is deleted does not.
    func walk(_ keys: [ObjectKey], isListed: (ObjectKey) -> Bool, visit: (Entry) -> Bool) {
        let start = [prefix, after ?? prefix, from ?? prefix].max() ?? prefix
        var index = keys.firstIndex(notBefore: start)
        while index < keys.count, keys[index].hasPrefix(prefix) {
            let key = keys[index]
            if let after, key <= after || !delimiter.bytes.isEmpty && commonPrefix(of: key) == after {
                index = commonPrefix(of: key) == after ? next(keys, after: key) : index + 1
                continue
            }
            guard isListed(key) else {
                index += 1
                continue
            }
            if let common = commonPrefix(of: key) {
                guard visit(.commonPrefix(common)) else { return }
                index = next(keys, after: key)
            } else {
                guard visit(.key(key)) else { return }
                index += 1
            }
        }
    }

    /// A page of entries, and whether there are more.
    func page(
        _ keys: [ObjectKey], limit: Int, isListed: (ObjectKey) -> Bool
    ) -> (entries: [Entry], isTruncated: Bool) {
        guard limit > 0 else { return ([], false) }
        var entries: [Entry] = []
        var isTruncated = false
        walk(keys, isListed: isListed) { entry in
            guard entries.count < limit else {
                isTruncated = true
                return false
            }
            entries.append(entry)
            return true
        }
        return (entries, isTruncated)
    }

    /// The place behind all keys that share a key's common prefix.
    private func next(_ keys: [ObjectKey], after key: ObjectKey) -> Int {
        guard let beyond = commonPrefix(of: key)?.afterAllWithPrefix else { return keys.count }
        return keys.firstIndex(notBefore: beyond)
    }

    private func commonPrefix(of key: ObjectKey) -> ObjectKey? {
        let wanted = delimiter.bytes
        guard let first = wanted.first, key.bytes.count >= prefix.bytes.count + wanted.count else { return nil }
        var start = prefix.bytes.count
        while let index = key.bytes[start...].firstIndex(of: first), index + wanted.count <= key.bytes.count {
            if key.bytes[index..<index + wanted.count].elementsEqual(wanted) {
                return ObjectKey(bytes: Array(key.bytes[..<(index + wanted.count)]))
            }
            start = index + 1
        }
        return nil
    }
}
