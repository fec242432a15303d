import Crypto
import DurableDocuments
import EmulatorCore
import Foundation
import HTTPExchange

extension ObjectService {
    /// The least size of all parts but the last.
    private static let minimumPartBytes = 5 << 20

    /// A part as the caller lists it on completion.
    private struct ListedPart {
        var number: Int
        var etag: String
        var checksum: (element: String, value: String)?
    }

    /// CompleteMultipartUpload.
    func completeUpload(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let id = request.parameter("uploadId") ?? ""
        let (body, _) = try Payload.content(of: request)
        let listed = try Self.listedParts(body)
        let upload = try upload(id, place)
        let parts = try Self.parts(listed, of: upload)
        let checksum = try checksum(of: parts, upload, request)
        let conditions = Preconditions(request)
        let now = clock.now
        let version = ObjectVersion(
            key: place.key, versionID: "", recordID: Self.newRecordID(), contents: parts.map(\.content),
            etag: Self.etag(parts), modified: now, checksum: checksum, headers: upload.headers, tags: upload.tags,
            partSizes: parts.map(\.content.size))
        let (change, unused) = try await self.change(place.bucket) {
            bucket throws(AWSServiceError) -> ((Bucket.Change, [ContentStore.Content]), [DocumentStore.Change]) in
            // The upload as it is now: two completions, or a completion and an abort, may come at the same time.
            guard let upload = bucket.uploads[id], try Self.parts(listed, of: upload) == parts else {
                throw .noSuchUpload(id)
            }
            try conditions.checkWrite(etag: bucket.current(place.key)?.etag, key: place.key.description)
            bucket.uploads[id] = nil
            let change = bucket.add(version, newID: Self.newID)
            let unused = Set(upload.parts.values.map(\.content)).subtracting(version.contents)
            return (
                (change, Array(unused)), Self.removal(of: upload) + Self.changes(change, bucket: place.bucket)
            )
        }
        contents.remove(change.removed.flatMap(\.contents) + unused)
        let added = change.added.first ?? version
        var answer = ObjectAnswer.xml(
            XMLText("CompleteMultipartUploadResult") { xml in
                xml.element("Location", "http://\(place.bucket).s3.amazonaws.com/\(place.key)")
                xml.element("Bucket", place.bucket)
                xml.element("Key", place.key.description)
                xml.element("ETag", "\"\(added.etag)\"")
                if let checksum {
                    xml.element(checksum.algorithm.element, checksum.value)
                    xml.element("ChecksumType", checksum.kind.rawValue)
                }
            })
        answer.headers += try writtenHeaders(added, place)
        return answer
    }

    private static func listedParts(_ body: [UInt8]) throws(AWSServiceError) -> [ListedPart] {
        guard let tree = XMLTree.parse(body), tree.name == "CompleteMultipartUpload" else { throw .malformedXML }
        var parts: [ListedPart] = []
        for part in tree.all("Part") {
            guard let number = part.value("PartNumber").flatMap({ Int($0) }), let etag = part.value("ETag") else {
                throw .malformedXML
            }
            let checksum = part.children.first { $0.name.hasPrefix("Checksum") }
            parts.append(
                ListedPart(
                    number: number, etag: etag.filter { $0 != "\"" }, checksum: checksum.map { ($0.name, $0.trimmed) }))
        }
        guard (1...10_000).contains(parts.count) else { throw .malformedXML }
        guard zip(parts, parts.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw AWSServiceError(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. Parts must be ordered by part number.")
        }
        return parts
    }

    private static func parts(
        _ listed: [ListedPart], of upload: MultipartUpload
    ) throws(AWSServiceError) -> [MultipartUpload.Part] {
        var parts: [MultipartUpload.Part] = []
        for (index, entry) in listed.enumerated() {
            guard let part = upload.parts[entry.number], part.etag == entry.etag,
                entry.checksum.map({ $0.element != part.checksum.algorithm.element || $0.value == part.checksum.value })
                    ?? true
            else {
                throw AWSServiceError(
                    "InvalidPart",
                    "One or more of the specified parts could not be found.  The part may not have been uploaded, or "
                        + "the specified entity tag may not match the part's entity tag.",
                    members: [
                        "PartNumber": .string(String(entry.number)), "ETag": .string(entry.etag),
                        "UploadId": .string(upload.id),
                    ])
            }
            guard index == listed.count - 1 || part.content.size >= minimumPartBytes else {
                throw AWSServiceError(
                    "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
                    members: [
                        "ProposedSize": .string(String(part.content.size)),
                        "MinSizeAllowed": .string(String(minimumPartBytes)),
                        "PartNumber": .string(String(entry.number)), "ETag": .string(entry.etag),
                    ])
            }
            parts.append(part)
        }
        return parts
    }

    /// The hash of the parts' hashes, with their number behind it.
    private static func etag(_ parts: [MultipartUpload.Part]) -> String {
        let digests = parts.flatMap { Hexadecimal.bytes($0.etag) ?? [] }
        return Hexadecimal.text(Insecure.MD5.hash(data: digests)) + "-\(parts.count)"
    }

    /// The whole object's checksum: over its bytes, or over its parts' checksums.
    private func checksum(
        of parts: [MultipartUpload.Part], _ upload: MultipartUpload, _ request: ObjectRequest
    ) throws(AWSServiceError) -> Checksum? {
        let algorithm = upload.checksumAlgorithm ?? .crc64nvme
        let kind =
            upload.checksumKind
            ?? (upload.checksumAlgorithm == nil || algorithm == .crc64nvme ? .full : .composite)
        let value: String
        switch kind {
        case .composite:
            guard parts.allSatisfy({ $0.checksum.algorithm == algorithm }) else {
                throw .invalidRequest(
                    "The upload was created using a \(algorithm.rawValue.lowercased()) checksum. The complete request "
                        + "must include the checksum for each part. It was missing for a part in the request.")
            }
            let digests = parts.flatMap { Array(Data(base64Encoded: $0.checksum.value) ?? Data()) }
            value = Data(algorithm.digest(digests)).base64EncodedString() + "-\(parts.count)"
        case .full:
            var pieces: [[UInt8]] = []
            for part in parts {
                guard let bytes = contents.read([part.content], 0..<part.content.size) else {
                    throw .noSuchUpload(upload.id)
                }
                pieces.append(bytes)
            }
            value = Data(algorithm.digest(pieces)).base64EncodedString()
        }
        if let stated = request.header(algorithm.header), stated != value, stated + "-\(parts.count)" != value {
            throw AWSServiceError(
                "BadDigest", "The \(algorithm.rawValue) you specified did not match the calculated checksum.")
        }
        return Checksum(algorithm: algorithm, value: value, kind: kind)
    }
}
