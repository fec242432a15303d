import EmulatedServices
import EmulatorCore
import ExactJSON
import NIOHTTP1

/// How each protocol says that a request is not signed, or not rightly.
enum SignatureRefusals {
    /// The protocols' families, which name the same fault differently.
    enum Style: Sendable, Equatable {
        /// The operation in a header; JSON or CBOR.
        case json
        /// Lambda and API Gateway.
        case rest
        /// A form in, XML out.
        case query
        case s3
    }

    static func style(of request: ServerRequest) -> Style {
        if request.headers.contains(name: "X-Amz-Target") || request.path.hasPrefix(CBORProtocol.pathPrefix) {
            return .json
        }
        if S3Protocol.isMeant(request) { return .s3 }
        if LambdaCall.isLambda(request.path) || APIGatewayRESTService.owns(request.path) { return .rest }
        return request.path == "/" ? .query : .s3
    }

    /// - Parameter fault: nil for a request that is not signed at all.
    static func response(to request: ServerRequest, _ fault: SignatureFault?) -> ServerResponse {
        let style = style(of: request)
        let error = error(style, fault)
        switch style {
        case .json:
            let body: JSONValue = [
                "__type": .string("com.amazon.coral.service#\(error.code)"), "message": .string(error.message),
            ]
            if request.path.hasPrefix(CBORProtocol.pathPrefix) { return CBORProtocol.refusal(error) }
            let type = request.headers.first(name: "Content-Type") ?? "application/x-amz-json-1.1"
            return ServerResponse(
                status: error.status, headers: ["Content-Type": type, "x-amzn-RequestId": Identifiers.uuid()],
                body: body.serialized())
        case .rest: return RESTAnswer.failure(error, messageMember: "message")
        case .query:
            let id = Identifiers.uuid()
            return ServerResponse(
                status: error.status, headers: ["Content-Type": "text/xml", "x-amzn-RequestId": id],
                body: QueryXML.error(error, requestID: id))
        case .s3:
            let id = Identifiers.uuid()
            let body =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(error.code)</Code>"
                + "<Message>\(QueryXML.escape(error.message))</Message><RequestId>\(id)</RequestId></Error>"
            return ServerResponse(
                status: error.status, headers: ["Content-Type": "application/xml", "x-amz-request-id": id],
                body: Array(body.utf8))
        }
    }

    static func error(_ style: Style, _ fault: SignatureFault?) -> AWSServiceError {
        guard let fault else {
            switch style {
            case .json:
                return AWSServiceError(
                    "MissingAuthenticationTokenException", "Request is missing Authentication Token", status: 400)
            case .rest:
                return AWSServiceError(
                    "MissingAuthenticationTokenException", "Missing Authentication Token", status: 403)
            case .query:
                return AWSServiceError(
                    "MissingAuthenticationToken", "Request is missing Authentication Token", status: 403)
            case .s3: return AWSServiceError("AccessDenied", "Access Denied", status: 403)
            }
        }
        let status = style == .json ? 400 : 403
        switch style {
        case .json, .rest: return AWSServiceError(jsonCode(fault), fault.message, status: status)
        case .query:
            return AWSServiceError(queryCode(fault), fault.message, status: fault.kind == .incomplete ? 400 : 403)
        case .s3: return s3Error(fault)
        }
    }

    private static func jsonCode(_ fault: SignatureFault) -> String {
        switch fault.kind {
        case .incomplete: "IncompleteSignatureException"
        case .unknownKey, .wrongToken: "UnrecognizedClientException"
        case .mismatch, .skewed, .presignedExpired, .payloadMismatch: "InvalidSignatureException"
        }
    }

    private static func queryCode(_ fault: SignatureFault) -> String {
        switch fault.kind {
        case .incomplete: "IncompleteSignature"
        case .unknownKey, .wrongToken: "InvalidClientTokenId"
        case .mismatch, .skewed, .presignedExpired, .payloadMismatch: "SignatureDoesNotMatch"
        }
    }

    private static func s3Error(_ fault: SignatureFault) -> AWSServiceError {
        switch fault.kind {
        case .incomplete: AWSServiceError("AuthorizationHeaderMalformed", fault.message, status: 400)
        case .unknownKey:
            AWSServiceError(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", status: 403)
        case .wrongToken:
            AWSServiceError("InvalidToken", "The provided token is malformed or otherwise invalid.", status: 400)
        case .mismatch:
            AWSServiceError(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and "
                    + "signing method.", status: 403)
        case .skewed:
            AWSServiceError(
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.", status: 403)
        case .presignedExpired: AWSServiceError("AccessDenied", "Request has expired", status: 403)
        case .payloadMismatch: AWSServiceError("XAmzContentSHA256Mismatch", fault.message, status: 400)
        }
    }
}
