package import DurableDocuments
package import EmulatorCore
import Foundation
import HTTPExchange
import Synchronization

/// S3: buckets and the objects in them, with versions, multipart uploads and stored configurations.
///
/// Bucket policies, lifecycles and the like are kept and given back, and nothing acts on them.
package final class ObjectService: Sendable {
    /// The longest content of one request.
    package static let maximumUploadBytes = Payload.maximumBytes

    struct State {
        var buckets: [String: Bucket] = [:]
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let contents: ContentStore
    let documents: DocumentStore
    let state = Mutex(State())

    /// - Parameters:
    ///   - directory: where content is kept in files; nil keeps it in memory.
    ///   - documents: where everything else is kept.
    /// - Throws: when what an earlier process left cannot be read.
    package init(
        account: EmulatedAccount, clock: VirtualClock, directory: String?, documents: DocumentStore
    ) throws(DocumentStoreError) {
        self.account = account
        self.clock = clock
        self.documents = documents
        do throws(ContentError) {
            contents = try ContentStore(directory: directory)
        } catch {
            throw DocumentStoreError(message: error.message, location: directory ?? "")
        }
        let restored = try Self.restore(documents)
        state.withLock { $0.buckets = restored }
        let named = restored.values.flatMap { bucket in
            bucket.objects.values.flatMap { $0.flatMap(\.contents) }
                + bucket.uploads.values.flatMap { $0.parts.values.map(\.content) }
        }
        contents.removeAll(but: Set(named.map(\.id)))
    }

    private static func restore(_ documents: DocumentStore) throws(DocumentStoreError) -> [String: Bucket] {
        var buckets: [String: Bucket] = [:]
        for (name, json) in try documents.documents(in: ObjectRecords.buckets) {
            buckets[name] = ObjectRecords.bucket(json, name: name)
        }
        var versions: [String: [ObjectVersion]] = [:]
        for (id, json) in try documents.documents(in: ObjectRecords.versions) {
            versions[json["bucket"]?.stringValue ?? "", default: []].append(ObjectRecords.version(json, id: id))
        }
        for (bucket, versions) in versions { buckets[bucket]?.restore(versions) }
        var parts: [String: [Int: MultipartUpload.Part]] = [:]
        for json in try documents.documents(in: ObjectRecords.parts).values {
            guard let (upload, number, part) = ObjectRecords.part(json) else { continue }
            parts[upload, default: [:]][number] = part
        }
        for (id, json) in try documents.documents(in: ObjectRecords.uploads) {
            var upload = ObjectRecords.upload(json, id: id)
            upload.parts = parts[id] ?? [:]
            buckets[json["bucket"]?.stringValue ?? ""]?.uploads[id] = upload
        }
        return buckets
    }

    /// Carries out one call; everything that goes wrong becomes an answer in S3's form.
    package func answer(_ request: ObjectRequest) async -> ObjectAnswer {
        do throws(AWSServiceError) {
            return Self.signed(try await carryOut(request), by: Identity())
        } catch {
            return refuse(error, resource: request.resource)
        }
    }

    /// An error in S3's form, of a call that was not carried out.
    package func refuse(_ error: AWSServiceError, resource: String) -> ObjectAnswer {
        let identity = Identity()
        return Self.signed(
            error.answer(resource: resource, requestID: identity.request, hostID: identity.host), by: identity)
    }

    /// The two ids that each answer carries.
    private struct Identity {
        var request = String(UUID().uuidString.filter { $0 != "-" }.prefix(16))
        var host = Data(UUID().uuidString.utf8).base64EncodedString()
    }

    private static func signed(_ answer: ObjectAnswer, by identity: Identity) -> ObjectAnswer {
        var answer = answer
        answer.headers.append(HTTPHeader("x-amz-request-id", identity.request))
        answer.headers.append(HTTPHeader("x-amz-id-2", identity.host))
        answer.headers.append(HTTPHeader("Server", "AmazonS3"))
        return answer
    }

    private func carryOut(_ request: ObjectRequest) async throws(AWSServiceError) -> ObjectAnswer {
        if let owner = request.header("x-amz-expected-bucket-owner"), owner != account.id {
            throw AWSServiceError("AccessDenied", "Access Denied", status: 403)
        }
        guard let bucket = request.bucket else {
            guard request.method == "GET" else { throw .methodNotAllowed }
            return listBuckets(request)
        }
        guard let key = request.key else { return try await carryOut(request, bucket: bucket) }
        guard key.utf8.count <= ObjectKey.maximumBytes else {
            throw AWSServiceError(
                "KeyTooLongError", "Your key is too long",
                members: [
                    "Size": .string(String(key.utf8.count)), "MaxSizeAllowed": .string(String(ObjectKey.maximumBytes)),
                ])
        }
        return try await carryOut(request, Place(bucket: bucket, key: ObjectKey(key)))
    }

    /// Where an object is.
    struct Place: Sendable {
        var bucket: String
        var key: ObjectKey
    }

    private func carryOut(_ request: ObjectRequest, _ place: Place) async throws(AWSServiceError) -> ObjectAnswer {
        func has(_ name: String) -> Bool { request.parameter(name) != nil }
        for name in ["retention", "legal-hold", "torrent", "restore", "select", "renameObject", "encryption"]
        where has(name) {
            throw .notEmulated("The subresource \(name) of an object")
        }
        switch request.method {
        case "GET" where has("uploadId"): return try listParts(request, place)
        case "GET" where has("tagging"): return try objectTagging(request, place)
        case "GET" where has("acl"): return try objectACL(request, place)
        case "GET" where has("attributes"): return try objectAttributes(request, place)
        case "GET": return try read(request, place)
        case "HEAD": return try read(request, place)
        case "PUT" where has("uploadId") || has("partNumber"):
            return request.header("x-amz-copy-source") == nil
                ? try await uploadPart(request, place) : try await copyPart(request, place)
        case "PUT" where has("tagging"): return try await putObjectTagging(request, place)
        case "PUT" where has("acl"): return try putObjectACL(request, place)
        case "PUT" where request.header("x-amz-copy-source") != nil: return try await copy(request, place)
        case "PUT": return try await put(request, place)
        case "POST" where has("uploads"): return try await createUpload(request, place)
        case "POST" where has("uploadId"): return try await completeUpload(request, place)
        case "DELETE" where has("uploadId"): return try await abortUpload(request, place)
        case "DELETE" where has("tagging"): return try await deleteObjectTagging(request, place)
        case "DELETE": return try await delete(request, place)
        default: throw .methodNotAllowed
        }
    }

    private func carryOut(_ request: ObjectRequest, bucket: String) async throws(AWSServiceError) -> ObjectAnswer {
        func has(_ name: String) -> Bool { request.parameter(name) != nil }
        for name in [
            "analytics", "inventory", "metrics", "intelligent-tiering", "session", "metadataTable",
            "metadataConfiguration", "abac",
        ] where has(name) {
            throw .notEmulated("The bucket's subresource \(name)")
        }
        if let document = BucketDocument.named(in: request) {
            switch request.method {
            case "GET": return try read(document, bucket: bucket)
            case "PUT": return try await write(document, request, bucket: bucket)
            case "DELETE": return try await remove(document, bucket: bucket)
            default: throw .methodNotAllowed
            }
        }
        switch request.method {
        case "HEAD": return try headBucket(bucket)
        case "GET" where has("location"): return try location(bucket)
        case "GET" where has("versioning"): return try versioning(bucket)
        case "GET" where has("acl"): return try bucketACL(bucket)
        case "GET" where has("policyStatus"): return try policyStatus(bucket)
        case "GET" where has("versions"): return try listVersions(request, bucket)
        case "GET" where has("uploads"): return try listUploads(request, bucket)
        case "GET": return try listObjects(request, bucket)
        case "PUT" where has("versioning"): return try await putVersioning(request, bucket)
        case "PUT" where has("acl"): return try putBucketACL(request, bucket)
        case "PUT" where request.query.isEmpty || has("x-id"): return try await createBucket(request, bucket)
        case "DELETE" where request.query.isEmpty || has("x-id"): return try await deleteBucket(bucket)
        case "POST" where has("delete"): return try await deleteSeveral(request, bucket)
        case "POST" where request.query.isEmpty: throw .notEmulated("An upload through a browser's form")
        default: throw .methodNotAllowed
        }
    }

    // MARK: State

    /// Reads a bucket.
    func withBucket<R: Sendable>(
        _ name: String, _ body: (Bucket) throws(AWSServiceError) -> R
    ) throws(AWSServiceError) -> R {
        let result: Result<R, AWSServiceError> = state.withLock { state in
            guard let bucket = state.buckets[name] else { return .failure(.noSuchBucket(name)) }
            do throws(AWSServiceError) { return .success(try body(bucket)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Changes a bucket and waits until the change is kept.
    ///
    /// - Parameter body: returns what is to be kept; when it throws it must not have changed anything.
    func change<R: Sendable>(
        _ name: String, _ body: (inout Bucket) throws(AWSServiceError) -> (R, [DocumentStore.Change])
    ) async throws(AWSServiceError) -> R {
        let result: Result<(R, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            guard state.buckets[name] != nil else { return .failure(.noSuchBucket(name)) }
            do throws(AWSServiceError) {
                // In place, by subscript: a copy of the bucket would copy all its objects.
                let (value, changes) = try body(&state.buckets[name, default: Self.nowhere])
                return .success((value, documents.record(changes)))
            } catch {
                return .failure(error)
            }
        }
        let (value, commit) = try result.get()
        try await commit.wait()
        return value
    }

    private static let nowhere = Bucket(name: "", region: "", created: .init(nanosecondsSinceEpoch: 0))

    /// What is to be kept of a change to versions.
    static func changes(_ change: Bucket.Change, bucket: String) -> [DocumentStore.Change] {
        change.removed.map { DocumentStore.Change(ObjectRecords.versions, $0.recordID, nil) }
            + change.added.map {
                DocumentStore.Change(ObjectRecords.versions, $0.recordID, ObjectRecords.json($0, bucket: bucket))
            }
    }

    /// An id as S3 makes them for versions and uploads: 32 letters and digits.
    static func newID() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<32).map { _ in letters[Int.random(in: letters.indices, using: &generator)] }, as: UTF8.self)
    }

    static func newRecordID() -> String { UUID().uuidString.lowercased() }
}
