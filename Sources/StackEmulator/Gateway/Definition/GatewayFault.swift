import EmulatorCore

/// The errors of API Gateway's own API.
enum GatewayFault {
    static func notFound(_ message: String) -> AWSServiceError {
        AWSServiceError("NotFoundException", message, status: 404)
    }

    static func badRequest(_ message: String) -> AWSServiceError {
        AWSServiceError("BadRequestException", message, status: 400)
    }

    static func conflict(_ message: String) -> AWSServiceError {
        AWSServiceError("ConflictException", message, status: 409)
    }

    /// What the API has and the emulator has not.
    static func notEmulated(_ what: String) -> AWSServiceError {
        AWSServiceError("NotImplementedException", "\(what) is not emulated.", status: 501)
    }
}
