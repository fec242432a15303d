import EmulatorCore
import ExactJSON

/// A configuration of a bucket that is kept as it was put.
struct BucketDocument: Sendable, Equatable {
    /// The subresource in the query string: `lifecycle`.
    var name: String
    /// The outermost element; nil for JSON.
    var root: String?
    /// What is answered when it was never put; nil when that is an error.
    var initial: String?
    /// What is answered when there is none.
    var missing: AWSServiceError

    /// The document that a request is about.
    static func named(in request: ObjectRequest) -> BucketDocument? {
        all.first { request.parameter($0.name) != nil }
    }

    static let policy = BucketDocument(
        name: "policy", root: nil, missing: absent("NoSuchBucketPolicy", "The bucket policy does not exist"))
    static let tagging = BucketDocument(
        name: "tagging", root: "Tagging", missing: absent("NoSuchTagSet", "The TagSet does not exist"))
    static let ownershipControls = BucketDocument(
        name: "ownershipControls", root: "OwnershipControls",
        initial: "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>",
        missing: absent("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"))
    static let encryption = BucketDocument(
        name: "encryption", root: "ServerSideEncryptionConfiguration",
        initial: "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
            + "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>",
        missing: absent(
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found"))
    static let publicAccessBlock = BucketDocument(
        name: "publicAccessBlock", root: "PublicAccessBlockConfiguration",
        initial: "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
            + "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>",
        missing: absent(
            "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"))
    static let notification = BucketDocument(
        name: "notification", root: "NotificationConfiguration", initial: "",
        missing: absent("NoSuchConfiguration", "The specified configuration does not exist."))

    static let all: [BucketDocument] = [
        policy, tagging, ownershipControls, encryption, publicAccessBlock, notification,
        BucketDocument(
            name: "lifecycle", root: "LifecycleConfiguration",
            missing: absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")),
        BucketDocument(
            name: "cors", root: "CORSConfiguration",
            missing: absent("NoSuchCORSConfiguration", "The CORS configuration does not exist")),
        BucketDocument(
            name: "website", root: "WebsiteConfiguration",
            missing: absent(
                "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")),
        BucketDocument(
            name: "replication", root: "ReplicationConfiguration",
            missing: absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found")),
        BucketDocument(
            name: "logging", root: "BucketLoggingStatus", initial: "",
            missing: absent("NoSuchConfiguration", "The specified configuration does not exist.")),
        BucketDocument(
            name: "accelerate", root: "AccelerateConfiguration", initial: "",
            missing: absent("NoSuchConfiguration", "The specified configuration does not exist.")),
        BucketDocument(
            name: "requestPayment", root: "RequestPaymentConfiguration", initial: "<Payer>BucketOwner</Payer>",
            missing: absent("NoSuchConfiguration", "The specified configuration does not exist.")),
        BucketDocument(
            name: "object-lock", root: "ObjectLockConfiguration",
            missing: absent(
                "ObjectLockConfigurationNotFoundError",
                "Object Lock configuration does not exist for this bucket")),
    ]

    private static func absent(_ code: String, _ message: String) -> AWSServiceError {
        AWSServiceError(code, message, status: 404)
    }

    /// Checks what a caller wants to put.
    ///
    /// - Throws: `MalformedXML`, `MalformedPolicy`, or `NotImplemented` for what would have an effect that is not emulated.
    func check(_ body: [UInt8]) throws(AWSServiceError) {
        guard let root else {
            guard let policy = try? JSONValue(parsing: body), policy.objectValue != nil else {
                throw AWSServiceError(
                    "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")
            }
            guard policy["Statement"] != nil else {
                throw AWSServiceError("MalformedPolicy", "Missing required field Statement")
            }
            return
        }
        guard let tree = XMLTree.parse(body), tree.name == root else { throw .malformedXML }
        if self == Self.notification, !tree.children.isEmpty { throw .notEmulated("A bucket's notification") }
        if name == "replication" || name == "object-lock" { throw .notEmulated("A bucket's \(name)") }
        if self == Self.tagging { _ = try ObjectTags.read(tree, limit: 50) }
    }

    /// The document as it is answered.
    func text(_ stored: [UInt8]?) throws(AWSServiceError) -> [UInt8] {
        if let stored {
            guard !stored.isEmpty else { throw missing }
            return stored
        }
        guard let initial, let root else { throw missing }
        return Array(XMLText(root) { xml in xml.append(raw: initial) }.text.utf8)
    }
}
