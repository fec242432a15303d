import EmulatedObjects
import EmulatorCore
import NIOHTTP1

/// Reads objects of emulated buckets for the services that are handed their addresses: templates and code.
struct ObjectReader: Sendable {
    var objects: ObjectService

    /// - Throws: S3's own error.
    func bytes(bucket: String, key: String, version: String?) async throws(AWSServiceError) -> [UInt8] {
        let query = version.map { [ObjectRequest.QueryItem(name: "versionId", value: $0)] } ?? []
        return try await bytes(ObjectRequest(method: "GET", bucket: bucket, key: key, query: query))
    }

    /// The text behind a TemplateURL, in any of the forms that S3 and this emulator give.
    func text(ofURL url: String) async throws(AWSServiceError) -> String {
        guard let separator = url.firstRange(of: "://"), ["http", "https"].contains(url[..<separator.lowerBound]),
            case let rest = url[separator.upperBound...], let slash = rest.firstIndex(of: "/"),
            let request = S3Protocol.call(
                ServerRequest(
                    method: "GET", target: String(rest[slash...]), headers: ["Host": String(rest[..<slash])])),
            request.bucket != nil, request.key?.isEmpty == false
        else {
            throw AWSServiceError("ValidationError", "TemplateURL must be a supported URL.")
        }
        do throws(AWSServiceError) {
            return String(decoding: try await bytes(request), as: UTF8.self)
        } catch {
            throw AWSServiceError(
                "ValidationError",
                "S3 error: \(error.message)\nFor more information check "
                    + "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html")
        }
    }

    private func bytes(_ request: ObjectRequest) async throws(AWSServiceError) -> [UInt8] {
        let answer = await objects.answer(request)
        guard answer.status == 200 else {
            let text = String(decoding: answer.body, as: UTF8.self)
            throw AWSServiceError(
                Self.element("Code", of: text) ?? "NoSuchKey",
                Self.element("Message", of: text) ?? "The specified key does not exist.", status: answer.status)
        }
        return answer.body
    }

    /// The content of an element of S3's own error document.
    private static func element(_ name: String, of text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }
}
