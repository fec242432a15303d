import EmulatorCore
import Timekeeping

/// The conditions that a request puts on an object (RFC 9110, section 13; S3 adds the copy source's).
struct Preconditions: Sendable, Equatable {
    var ifMatch: String?
    var ifNoneMatch: String?
    var ifModifiedSince: Timestamp?
    var ifUnmodifiedSince: Timestamp?

    /// - Parameter prefix: `x-amz-copy-source-` for the conditions on a copy's source.
    init(_ request: ObjectRequest, prefix: String = "") {
        ifMatch = request.header("\(prefix)if-match")
        ifNoneMatch = request.header("\(prefix)if-none-match")
        ifModifiedSince = request.header("\(prefix)if-modified-since").flatMap { Timestamp(httpDate: $0) }
        ifUnmodifiedSince = request.header("\(prefix)if-unmodified-since").flatMap { Timestamp(httpDate: $0) }
    }

    /// Checks them for a read.
    ///
    /// - Throws: 412 `PreconditionFailed`, or 304 `NotModified`.
    func checkRead(etag: String, modified: Timestamp) throws(AWSServiceError) {
        let modified = modified.floored(toSeconds: 1)
        if let ifMatch {
            guard Self.lists(ifMatch, etag) else { throw .preconditionFailed("If-Match") }
        } else if let ifUnmodifiedSince, modified > ifUnmodifiedSince {
            throw .preconditionFailed("If-Unmodified-Since")
        }
        if let ifNoneMatch {
            if Self.lists(ifNoneMatch, etag) { throw AWSServiceError("NotModified", "Not Modified", status: 304) }
        } else if let ifModifiedSince, modified <= ifModifiedSince {
            throw AWSServiceError("NotModified", "Not Modified", status: 304)
        }
    }

    /// Checks them for the source of a copy, where everything that fails is 412.
    func checkCopy(etag: String, modified: Timestamp) throws(AWSServiceError) {
        do throws(AWSServiceError) {
            try checkRead(etag: etag, modified: modified)
        } catch {
            throw error.status == 304 ? .preconditionFailed("x-amz-copy-source-If-None-Match") : error
        }
    }

    /// Checks them for a write (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
    ///
    /// - Parameter etag: of the object that is there; nil when there is none.
    func checkWrite(etag: String?, key: String) throws(AWSServiceError) {
        if let ifMatch {
            guard let etag else { throw .noSuchKey(key) }
            guard Self.lists(ifMatch, etag) else { throw .preconditionFailed("If-Match") }
        }
        if let ifNoneMatch {
            guard ifNoneMatch == "*" else {
                throw .notEmulated("If-None-Match with an entity tag on a write, which S3 refuses too,")
            }
            guard etag == nil else { throw .preconditionFailed("If-None-Match") }
        }
    }

    /// Whether a list of entity tags names one; `*` names all.
    private static func lists(_ header: String, _ etag: String) -> Bool {
        header.split(separator: ",").contains { element in
            let tag = element.drop { $0 == " " }
            if tag == "*" { return true }
            let plain = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return plain.filter { $0 != "\"" && $0 != " " } == etag
        }
    }
}
