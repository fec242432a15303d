import EmulatorCore
import HTTPExchange
import Timekeeping

extension ObjectService {
    /// The version that a request asks for: the one it names, or the newest.
    ///
    /// - Throws: `NoSuchKey`, `NoSuchVersion`, and 405 for a delete marker asked for by its id.
    func version(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectVersion {
        try withBucket(place.bucket) { bucket throws(AWSServiceError) in
            let key = place.key.description
            guard let id = request.parameter("versionId") else {
                guard let newest = bucket.newest(place.key), !newest.isDeleteMarker else { throw .noSuchKey(key) }
                return newest
            }
            guard let version = bucket.version(place.key, id) else { throw .noSuchVersion(key, id) }
            guard !version.isDeleteMarker else { throw .methodNotAllowed }
            return version
        }
    }

    /// GetObject and HeadObject.
    func read(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        // Content may be replaced between looking it up and reading it; then the new object is what there is to read.
        for _ in 0..<8 {
            let version = try version(request, place)
            try Preconditions(request).checkRead(etag: version.etag, modified: version.modified)
            let range = try range(request, version)
            var answer = ObjectAnswer(
                status: range == nil ? 200 : 206, headers: try headers(of: version, request, place))
            let positions = range ?? 0..<version.size
            if range != nil {
                let last = max(positions.lowerBound, positions.upperBound - 1)
                answer.headers.append(
                    HTTPHeader("Content-Range", "bytes \(positions.lowerBound)-\(last)/\(version.size)"))
            }
            if range == nil || positions == 0..<version.size { answer.headers += checksumHeaders(version, request) }
            if request.parameter("partNumber") != nil, !version.partSizes.isEmpty {
                answer.headers.append(HTTPHeader("x-amz-mp-parts-count", String(version.partSizes.count)))
            }
            if request.method == "HEAD" {
                answer.headers.append(HTTPHeader("Content-Length", String(positions.count)))
                return answer
            }
            guard let bytes = contents.read(version.contents, positions) else { continue }
            answer.body = bytes
            return answer
        }
        throw .noSuchKey(place.key.description)
    }

    /// The positions asked for; nil for the whole object.
    private func range(_ request: ObjectRequest, _ version: ObjectVersion) throws(AWSServiceError) -> Range<Int>? {
        if let part = request.parameter("partNumber") {
            guard request.header("Range") == nil else {
                throw .invalidRequest("Cannot specify both Range header and partNumber query parameter")
            }
            let sizes = version.partSizes.isEmpty ? [version.size] : version.partSizes
            guard let number = Int(part), number >= 1 else {
                throw .invalidArgument(
                    "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: part)
            }
            guard number <= sizes.count else {
                throw AWSServiceError(
                    "InvalidPartNumber", "The requested partnumber is not satisfiable", status: 416)
            }
            let start = sizes[..<(number - 1)].reduce(0, +)
            return start..<start + sizes[number - 1]
        }
        guard let header = request.header("Range"), let range = ByteRange(header) else { return nil }
        guard let positions = range.positions(in: version.size) else {
            throw AWSServiceError(
                "InvalidRange", "The requested range is not satisfiable", status: 416,
                members: ["RangeRequested": .string(header), "ActualObjectSize": .string(String(version.size))])
        }
        return positions
    }

    private func headers(
        of version: ObjectVersion, _ request: ObjectRequest, _ place: Place
    ) throws(AWSServiceError) -> [HTTPHeader] {
        var headers =
            version.headers + [
                HTTPHeader("Accept-Ranges", "bytes"), HTTPHeader("ETag", "\"\(version.etag)\""),
                HTTPHeader("Last-Modified", version.modified.httpDate),
            ]
        if try withBucket(place.bucket, { $0.versioning }) != nil {
            headers.append(HTTPHeader("x-amz-version-id", version.versionID))
        }
        if !version.tags.isEmpty { headers.append(HTTPHeader("x-amz-tagging-count", String(version.tags.count))) }
        for (parameter, header) in ObjectHeaders.overrides {
            if let value = request.parameter(parameter) { headers.set(header, value) }
        }
        return headers
    }

    private func checksumHeaders(_ version: ObjectVersion, _ request: ObjectRequest) -> [HTTPHeader] {
        guard request.header("x-amz-checksum-mode")?.uppercased() == "ENABLED", let checksum = version.checksum else {
            return []
        }
        return [
            HTTPHeader(checksum.algorithm.header, checksum.value),
            HTTPHeader("x-amz-checksum-type", checksum.kind.rawValue),
        ]
    }

    /// GetObjectAttributes.
    func objectAttributes(_ request: ObjectRequest, _ place: Place) throws(AWSServiceError) -> ObjectAnswer {
        let wanted = Set(
            request.headers.filter { $0.name.lowercased() == "x-amz-object-attributes" }
                .flatMap { $0.value.split(separator: ",").map { $0.filter { $0 != " " } } })
        guard !wanted.isEmpty else {
            throw .invalidRequest(
                "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
            )
        }
        let version = try version(request, place)
        var answer = ObjectAnswer.xml(
            XMLText("GetObjectAttributesResponse") { xml in
                if wanted.contains("ETag") { xml.element("ETag", version.etag) }
                if wanted.contains("Checksum"), let checksum = version.checksum {
                    xml.element("Checksum") { xml in
                        xml.element(checksum.algorithm.element, checksum.value)
                        xml.element("ChecksumType", checksum.kind.rawValue)
                    }
                }
                if wanted.contains("ObjectParts"), !version.partSizes.isEmpty {
                    xml.element("ObjectParts") { xml in xml.element("PartsCount", version.partSizes.count) }
                }
                if wanted.contains("StorageClass") { xml.element("StorageClass", version.storageClass) }
                if wanted.contains("ObjectSize") { xml.element("ObjectSize", version.size) }
            })
        answer.headers.append(HTTPHeader("Last-Modified", version.modified.httpDate))
        return answer
    }
}
