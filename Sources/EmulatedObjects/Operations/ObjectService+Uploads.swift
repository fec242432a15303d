import Crypto
import DurableDocuments
import EmulatorCore
import Foundation
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// CreateMultipartUpload.
    func createUpload(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        try checkACL(request, bucket: place.bucket, whenGiven: true)
        let algorithm = try request.header("x-amz-checksum-algorithm").map { text throws(AWSServiceError) in
            guard let algorithm = ChecksumAlgorithm(rawValue: text.uppercased()) else {
                throw .invalidRequest(
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
                )
            }
            return algorithm
        }
        let kind = request.header("x-amz-checksum-type").flatMap { Checksum.Kind(rawValue: $0.uppercased()) }
        let headers = try ObjectHeaders.read(request)
        let tags = try ObjectTags.read(header: request.header("x-amz-tagging"))
        let id = Self.newID()
        let now = clock.now
        let upload = try await change(place.bucket) { bucket in
            let upload = MultipartUpload(
                id: id, key: place.key, initiated: now,
                headers: headers + ObjectHeaders.encryption(request, bucket: bucket), tags: tags,
                checksumAlgorithm: algorithm, checksumKind: kind)
            bucket.uploads[id] = upload
            return (
                upload,
                [DocumentStore.Change(ObjectRecords.uploads, id, ObjectRecords.json(upload, bucket: place.bucket))]
            )
        }
        var answer = ObjectAnswer.xml(
            XMLText("InitiateMultipartUploadResult") { xml in
                xml.element("Bucket", place.bucket)
                xml.element("Key", place.key.description)
                xml.element("UploadId", id)
            })
        answer.headers += upload.headers.filter(ObjectHeaders.isEncryption)
        if let algorithm { answer.headers.append(HTTPHeader("x-amz-checksum-algorithm", algorithm.rawValue)) }
        if let kind { answer.headers.append(HTTPHeader("x-amz-checksum-type", kind.rawValue)) }
        return answer
    }

    /// UploadPart.
    func uploadPart(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let (id, number) = try part(request, place)
        let payload = try Payload(request)
        try await keep(payload, upload: id, number: number, place)
        return ObjectAnswer(
            status: 200,
            headers: [
                HTTPHeader("ETag", "\"\(Hexadecimal.text(payload.md5))\""),
                HTTPHeader(payload.checksum.algorithm.header, payload.checksum.value),
            ])
    }

    /// UploadPartCopy.
    func copyPart(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let (id, number) = try part(request, place)
        let (_, source) = try copySource(request)
        var positions = 0..<source.size
        if let header = request.header("x-amz-copy-source-range") {
            guard let range = ByteRange(header), case .from(_, let last?) = range, last < source.size,
                let wanted = range.positions(in: source.size)
            else {
                throw .invalidArgument(
                    "Range specified is not valid for source object of size: \(source.size)",
                    name: "x-amz-copy-source-range", value: header)
            }
            positions = wanted
        }
        let algorithm = try upload(id, place).checksumAlgorithm
        var inner = ObjectRequest(method: "PUT", bucket: nil, key: nil, body: try bytes(of: source, positions))
        if let algorithm { inner.headers = [HTTPHeader("x-amz-checksum-algorithm", algorithm.rawValue)] }
        let payload = try Payload(inner)
        try await keep(payload, upload: id, number: number, place)
        let modified = clock.now
        return .xml(
            XMLText("CopyPartResult") { xml in
                xml.element("LastModified", modified.floored(toSeconds: 1).iso8601)
                xml.element("ETag", "\"\(Hexadecimal.text(payload.md5))\"")
                xml.element(payload.checksum.algorithm.element, payload.checksum.value)
            })
    }

    /// AbortMultipartUpload.
    func abortUpload(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let id = request.parameter("uploadId") ?? ""
        let upload = try await change(place.bucket) { bucket throws(AWSServiceError) in
            guard let upload = bucket.uploads[id], upload.key == place.key else { throw .noSuchUpload(id) }
            bucket.uploads[id] = nil
            return (upload, Self.removal(of: upload))
        }
        contents.remove(upload.parts.values.map(\.content))
        return ObjectAnswer(status: 204)
    }

    /// ListParts.
    func listParts(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        let upload = try upload(request.parameter("uploadId") ?? "", place)
        let limit = try Self.limit(request, "max-parts")
        let marker = request.parameter("part-number-marker").flatMap { Int($0) } ?? 0
        let following = upload.parts.filter { $0.key > marker }.sorted { $0.key < $1.key }
        let page = following.prefix(limit)
        return .xml(
            XMLText("ListPartsResult") { xml in
                xml.element("Bucket", place.bucket)
                xml.element("Key", place.key.description)
                xml.element("UploadId", upload.id)
                owner(&xml, "Initiator")
                owner(&xml)
                xml.element("StorageClass", upload.headers.first("x-amz-storage-class") ?? "STANDARD")
                xml.element("PartNumberMarker", marker)
                if let last = page.last { xml.element("NextPartNumberMarker", last.key) }
                xml.element("MaxParts", limit)
                xml.element("IsTruncated", page.count < following.count)
                xml.element("ChecksumAlgorithm", upload.checksumAlgorithm?.rawValue)
                for (number, part) in page {
                    xml.element("Part") { xml in
                        xml.element("PartNumber", number)
                        xml.element("LastModified", part.modified.floored(toSeconds: 1).iso8601)
                        xml.element("ETag", "\"\(part.etag)\"")
                        xml.element("Size", part.content.size)
                        xml.element(part.checksum.algorithm.element, part.checksum.value)
                    }
                }
            })
    }

    /// ListMultipartUploads.
    func listUploads(_ request: ObjectRequest, _ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let encoding = try Encoding(request)
        let limit = try Self.limit(request, "max-uploads")
        let prefix = ObjectKey(request.parameter("prefix") ?? "")
        let marker = ObjectKey(request.parameter("key-marker") ?? "")
        let idMarker = request.parameter("upload-id-marker") ?? ""
        let uploads = try withBucket(name) { Array($0.uploads.values) }
            .filter { upload in
                upload.key.hasPrefix(prefix)
                    && (marker < upload.key || marker == upload.key && !idMarker.isEmpty && idMarker < upload.id)
            }
            .sorted { ($0.key, $0.id) < ($1.key, $1.id) }
        let page = uploads.prefix(limit)
        return .xml(
            XMLText("ListMultipartUploadsResult") { xml in
                xml.element("Bucket", name)
                xml.element("KeyMarker", encoding.text(marker))
                xml.element("UploadIdMarker", idMarker)
                if page.count < uploads.count, let last = page.last {
                    xml.element("NextKeyMarker", encoding.text(last.key))
                    xml.element("NextUploadIdMarker", last.id)
                }
                xml.element("Prefix", encoding.text(prefix))
                xml.element("EncodingType", encoding.name)
                xml.element("MaxUploads", limit)
                xml.element("IsTruncated", page.count < uploads.count)
                for upload in page {
                    xml.element("Upload") { xml in
                        xml.element("Key", encoding.text(upload.key))
                        xml.element("UploadId", upload.id)
                        owner(&xml, "Initiator")
                        owner(&xml)
                        xml.element("StorageClass", upload.headers.first("x-amz-storage-class") ?? "STANDARD")
                        xml.element("Initiated", upload.initiated.floored(toSeconds: 1).iso8601)
                    }
                }
            })
    }

    // MARK: Pieces

    func upload(_ id: String, _ place: Place) throws(AWSServiceError) -> MultipartUpload {
        try withBucket(place.bucket) { bucket throws(AWSServiceError) in
            guard let upload = bucket.uploads[id], upload.key == place.key else { throw .noSuchUpload(id) }
            return upload
        }
    }

    private func part(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> (id: String, number: Int) {
        let id = request.parameter("uploadId") ?? ""
        let text = request.parameter("partNumber") ?? ""
        guard let number = Int(text), (1...10_000).contains(number) else {
            throw .invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: text)
        }
        _ = try upload(id, place)
        return (id, number)
    }

    private func keep(
        _ payload: Payload, upload id: String, number: Int, _ place: Place
    ) async throws(AWSServiceError) {
        let part = MultipartUpload.Part(
            content: try contents.keep(payload.bytes), etag: Hexadecimal.text(payload.md5), checksum: payload.checksum,
            modified: clock.now)
        let replaced: MultipartUpload.Part?
        do throws(AWSServiceError) {
            replaced = try await change(place.bucket) { bucket throws(AWSServiceError) in
                guard bucket.uploads[id] != nil else { throw .noSuchUpload(id) }
                let replaced = bucket.uploads[id]?.parts.updateValue(part, forKey: number)
                let record = DocumentStore.Change(
                    ObjectRecords.parts, ObjectRecords.partID(upload: id, number: number),
                    ObjectRecords.json(part, upload: id, number: number))
                return (replaced, [record])
            }
        } catch {
            contents.remove([part.content])
            throw error
        }
        if let replaced { contents.remove([replaced.content]) }
    }

    /// What is to be forgotten with an upload.
    static func removal(of upload: MultipartUpload) -> [DocumentStore.Change] {
        [DocumentStore.Change(ObjectRecords.uploads, upload.id, nil)]
            + upload.parts.keys.map {
                DocumentStore.Change(ObjectRecords.parts, ObjectRecords.partID(upload: upload.id, number: $0), nil)
            }
    }
}
