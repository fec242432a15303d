import DurableDocuments
package import EmulatorCore
import ExactJSON
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// The account as the owner of everything: a canonical user id.
    var ownerID: String { Hexadecimal.text(Array("firedrill/\(account.id)".utf8)).padded(to: 64) }

    func owner(_ xml: inout XMLText, _ name: String = "Owner") {
        xml.element(name) { xml in xml.element("ID", ownerID) }
    }

    func listBuckets(_ request: ObjectRequest) -> ObjectAnswer {
        let prefix = request.parameter("prefix") ?? ""
        let after = request.parameter("continuation-token").flatMap(ContinuationToken.key)
        let limit = request.parameter("max-buckets").flatMap { Int($0) } ?? 10_000
        let region = request.parameter("bucket-region")
        let buckets = state.withLock { Array($0.buckets.values) }.sorted { ObjectKey($0.name) < ObjectKey($1.name) }
            .filter { bucket in
                bucket.name.hasPrefix(prefix) && (region ?? bucket.region) == bucket.region
                    && after.map { $0 < ObjectKey(bucket.name) } ?? true
            }
        let page = buckets.prefix(max(1, limit))
        return .xml(
            XMLText("ListAllMyBucketsResult") { xml in
                owner(&xml)
                xml.element("Buckets") { xml in
                    for bucket in page {
                        xml.element("Bucket") { xml in
                            xml.element("Name", bucket.name)
                            xml.element("CreationDate", bucket.created.floored(toSeconds: 1).iso8601)
                            xml.element("BucketRegion", bucket.region)
                            xml.element("BucketArn", "arn:aws:s3:::\(bucket.name)")
                        }
                    }
                }
                if page.count < buckets.count, let last = page.last {
                    xml.element("ContinuationToken", ContinuationToken.text(ObjectKey(last.name)))
                }
                if !prefix.isEmpty { xml.element("Prefix", prefix) }
            })
    }

    func createBucket(_ request: ObjectRequest, _ name: String) async throws(AWSServiceError) -> ObjectAnswer {
        guard BucketName.isValid(name) else {
            throw AWSServiceError(
                "InvalidBucketName", "The specified bucket is not valid.", members: ["BucketName": .string(name)])
        }
        if request.header("x-amz-bucket-object-lock-enabled")?.lowercased() == "true" {
            throw .notEmulated("Object lock")
        }
        let (body, _) = try Payload.content(of: request)
        var tags: XMLTree?
        var constraint: String?
        if !body.isEmpty {
            guard let tree = XMLTree.parse(body), tree.name == "CreateBucketConfiguration" else { throw .malformedXML }
            constraint = tree.value("LocationConstraint")
            tags = tree["Tags"]
        }
        let region = try Self.region(constraint, askedIn: request.scopeRegion ?? account.region)
        try await create(
            bucket: name, region: region,
            documents: tags.map { [BucketDocument.tagging.name: Array(Self.tagging($0).utf8)] } ?? [:])
        return ObjectAnswer(
            status: 200,
            headers: [HTTPHeader("Location", "/\(name)"), HTTPHeader("x-amz-bucket-arn", "arn:aws:s3:::\(name)")])
    }

    private static func tagging(_ tags: XMLTree) -> String {
        XMLText("Tagging") { xml in
            xml.element("TagSet") { xml in
                for tag in tags.all("Tag") {
                    xml.element("Tag") { xml in
                        xml.element("Key", tag.value("Key"))
                        xml.element("Value", tag.value("Value"))
                    }
                }
            }
        }.text
    }

    /// Makes a bucket.
    ///
    /// - Throws: `BucketAlreadyOwnedByYou` when it exists.
    package func create(
        bucket name: String, region: String, documents given: [String: [UInt8]] = [:]
    ) async throws(AWSServiceError) {
        let now = clock.now
        let commit = state.withLock { state -> DocumentStore.Commit? in
            guard state.buckets[name] == nil else { return nil }
            var bucket = Bucket(name: name, region: region, created: now)
            bucket.documents = given
            state.buckets[name] = bucket
            return documents.record([.init(ObjectRecords.buckets, name, ObjectRecords.json(bucket))])
        }
        guard let commit else {
            throw AWSServiceError(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.", status: 409,
                members: ["BucketName": .string(name)])
        }
        try await commit.wait()
    }

    /// The region of a new bucket, by the rules of the region whose endpoint was asked.
    static func region(_ constraint: String?, askedIn endpoint: String) throws(AWSServiceError) -> String {
        let constraint = constraint.flatMap { $0.isEmpty ? nil : $0 }
        if constraint == "us-east-1" {
            throw AWSServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid")
        }
        let stated = constraint == "EU" ? "eu-west-1" : constraint
        // The oldest region's endpoint makes buckets anywhere.
        guard endpoint != "us-east-1" else { return stated ?? endpoint }
        guard stated == endpoint else {
            throw AWSServiceError(
                "IllegalLocationConstraintException",
                "The \(constraint ?? "unspecified") location constraint is incompatible for the region specific "
                    + "endpoint this request was sent to.")
        }
        return endpoint
    }

    func deleteBucket(_ name: String) async throws(AWSServiceError) -> ObjectAnswer {
        let result = state.withLock { state -> Result<(Bucket, DocumentStore.Commit), AWSServiceError> in
            guard let bucket = state.buckets[name] else { return .failure(.noSuchBucket(name)) }
            guard bucket.keys.isEmpty else {
                let message =
                    bucket.versioning == nil
                    ? "The bucket you tried to delete is not empty"
                    : "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
                return .failure(
                    AWSServiceError(
                        "BucketNotEmpty", message, status: 409, members: ["BucketName": .string(name)]))
            }
            state.buckets[name] = nil
            var changes = [DocumentStore.Change(ObjectRecords.buckets, name, nil)]
            for upload in bucket.uploads.values { changes += Self.removal(of: upload) }
            return .success((bucket, documents.record(changes)))
        }
        let (bucket, commit) = try result.get()
        try await commit.wait()
        self.contents.remove(bucket.uploads.values.flatMap { $0.parts.values.map(\.content) })
        return ObjectAnswer(status: 204)
    }

    func headBucket(_ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let region = try withBucket(name) { $0.region }
        return ObjectAnswer(
            status: 200,
            headers: [
                HTTPHeader("x-amz-bucket-region", region), HTTPHeader("x-amz-access-point-alias", "false"),
                HTTPHeader("x-amz-bucket-arn", "arn:aws:s3:::\(name)"), HTTPHeader("Content-Type", "application/xml"),
            ])
    }

    func location(_ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let region = try withBucket(name) { $0.region }
        return .xml(
            XMLText("LocationConstraint") { xml in
                if region != "us-east-1" { xml.append(raw: XMLText.escaped(region)) }
            })
    }

    // MARK: Versioning

    func versioning(_ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let versioning = try withBucket(name) { $0.versioning }
        return .xml(XMLText("VersioningConfiguration") { xml in xml.element("Status", versioning?.rawValue) })
    }

    func putVersioning(_ request: ObjectRequest, _ name: String) async throws(AWSServiceError) -> ObjectAnswer {
        let (body, _) = try Payload.content(of: request)
        guard let tree = XMLTree.parse(body), tree.name == "VersioningConfiguration" else { throw .malformedXML }
        if tree.value("MfaDelete") == "Enabled" { throw .notEmulated("MFA delete") }
        guard let status = tree.value("Status") else {
            throw AWSServiceError(
                "IllegalVersioningConfigurationException",
                "The Versioning element must be specified")
        }
        guard let versioning = Bucket.Versioning(rawValue: status) else { throw .malformedXML }
        try await setVersioning(versioning, bucket: name)
        return ObjectAnswer(status: 200)
    }

    func setVersioning(_ versioning: Bucket.Versioning, bucket name: String) async throws(AWSServiceError) {
        try await change(name) { bucket in
            bucket.versioning = versioning
            return ((), [.init(ObjectRecords.buckets, name, ObjectRecords.json(bucket))])
        }
    }

    // MARK: Access control lists

    /// Owner and full control: the only list there is while the bucket's owner owns everything in it.
    func accessControlList() -> ObjectAnswer {
        .xml(
            XMLText("AccessControlPolicy") { xml in
                owner(&xml)
                xml.element("AccessControlList") { xml in
                    xml.element("Grant") { xml in
                        xml.append(
                            raw: "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                + "xsi:type=\"CanonicalUser\"><ID>\(ownerID)</ID></Grantee>")
                        xml.element("Permission", "FULL_CONTROL")
                    }
                }
            })
    }

    func bucketACL(_ name: String) throws(AWSServiceError) -> ObjectAnswer {
        try withBucket(name) { _ in }
        return accessControlList()
    }

    func putBucketACL(_ request: ObjectRequest, _ name: String) throws(AWSServiceError) -> ObjectAnswer {
        try checkACL(request, bucket: name, whenGiven: false)
        return ObjectAnswer(status: 200)
    }

    func objectACL(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        _ = try version(request, place)
        return accessControlList()
    }

    func putObjectACL(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        _ = try version(request, place)
        try checkACL(request, bucket: place.bucket, whenGiven: false)
        return ObjectAnswer(status: 200)
    }

    /// Refuses access control lists where the bucket's owner is enforced, which is so unless its ownership controls differ.
    ///
    /// - Parameter whenGiven: asked for an upload, which may state a list; otherwise for a call that sets one.
    func checkACL(_ request: ObjectRequest, bucket name: String, whenGiven: Bool) throws(AWSServiceError) {
        let canned = request.header("x-amz-acl")
        let grants = request.headers.contains { $0.name.lowercased().hasPrefix("x-amz-grant-") }
        let ownership = try withBucket(name) { $0.documents[BucketDocument.ownershipControls.name] }
        if let ownership, XMLTree.parse(ownership)?["Rule"]?.value("ObjectOwnership") != "BucketOwnerEnforced" {
            return
        }
        if canned == "bucket-owner-full-control" || canned == "private" && !whenGiven { return }
        if whenGiven, !grants, canned == nil { return }
        throw AWSServiceError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    }
}

extension String {
    fileprivate func padded(to length: Int) -> String {
        String((self + String(repeating: "0", count: max(0, length - count))).prefix(length))
    }
}

extension ObjectRequest {
    /// The region that the caller signed for; nil when the call is not signed.
    var scopeRegion: String? {
        let credential: Substring?
        if let header = header("Authorization"), let range = header.firstRange(of: "Credential=") {
            credential = header[range.upperBound...].prefix { $0 != "," && $0 != " " }
        } else {
            credential = parameter("X-Amz-Credential").map { Substring($0) }
        }
        let parts = credential?.split(separator: "/") ?? []
        return parts.count == 5 ? String(parts[2]) : nil
    }
}
