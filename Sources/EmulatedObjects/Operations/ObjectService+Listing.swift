import EmulatorCore
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// The most entries of one page.
    private static let largestPage = 1000

    /// ListObjects and ListObjectsV2.
    func listObjects(_ request: ObjectRequest, _ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let isSecond = request.parameter("list-type") == "2"
        if let type = request.parameter("list-type"), type != "2" {
            throw .invalidArgument("Invalid List Type specified in Query Parameters", name: "list-type", value: type)
        }
        let encoding = try Encoding(request)
        let limit = try Self.limit(request, "max-keys")
        var listing = KeyListing(
            prefix: ObjectKey(request.parameter("prefix") ?? ""),
            delimiter: ObjectKey(request.parameter("delimiter") ?? ""))
        if isSecond {
            if let token = request.parameter("continuation-token") {
                guard let key = ContinuationToken.key(token) else {
                    throw .invalidArgument(
                        "The continuation token provided is incorrect", name: "continuation-token", value: token)
                }
                listing.after = key
            } else {
                listing.after = request.parameter("start-after").map { ObjectKey($0) }
            }
        } else {
            listing.after = request.parameter("marker").map { ObjectKey($0) }
        }
        let page = try withBucket(name) { bucket in
            let (entries, isTruncated) = listing.page(bucket.keys, limit: limit) { bucket.current($0) != nil }
            let versions = entries.compactMap { entry -> ObjectVersion? in
                if case .key(let key) = entry { bucket.current(key) } else { nil }
            }
            return (entries: entries, versions: versions, isTruncated: isTruncated)
        }
        let last = page.entries.last?.key
        return .xml(
            XMLText("ListBucketResult") { xml in
                xml.element("Name", name)
                xml.element("Prefix", encoding.text(listing.prefix))
                if isSecond {
                    xml.element("KeyCount", page.entries.count)
                    xml.element("StartAfter", request.parameter("start-after").map { encoding.text(ObjectKey($0)) })
                    xml.element("ContinuationToken", request.parameter("continuation-token"))
                    if page.isTruncated { xml.element("NextContinuationToken", last.map(ContinuationToken.text)) }
                } else {
                    xml.element("Marker", listing.after.map(encoding.text) ?? "")
                    if page.isTruncated, !listing.delimiter.bytes.isEmpty {
                        xml.element("NextMarker", last.map(encoding.text))
                    }
                }
                xml.element("MaxKeys", limit)
                if !listing.delimiter.bytes.isEmpty { xml.element("Delimiter", encoding.text(listing.delimiter)) }
                xml.element("IsTruncated", page.isTruncated)
                xml.element("EncodingType", encoding.name)
                for version in page.versions {
                    xml.element("Contents") { xml in
                        xml.element("Key", encoding.text(version.key))
                        describe(version, into: &xml)
                        if !isSecond || request.parameter("fetch-owner") == "true" { owner(&xml) }
                    }
                }
                Self.write(page.entries, encoding, into: &xml)
            })
    }

    /// ListObjectVersions.
    func listVersions(_ request: ObjectRequest, _ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let encoding = try Encoding(request)
        let limit = try Self.limit(request, "max-keys")
        let marker = request.parameter("key-marker").flatMap { $0.isEmpty ? nil : ObjectKey($0) }
        let versionMarker = request.parameter("version-id-marker").flatMap { $0.isEmpty ? nil : $0 }
        var listing = KeyListing(
            prefix: ObjectKey(request.parameter("prefix") ?? ""),
            delimiter: ObjectKey(request.parameter("delimiter") ?? ""))
        if versionMarker == nil { listing.after = marker } else { listing.from = marker }
        var entries: [KeyListing.Entry] = []
        var versions: [(version: ObjectVersion, isLatest: Bool)] = []
        var isTruncated = false
        try withBucket(name) { bucket in
            listing.walk(bucket.keys, isListed: { _ in true }) { entry in
                var candidates: [ObjectVersion] = []
                if case .key(let key) = entry { candidates = bucket.objects[key] ?? [] }
                let newest = candidates.first?.recordID
                if entry.key == marker, let versionMarker,
                    let index = candidates.firstIndex(where: { $0.versionID == versionMarker })
                {
                    candidates.removeFirst(index + 1)
                }
                if case .commonPrefix = entry {
                    guard entries.count + versions.count < limit else {
                        isTruncated = true
                        return false
                    }
                    entries.append(entry)
                }
                for version in candidates {
                    guard entries.count + versions.count < limit else {
                        isTruncated = limit > 0
                        return false
                    }
                    versions.append((version, version.recordID == newest))
                }
                return true
            }
        }
        let last = [versions.last?.version.key, entries.last?.key].compactMap(\.self).max()
        return .xml(
            XMLText("ListVersionsResult") { xml in
                xml.element("Name", name)
                xml.element("Prefix", encoding.text(listing.prefix))
                xml.element("KeyMarker", marker.map(encoding.text) ?? "")
                xml.element("VersionIdMarker", versionMarker ?? "")
                if isTruncated {
                    xml.element("NextKeyMarker", last.map(encoding.text))
                    if let version = versions.last?.version, version.key == last {
                        xml.element("NextVersionIdMarker", version.versionID)
                    }
                }
                xml.element("MaxKeys", limit)
                if !listing.delimiter.bytes.isEmpty { xml.element("Delimiter", encoding.text(listing.delimiter)) }
                xml.element("IsTruncated", isTruncated)
                xml.element("EncodingType", encoding.name)
                for (version, isLatest) in versions {
                    xml.element(version.isDeleteMarker ? "DeleteMarker" : "Version") { xml in
                        xml.element("Key", encoding.text(version.key))
                        xml.element("VersionId", version.versionID)
                        xml.element("IsLatest", isLatest)
                        if version.isDeleteMarker {
                            xml.element("LastModified", version.modified.floored(toSeconds: 1).iso8601)
                        } else {
                            describe(version, into: &xml)
                        }
                        owner(&xml)
                    }
                }
                Self.write(entries, encoding, into: &xml)
            })
    }

    private func describe(_ version: ObjectVersion, into xml: inout XMLText) {
        xml.element("LastModified", version.modified.floored(toSeconds: 1).iso8601)
        xml.element("ETag", "\"\(version.etag)\"")
        if let checksum = version.checksum {
            xml.element("ChecksumAlgorithm", checksum.algorithm.rawValue)
            xml.element("ChecksumType", checksum.kind.rawValue)
        }
        xml.element("Size", version.size)
        xml.element("StorageClass", version.storageClass)
    }

    static func write(_ entries: [KeyListing.Entry], _ encoding: Encoding, into xml: inout XMLText) {
        for case .commonPrefix(let prefix) in entries {
            xml.element("CommonPrefixes") { xml in xml.element("Prefix", encoding.text(prefix)) }
        }
    }

    /// The size of a page that a request asks for, at most 1000.
    static func limit(_ request: ObjectRequest, _ parameter: String) throws(AWSServiceError) -> Int {
        guard let text = request.parameter(parameter), !text.isEmpty else { return largestPage }
        guard let number = Int(text) else {
            throw .invalidArgument(
                "Provided \(parameter) not an integer or within integer range", name: parameter, value: text)
        }
        guard number >= 0 else {
            throw .invalidArgument(
                "Argument \(parameter) must be an integer between 0 and 2147483647", name: parameter, value: text)
        }
        return min(number, largestPage)
    }

    /// How keys are written: as they are, or percent-encoded where the caller asks for it, since XML cannot say all of them.
    struct Encoding: Sendable {
        var name: String?

        init(_ request: ObjectRequest) throws(AWSServiceError) {
            name = request.parameter("encoding-type")
            if let name, name != "url" {
                throw .invalidArgument(
                    "Invalid Encoding Method specified in Request", name: "encoding-type", value: name)
            }
        }

        func text(_ key: ObjectKey) -> String {
            name == nil ? key.description : PercentEncoding.encode(key.description, keeping: "/*")
        }
    }
}
