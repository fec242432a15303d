import HTTPExchange
import Timekeeping

/// One version of an object, or a delete marker.
struct ObjectVersion: Sendable, Equatable {
    /// The version id of what was put while versioning was off or suspended.
    static let nullID = "null"

    var key: ObjectKey
    var versionID: String
    /// Names the version among all versions of all buckets.
    var recordID: String
    var isDeleteMarker = false
    var contents: [ContentStore.Content] = []
    /// Without quotation marks.
    var etag = ""
    var modified: Timestamp
    var checksum: Checksum?
    /// What reads answer besides: content type, metadata, encryption.
    var headers: [HTTPHeader] = []
    var tags: [ObjectTag] = []
    /// The sizes of the parts it was uploaded in; empty when it was put at once.
    var partSizes: [Int] = []

    var size: Int { contents.reduce(0) { $0 + $1.size } }
    var storageClass: String { headers.first("x-amz-storage-class") ?? "STANDARD" }
}

/// A tag of an object or a bucket.
struct ObjectTag: Sendable, Equatable {
    var key: String
    var value: String
}

/// An upload in parts that is neither completed nor aborted.
struct MultipartUpload: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        var content: ContentStore.Content
        var etag: String
        var checksum: Checksum
        var modified: Timestamp
    }

    var id: String
    var key: ObjectKey
    var initiated: Timestamp
    var headers: [HTTPHeader]
    var tags: [ObjectTag]
    /// What the caller chose for the whole; nil when it left it open.
    var checksumAlgorithm: ChecksumAlgorithm?
    var checksumKind: Checksum.Kind?
    /// By part number.
    var parts: [Int: Part] = [:]
}
