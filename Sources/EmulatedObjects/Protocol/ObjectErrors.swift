import EmulatorCore
import ExactJSON
import HTTPExchange

/// S3's errors (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Members become elements of the answer.
extension AWSServiceError {
    static func noSuchBucket(_ name: String) -> Self {
        .init(
            "NoSuchBucket", "The specified bucket does not exist", status: 404, members: ["BucketName": .string(name)])
    }

    static func noSuchKey(_ key: String) -> Self {
        .init("NoSuchKey", "The specified key does not exist.", status: 404, members: ["Key": .string(key)])
    }

    static func noSuchVersion(_ key: String, _ version: String) -> Self {
        .init(
            "NoSuchVersion", "The specified version does not exist.", status: 404,
            members: ["Key": .string(key), "VersionId": .string(version)])
    }

    static func noSuchUpload(_ id: String) -> Self {
        .init(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            status: 404, members: ["UploadId": .string(id)])
    }

    static func invalidArgument(_ message: String, name: String, value: String) -> Self {
        .init(
            "InvalidArgument", message, members: ["ArgumentName": .string(name), "ArgumentValue": .string(value)])
    }

    static func invalidRequest(_ message: String) -> Self { .init("InvalidRequest", message) }

    static var malformedXML: Self {
        .init(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema")
    }

    static var methodNotAllowed: Self {
        .init(
            "MethodNotAllowed", "The specified method is not allowed against this resource.", status: 405)
    }

    static func preconditionFailed(_ condition: String) -> Self {
        .init(
            "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", status: 412,
            members: ["Condition": .string(condition)])
    }

    /// Something that S3 has and this emulator has not.
    static func notEmulated(_ what: String) -> Self {
        .init("NotImplemented", "\(what) is not emulated.", status: 501, members: ["Header": .string(what)])
    }

    /// The error as S3 words it.
    func answer(resource: String, requestID: String, hostID: String) -> ObjectAnswer {
        if status == 304 { return ObjectAnswer(status: 304) }
        return .xml(
            XMLText("Error", namespace: nil) { xml in
                xml.element("Code", code)
                xml.element("Message", message)
                for (name, value) in members.sorted(by: { $0.key < $1.key }) { xml.element(name, value.stringValue) }
                xml.element("Resource", resource)
                xml.element("RequestId", requestID)
                xml.element("HostId", hostID)
            }, status: status)
    }
}
