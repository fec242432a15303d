package import EmulatorCore
package import ExactJSON

/// What a stack sets of its buckets, given as CloudFormation's properties.
extension ObjectService {
    package func hasBucket(_ name: String) -> Bool { state.withLock { $0.buckets[name] != nil } }

    /// Removes a bucket.
    ///
    /// - Throws: `BucketNotEmpty`; a bucket that is gone already is no error.
    package func delete(bucket name: String) async throws(AWSServiceError) {
        guard hasBucket(name) else { return }
        _ = try await deleteBucket(name)
    }

    /// Sets or, with nil, removes the policy of a bucket.
    package func setPolicy(_ document: JSONValue?, ofBucket name: String) async throws(AWSServiceError) {
        guard let document else {
            if hasBucket(name) { _ = try await remove(.policy, bucket: name) }
            return
        }
        let bytes = document.serialized()
        try BucketDocument.policy.check(bytes)
        try await put(.policy, bytes, bucket: name)
    }

    /// Makes a bucket's configurations what its properties say.
    ///
    /// - Parameters:
    ///   - properties: of a resource `AWS::S3::Bucket`; what they do not mention is as on a new bucket.
    ///   - tags: the stack's tags and the bucket's own.
    package func configure(
        bucket name: String, properties: JSONValue, tags: [String: String]
    ) async throws(AWSServiceError) {
        if let status = properties["VersioningConfiguration"]?["Status"]?.stringValue {
            guard let versioning = Bucket.Versioning(rawValue: status) else { throw .malformedXML }
            try await setVersioning(versioning, bucket: name)
        }
        var documents: [String: [UInt8]] = [:]
        if !tags.isEmpty {
            let list = tags.sorted { $0.key < $1.key }.map { ObjectTag(key: $0.key, value: $0.value) }
            documents[BucketDocument.tagging.name] = Array(ObjectTags.text(list).text.utf8)
        }
        if let block = properties["PublicAccessBlockConfiguration"] {
            documents[BucketDocument.publicAccessBlock.name] = xml(BucketDocument.publicAccessBlock) { xml in
                for flag in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] {
                    xml.element(flag, Self.flag(block[flag]))
                }
            }
        }
        if let rules = properties["OwnershipControls"]?["Rules"]?.arrayValue {
            documents[BucketDocument.ownershipControls.name] = xml(BucketDocument.ownershipControls) { xml in
                for rule in rules {
                    xml.element("Rule") { xml in xml.element("ObjectOwnership", rule["ObjectOwnership"]?.stringValue) }
                }
            }
        }
        if let rules = properties["BucketEncryption"]?["ServerSideEncryptionConfiguration"]?.arrayValue {
            documents[BucketDocument.encryption.name] = xml(BucketDocument.encryption) { xml in
                for rule in rules { Self.write(encryption: rule, into: &xml) }
            }
        }
        let configured = documents
        let kinds = [
            BucketDocument.tagging, .publicAccessBlock, .ownershipControls, .encryption,
        ].map(\.name)
        try await change(name) { bucket throws(AWSServiceError) in
            for kind in kinds { bucket.documents[kind] = configured[kind] }
            return ((), [.init(ObjectRecords.buckets, name, ObjectRecords.json(bucket))])
        }
    }

    private func xml(_ document: BucketDocument, _ content: (inout XMLText) -> Void) -> [UInt8] {
        Array(XMLText(document.root ?? "", content).text.utf8)
    }

    private static func write(encryption rule: JSONValue, into xml: inout XMLText) {
        let standard = rule["ServerSideEncryptionByDefault"]
        xml.element("Rule") { xml in
            xml.element("ApplyServerSideEncryptionByDefault") { xml in
                xml.element("SSEAlgorithm", standard?["SSEAlgorithm"]?.stringValue)
                xml.element("KMSMasterKeyID", standard?["KMSMasterKeyID"]?.stringValue)
            }
            xml.element("BucketKeyEnabled", flag(rule["BucketKeyEnabled"]))
        }
    }

    /// A flag that may be written as text.
    private static func flag(_ value: JSONValue?) -> Bool {
        value?.boolValue ?? (value?.stringValue?.lowercased() == "true")
    }
}
