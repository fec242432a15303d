import ExactJSON
import HTTPExchange
import Timekeeping

/// Buckets, versions and uploads as documents that survive the process.
enum ObjectRecords {
    static let buckets = "s3.bucket"
    static let versions = "s3.version"
    static let uploads = "s3.upload"
    static let parts = "s3.part"

    // MARK: Writing

    static func json(_ bucket: Bucket) -> JSONValue {
        [
            "region": .string(bucket.region), "created": moment(bucket.created),
            "versioning": bucket.versioning.map { .string($0.rawValue) } ?? .null,
            "documents": .object(bucket.documents.mapValues { .string(String(decoding: $0, as: UTF8.self)) }),
        ]
    }

    static func json(_ version: ObjectVersion, bucket: String) -> JSONValue {
        [
            "bucket": .string(bucket), "key": .string(version.key.description),
            "version": .string(version.versionID), "marker": .bool(version.isDeleteMarker),
            "contents": .array(version.contents.map(json)), "etag": .string(version.etag),
            "modified": moment(version.modified), "checksum": version.checksum.map(json) ?? .null,
            "headers": json(version.headers), "tags": json(version.tags),
            "parts": .array(version.partSizes.map { .integer($0) }),
        ]
    }

    static func json(_ upload: MultipartUpload, bucket: String) -> JSONValue {
        [
            "bucket": .string(bucket), "key": .string(upload.key.description), "initiated": moment(upload.initiated),
            "headers": json(upload.headers), "tags": json(upload.tags),
            "algorithm": upload.checksumAlgorithm.map { .string($0.rawValue) } ?? .null,
            "kind": upload.checksumKind.map { .string($0.rawValue) } ?? .null,
        ]
    }

    static func json(_ part: MultipartUpload.Part, upload: String, number: Int) -> JSONValue {
        [
            "upload": .string(upload), "number": .integer(number), "content": json(part.content),
            "etag": .string(part.etag), "checksum": json(part.checksum), "modified": moment(part.modified),
        ]
    }

    static func partID(upload: String, number: Int) -> String { "\(upload)/\(number)" }

    // MARK: Reading

    static func bucket(_ json: JSONValue, name: String) -> Bucket {
        var bucket = Bucket(name: name, region: text(json, "region"), created: moment(json, "created"))
        bucket.versioning = Bucket.Versioning(rawValue: text(json, "versioning"))
        bucket.documents = (json["documents"]?.objectValue ?? [:]).mapValues { Array(($0.stringValue ?? "").utf8) }
        return bucket
    }

    static func version(_ json: JSONValue, id: String) -> ObjectVersion {
        ObjectVersion(
            key: ObjectKey(text(json, "key")), versionID: text(json, "version"), recordID: id,
            isDeleteMarker: json["marker"]?.boolValue ?? false,
            contents: (json["contents"]?.arrayValue ?? []).map(content), etag: text(json, "etag"),
            modified: moment(json, "modified"), checksum: json["checksum"].flatMap(checksum),
            headers: headers(json["headers"]), tags: tags(json["tags"]),
            partSizes: (json["parts"]?.arrayValue ?? []).compactMap(\.intValue))
    }

    static func upload(_ json: JSONValue, id: String) -> MultipartUpload {
        MultipartUpload(
            id: id, key: ObjectKey(text(json, "key")), initiated: moment(json, "initiated"),
            headers: headers(json["headers"]), tags: tags(json["tags"]),
            checksumAlgorithm: ChecksumAlgorithm(rawValue: text(json, "algorithm")),
            checksumKind: Checksum.Kind(rawValue: text(json, "kind")))
    }

    static func part(_ json: JSONValue) -> (upload: String, number: Int, part: MultipartUpload.Part)? {
        guard let checksum = json["checksum"].flatMap(checksum), let number = json["number"]?.intValue else {
            return nil
        }
        return (
            text(json, "upload"), number,
            MultipartUpload.Part(
                content: content(json["content"] ?? .null), etag: text(json, "etag"), checksum: checksum,
                modified: moment(json, "modified"))
        )
    }

    // MARK: Pieces

    private static func moment(_ moment: Timestamp) -> JSONValue { .integer(moment.nanosecondsSinceEpoch) }

    private static func moment(_ json: JSONValue, _ name: String) -> Timestamp {
        Timestamp(nanosecondsSinceEpoch: Int64(json[name]?.intValue ?? 0))
    }

    private static func text(_ json: JSONValue, _ name: String) -> String { json[name]?.stringValue ?? "" }

    private static func json(_ content: ContentStore.Content) -> JSONValue {
        ["id": .string(content.id), "size": .integer(content.size)]
    }

    private static func content(_ json: JSONValue) -> ContentStore.Content {
        ContentStore.Content(id: text(json, "id"), size: max(0, json["size"]?.intValue ?? 0))
    }

    private static func json(_ checksum: Checksum) -> JSONValue {
        [
            "algorithm": .string(checksum.algorithm.rawValue), "value": .string(checksum.value),
            "kind": .string(checksum.kind.rawValue),
        ]
    }

    private static func checksum(_ json: JSONValue) -> Checksum? {
        guard let algorithm = ChecksumAlgorithm(rawValue: text(json, "algorithm")) else { return nil }
        return Checksum(
            algorithm: algorithm, value: text(json, "value"), kind: Checksum.Kind(rawValue: text(json, "kind")) ?? .full
        )
    }

    private static func json(_ headers: [HTTPHeader]) -> JSONValue {
        .array(headers.map { [.string($0.name), .string($0.value)] })
    }

    private static func headers(_ json: JSONValue?) -> [HTTPHeader] {
        (json?.arrayValue ?? []).map { HTTPHeader($0[0]?.stringValue ?? "", $0[1]?.stringValue ?? "") }
    }

    private static func json(_ tags: [ObjectTag]) -> JSONValue {
        .array(tags.map { [.string($0.key), .string($0.value)] })
    }

    private static func tags(_ json: JSONValue?) -> [ObjectTag] {
        (json?.arrayValue ?? []).map { ObjectTag(key: $0[0]?.stringValue ?? "", value: $0[1]?.stringValue ?? "") }
    }
}
