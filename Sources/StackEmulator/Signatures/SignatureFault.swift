import AWSSigning

/// What is wrong with a request's signature.
struct SignatureFault: Error, Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// It cannot be read, or lacks what it needs.
        case incomplete
        /// The key is none that is known.
        case unknownKey
        /// The session token is not the one that belongs to the key.
        case wrongToken
        /// It is not the signature of this request.
        case mismatch
        /// The request was made more than 15 minutes ago, or is to be made later.
        case skewed
        /// A presigned request's time is over.
        case presignedExpired
        /// The hash that was signed is not the body's.
        case payloadMismatch
    }

    var kind: Kind
    var message: String

    static let mismatch = SignatureFault(
        kind: .mismatch,
        message: "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            + "Access Key and signing method. Consult the service documentation for details.")
    static let unknownKey = SignatureFault(
        kind: .unknownKey, message: "The security token included in the request is invalid.")

    init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ malformed: MalformedSignature) {
        self.init(kind: .incomplete, message: malformed.message)
    }

    /// How a method of an API answers it.
    var gatewayRefusal: GatewayRefusal {
        switch kind {
        case .unknownKey, .wrongToken:
            GatewayRefusal(.accessDenied, message: message, errorType: "UnrecognizedClientException")
        case .incomplete:
            GatewayRefusal(.accessDenied, message: message, errorType: "IncompleteSignatureException")
        case .mismatch, .skewed, .presignedExpired, .payloadMismatch:
            GatewayRefusal(.invalidSignature, message: message)
        }
    }
}
