import EmulatorCore
import Foundation
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// The version that `x-amz-copy-source` names, its conditions checked.
    func copySource(_ request: ObjectRequest) throws(AWSServiceError) -> (place: Place, version: ObjectVersion) {
        let header = request.header("x-amz-copy-source") ?? ""
        let invalid = AWSServiceError.invalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", name: "x-amz-copy-source",
            value: header)
        let question = header.range(of: "?versionId=", options: .backwards)
        let path = question.map { header[..<$0.lowerBound] } ?? header[...]
        guard let decoded = PercentEncoding.decode(path) else { throw invalid }
        let plain = decoded.hasPrefix("/") ? decoded.dropFirst() : decoded[...]
        let bucket = plain.prefix { $0 != "/" }
        let key = plain.dropFirst(bucket.count + 1)
        guard !bucket.isEmpty, !key.isEmpty else { throw invalid }
        if bucket.hasPrefix("arn:") { throw .notEmulated("A copy from an access point") }
        var asked = ObjectRequest(method: "GET", bucket: String(bucket), key: String(key))
        if let question { asked.query = [.init(name: "versionId", value: String(header[question.upperBound...]))] }
        let place = Place(bucket: String(bucket), key: ObjectKey(String(key)))
        let version = try version(asked, place)
        try Preconditions(request, prefix: "x-amz-copy-source-")
            .checkCopy(etag: version.etag, modified: version.modified)
        return (place, version)
    }

    /// The bytes of a version, as long as it is there.
    func bytes(of version: ObjectVersion, _ range: Range<Int>? = nil) throws(AWSServiceError) -> [UInt8] {
        guard let bytes = contents.read(version.contents, range ?? 0..<version.size) else {
            throw .noSuchKey(version.key.description)
        }
        return bytes
    }

    /// CopyObject.
    func copy(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        try checkACL(request, bucket: place.bucket, whenGiven: true)
        let (source, original) = try copySource(request)
        let replaces = request.header("x-amz-metadata-directive")?.uppercased() == "REPLACE"
        let changesNothing =
            source.bucket == place.bucket && source.key == place.key && !replaces
            && request.header("x-amz-storage-class") == nil && request.header("x-amz-server-side-encryption") == nil
            && request.header("x-amz-website-redirect-location") == nil
            && !(request.header("x-amz-copy-source")?.contains("?versionId=") ?? false)
        guard !changesNothing else {
            throw .invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                    + "object's metadata, storage class, website redirect location or encryption attributes.")
        }
        let bytes = try bytes(of: original)
        let stated = try ObjectHeaders.read(request)
        var headers = replaces ? stated : original.headers.filter { !ObjectHeaders.isEncryption($0) }
        if !replaces {
            // These two belong to the copy, whatever happens to the metadata.
            for name in ["x-amz-storage-class", "x-amz-website-redirect-location"] {
                headers.removeAll { $0.name == name }
                if let value = stated.first(name) { headers.append(HTTPHeader(name, value)) }
            }
        }
        let replacesTags = request.header("x-amz-tagging-directive")?.uppercased() == "REPLACE"
        let tags = replacesTags ? try ObjectTags.read(header: request.header("x-amz-tagging")) : original.tags
        let checksum = checksum(of: bytes, asked: request.header("x-amz-checksum-algorithm"), like: original.checksum)
        let payload = try Payload(ObjectRequest(method: "PUT", bucket: nil, key: nil, body: bytes))
        let version = ObjectVersion(
            key: place.key, versionID: "", recordID: Self.newRecordID(), contents: [try contents.keep(bytes)],
            etag: Hexadecimal.text(payload.md5), modified: clock.now, checksum: checksum, headers: headers, tags: tags)
        let added = try await add(version, to: place, request)
        var answer = ObjectAnswer.xml(
            XMLText("CopyObjectResult") { xml in
                xml.element("LastModified", added.modified.floored(toSeconds: 1).iso8601)
                xml.element("ETag", "\"\(added.etag)\"")
                xml.element(checksum.algorithm.element, checksum.value)
                xml.element("ChecksumType", checksum.kind.rawValue)
            })
        answer.headers += try writtenHeaders(added, place)
        if try withBucket(source.bucket, { $0.versioning }) != nil {
            answer.headers.append(HTTPHeader("x-amz-copy-source-version-id", original.versionID))
        }
        return answer
    }

    private func checksum(of bytes: [UInt8], asked: String?, like original: Checksum?) -> Checksum {
        let algorithm =
            asked.flatMap { ChecksumAlgorithm(rawValue: $0.uppercased()) }
            ?? original?.algorithm ?? .crc64nvme
        return Checksum(algorithm: algorithm, value: Data(algorithm.digest(bytes)).base64EncodedString())
    }

    // MARK: Tags

    func objectTagging(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        .xml(ObjectTags.text(try version(request, place).tags))
    }

    func putObjectTagging(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let payload = try Payload(request)
        guard let tree = XMLTree.parse(payload.bytes) else { throw .malformedXML }
        try await setTags(try ObjectTags.read(tree), try version(request, place), place)
        return ObjectAnswer(status: 200)
    }

    func deleteObjectTagging(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        try await setTags([], try version(request, place), place)
        return ObjectAnswer(status: 204)
    }

    private func setTags(
        _ tags: [ObjectTag], _ version: ObjectVersion, _ place: Place
    ) async throws(AWSServiceError) {
        try await change(place.bucket) { bucket throws(AWSServiceError) in
            guard var version = bucket.version(place.key, version.versionID) else {
                throw .noSuchKey(place.key.description)
            }
            version.tags = tags
            bucket.replace(version)
            return ((), Self.changes(Bucket.Change(added: [version]), bucket: place.bucket))
        }
    }
}
