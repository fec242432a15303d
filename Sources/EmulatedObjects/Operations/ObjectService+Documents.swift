import EmulatorCore
import ExactJSON
import HTTPExchange

extension ObjectService {
    func read(_ document: BucketDocument, bucket name: String) throws(AWSServiceError) -> ObjectAnswer {
        let stored = try withBucket(name) { $0.documents[document.name] }
        var missing = document
        missing.missing.members["BucketName"] = .string(name)
        let type = document.root == nil ? "application/json" : "application/xml"
        return ObjectAnswer(
            status: 200, headers: [HTTPHeader("Content-Type", type)], body: try missing.text(stored))
    }

    func write(
        _ document: BucketDocument, _ request: ObjectRequest, bucket name: String
    ) async throws(AWSServiceError) -> ObjectAnswer {
        try withBucket(name) { _ in }
        let payload = try Payload(request)
        try document.check(payload.bytes)
        try await put(document, payload.bytes, bucket: name)
        return ObjectAnswer(status: document == .policy || document == .tagging ? 204 : 200)
    }

    func put(_ document: BucketDocument, _ bytes: [UInt8], bucket name: String) async throws(AWSServiceError) {
        try await change(name) { bucket in
            bucket.documents[document.name] = bytes
            return ((), [.init(ObjectRecords.buckets, name, ObjectRecords.json(bucket))])
        }
    }

    func remove(_ document: BucketDocument, bucket name: String) async throws(AWSServiceError) -> ObjectAnswer {
        // S3 encrypts always: without a configuration of its own a bucket has the first one again.
        let rest: [UInt8]? = document == .encryption ? nil : []
        try await change(name) { bucket in
            bucket.documents[document.name] = rest
            return ((), [.init(ObjectRecords.buckets, name, ObjectRecords.json(bucket))])
        }
        return ObjectAnswer(status: 204)
    }

    func policyStatus(_ name: String) throws(AWSServiceError) -> ObjectAnswer {
        let stored = try withBucket(name) { $0.documents[BucketDocument.policy.name] }
        let policy = try JSONValue(stored: BucketDocument.policy.text(stored))
        let statements = policy["Statement"]?.arrayValue ?? [policy["Statement"] ?? .null]
        let isPublic = statements.contains { statement in
            statement["Effect"] == "Allow" && statement["Condition"] == nil
                && (statement["Principal"] == "*" || statement["Principal"]?["AWS"] == "*")
        }
        return .xml(XMLText("PolicyStatus") { xml in xml.element("IsPublic", isPublic) })
    }
}

extension JSONValue {
    /// Reads JSON that was checked when it was put.
    fileprivate init(stored bytes: [UInt8]) { self = (try? JSONValue(parsing: bytes)) ?? .null }
}
