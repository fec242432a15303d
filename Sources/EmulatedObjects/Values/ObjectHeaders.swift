import EmulatorCore
import HTTPExchange

/// The headers of an upload that are kept with the object and given back.
enum ObjectHeaders {
    private static let kept = [
        "Content-Type", "Cache-Control", "Content-Disposition", "Content-Language", "Expires",
        "x-amz-website-redirect-location", "x-amz-storage-class",
    ]
    private static let metadataPrefix = "x-amz-meta-"
    private static let storageClasses: Set<String> = [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER",
        "DEEP_ARCHIVE",
    ]
    /// AWS's limit for names and values of metadata together.
    private static let maximumMetadataBytes = 2048

    /// Reads what is to be kept.
    ///
    /// - Throws: `MetadataTooLarge`, `InvalidStorageClass`, or `NotImplemented` for what would have an effect that is not
    ///   emulated: object lock, a customer's own keys.
    static func read(_ request: ObjectRequest) throws(AWSServiceError) -> [HTTPHeader] {
        for header in request.headers {
            let name = header.name.lowercased()
            if name.hasPrefix("x-amz-object-lock-") { throw .notEmulated("Object lock") }
            if name.hasPrefix("x-amz-server-side-encryption-customer-") {
                throw .notEmulated("Encryption with customer-provided keys")
            }
        }
        var headers: [HTTPHeader] = []
        for name in kept {
            if let value = request.header(name) { headers.append(HTTPHeader(name, value)) }
        }
        if headers.first("Content-Type") == nil { headers.append(HTTPHeader("Content-Type", "binary/octet-stream")) }
        let encodings = Payload.contentEncodings(request).filter { $0 != "aws-chunked" }
        if !encodings.isEmpty { headers.append(HTTPHeader("Content-Encoding", encodings.joined(separator: ","))) }
        if let storage = headers.first("x-amz-storage-class") {
            guard storageClasses.contains(storage) else {
                throw AWSServiceError("InvalidStorageClass", "The storage class you specified is not valid")
            }
            // The usual one is never mentioned.
            if storage == "STANDARD" { headers.removeAll { $0.name == "x-amz-storage-class" } }
        }
        return headers + (try metadata(request))
    }

    private static func metadata(_ request: ObjectRequest) throws(AWSServiceError) -> [HTTPHeader] {
        var metadata: [HTTPHeader] = []
        for header in request.headers where header.name.lowercased().hasPrefix(metadataPrefix) {
            let name = header.name.lowercased()
            if let earlier = metadata.first(name) {
                metadata.set(name, "\(earlier),\(header.value)")
            } else {
                metadata.append(HTTPHeader(name, header.value))
            }
        }
        let size = metadata.reduce(0) { $0 + $1.name.utf8.count - metadataPrefix.utf8.count + $1.value.utf8.count }
        guard size <= maximumMetadataBytes else {
            throw AWSServiceError(
                "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
                members: ["Size": .string(String(size)), "MaxSizeAllowed": .string(String(maximumMetadataBytes))])
        }
        return metadata
    }

    /// How an object is said to be encrypted: as its upload asked, or as its bucket's configuration has it.
    static func encryption(_ request: ObjectRequest, bucket: Bucket) -> [HTTPHeader] {
        let names = [
            "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-bucket-key-enabled",
        ]
        if request.header(names[0]) != nil {
            return names.compactMap { name in request.header(name).map { HTTPHeader(name, $0) } }
        }
        let stored = bucket.documents[BucketDocument.encryption.name].flatMap(XMLTree.parse)
        let rule = stored?["Rule"]?["ApplyServerSideEncryptionByDefault"]
        var headers = [HTTPHeader(names[0], rule?.value("SSEAlgorithm") ?? "AES256")]
        if let key = rule?.value("KMSMasterKeyID") { headers.append(HTTPHeader(names[1], key)) }
        if stored?["Rule"]?.value("BucketKeyEnabled") == "true" { headers.append(HTTPHeader(names[2], "true")) }
        return headers
    }

    static func isEncryption(_ header: HTTPHeader) -> Bool { header.name.hasPrefix("x-amz-server-side-encryption") }

    /// The headers of a read that its query may override.
    static let overrides = [
        "response-content-type": "Content-Type", "response-cache-control": "Cache-Control",
        "response-content-disposition": "Content-Disposition", "response-content-encoding": "Content-Encoding",
        "response-content-language": "Content-Language", "response-expires": "Expires",
    ]
}
