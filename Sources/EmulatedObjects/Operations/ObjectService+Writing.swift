import DurableDocuments
import EmulatorCore
import Foundation
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// PutObject.
    func put(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        try checkACL(request, bucket: place.bucket, whenGiven: true)
        let payload = try Payload(request)
        let version = ObjectVersion(
            key: place.key, versionID: "", recordID: Self.newRecordID(), contents: [try contents.keep(payload.bytes)],
            etag: Hexadecimal.text(payload.md5), modified: clock.now, checksum: payload.checksum,
            headers: try ObjectHeaders.read(request),
            tags: try ObjectTags.read(header: request.header("x-amz-tagging")))
        let added = try await add(version, to: place, request)
        var answer = ObjectAnswer(status: 200, headers: try writtenHeaders(added, place))
        answer.headers.append(HTTPHeader("ETag", "\"\(added.etag)\""))
        answer.headers.append(HTTPHeader(payload.checksum.algorithm.header, payload.checksum.value))
        answer.headers.append(HTTPHeader("x-amz-checksum-type", payload.checksum.kind.rawValue))
        return answer
    }

    /// Puts a version into its bucket when the request's conditions hold; content that finds no place is removed again.
    func add(
        _ version: ObjectVersion, to place: Place, _ request: ObjectRequest
    ) async throws(AWSServiceError) -> ObjectVersion {
        let conditions = Preconditions(request)
        let change: Bucket.Change
        do throws(AWSServiceError) {
            change = try await self.change(place.bucket) { bucket throws(AWSServiceError) in
                try conditions.checkWrite(etag: bucket.current(place.key)?.etag, key: place.key.description)
                var version = version
                if !version.headers.contains(where: ObjectHeaders.isEncryption) {
                    version.headers += ObjectHeaders.encryption(request, bucket: bucket)
                }
                let change = bucket.add(version, newID: Self.newID)
                return (change, Self.changes(change, bucket: place.bucket))
            }
        } catch {
            contents.remove(version.contents)
            throw error
        }
        contents.remove(change.removed.flatMap(\.contents))
        return change.added.first ?? version
    }

    /// What a write answers about the version that it made.
    func writtenHeaders(_ version: ObjectVersion, _ place: Place) throws(AWSServiceError) -> [HTTPHeader] {
        var headers = version.headers.filter(ObjectHeaders.isEncryption)
        if try withBucket(place.bucket, { $0.versioning }) == .enabled {
            headers.append(HTTPHeader("x-amz-version-id", version.versionID))
        }
        return headers
    }

    // MARK: Deleting

    /// What a deletion did.
    struct Deletion: Sendable {
        var versionID: String?
        var isMarker = false
    }

    /// DeleteObject.
    func delete(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        let deletion = try await delete(
            place, version: request.parameter("versionId"), ifMatch: request.header("If-Match"))
        var headers: [HTTPHeader] = []
        if let id = deletion.versionID { headers.append(HTTPHeader("x-amz-version-id", id)) }
        if deletion.isMarker { headers.append(HTTPHeader("x-amz-delete-marker", "true")) }
        return ObjectAnswer(status: 204, headers: headers)
    }

    /// Deletes an object, or one version of it for good; what is not there is deleted already.
    func delete(
        _ place: Place, version id: String?, ifMatch: String? = nil
    ) async throws(AWSServiceError) -> Deletion {
        let now = clock.now
        let (change, deletion) = try await self.change(place.bucket) {
            bucket throws(AWSServiceError) -> ((Bucket.Change, Deletion), [DocumentStore.Change]) in
            if let ifMatch, let current = bucket.current(place.key), ifMatch != "*",
                ifMatch.filter({ $0 != "\"" }) != current.etag
            {
                throw .preconditionFailed("If-Match")
            }
            var change = Bucket.Change()
            var deletion = Deletion(versionID: id)
            if let id {
                change.removed = bucket.remove(place.key, id).map { [$0] } ?? []
                deletion.isMarker = change.removed.first?.isDeleteMarker ?? false
            } else {
                let marker = ObjectVersion(
                    key: place.key, versionID: "", recordID: Self.newRecordID(), isDeleteMarker: true, modified: now)
                change = bucket.delete(place.key, marker: marker, newID: Self.newID)
                deletion = Deletion(versionID: change.added.first?.versionID, isMarker: !change.added.isEmpty)
            }
            return ((change, deletion), Self.changes(change, bucket: place.bucket))
        }
        contents.remove(change.removed.flatMap(\.contents))
        return deletion
    }

    /// DeleteObjects.
    func deleteSeveral(_ request: ObjectRequest, _ name: String) async throws(AWSServiceError) -> ObjectAnswer {
        try withBucket(name) { _ in }
        let payload = try Payload(request)
        guard let tree = XMLTree.parse(payload.bytes), tree.name == "Delete" else { throw .malformedXML }
        let objects = tree.all("Object")
        guard (1...1000).contains(objects.count) else { throw .malformedXML }
        let isQuiet = tree.value("Quiet")?.lowercased() == "true"
        var results: [(key: String, version: String?, outcome: Result<Deletion, AWSServiceError>)] = []
        for object in objects {
            guard let key = object["Key"]?.text, !key.isEmpty else { throw .malformedXML }
            let version = object.value("VersionId")
            do throws(AWSServiceError) {
                let place = Place(bucket: name, key: ObjectKey(key))
                let deletion = try await delete(place, version: version, ifMatch: object.value("ETag"))
                results.append((key, version, .success(deletion)))
            } catch {
                results.append((key, version, .failure(error)))
            }
        }
        return .xml(
            XMLText("DeleteResult") { xml in
                for result in results { Self.write(result.key, result.version, result.outcome, isQuiet, into: &xml) }
            })
    }

    private static func write(
        _ key: String, _ version: String?, _ outcome: Result<Deletion, AWSServiceError>, _ isQuiet: Bool,
        into xml: inout XMLText
    ) {
        switch outcome {
        case .success where isQuiet: break
        case .success(let deletion):
            xml.element("Deleted") { xml in
                xml.element("Key", key)
                xml.element("VersionId", version)
                if deletion.isMarker {
                    xml.element("DeleteMarker", true)
                    xml.element("DeleteMarkerVersionId", deletion.versionID)
                }
            }
        case .failure(let error):
            xml.element("Error") { xml in
                xml.element("Key", key)
                xml.element("VersionId", version)
                xml.element("Code", error.code)
                xml.element("Message", error.message)
            }
        }
    }
}
