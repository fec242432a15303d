/// Who signed a request, as far as the emulator tells callers apart.
struct Caller: Sendable, Equatable {
    /// Nil when the request is not signed.
    var accessKey: String?

    init(accessKey: String?) { self.accessKey = accessKey }

    /// Reads the credential of a Signature V4 header; whether the signature is right is not asked here.
    init(_ request: ServerRequest) {
        guard let header = request.headers.first(name: "Authorization"),
            let credential = header.firstRange(of: "Credential=")
        else {
            accessKey = nil
            return
        }
        let key = header[credential.upperBound...].prefix { $0 != "/" && $0 != "," && $0 != " " }
        accessKey = key.isEmpty ? nil : String(key)
    }

    /// Credentials that stand for an identity of the account without the permission kms:Decrypt.
    static let accessKeyWithoutDecrypt = "AKIANODECRYPT0000000"

    /// Every signed caller is the account itself, save the one that is there to show what a lesser one sees.
    var mayDecrypt: Bool { accessKey != nil && accessKey != Self.accessKeyWithoutDecrypt }
}
