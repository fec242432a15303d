import Crypto
import Synchronization

/// The key that a secret gives for a day, a region and a service.
package struct SigningKey: Sendable {
    private let key: SymmetricKey

    /// - Parameter day: `20260131`.
    package init(secret: String, day: String, region: String, service: String) {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        self.key = key
    }

    /// The signature of a text in lower-case hexadecimal digits.
    package func sign(_ text: String) -> String {
        SignatureV4.hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
}

/// The key that was needed last: it takes four of a signature's five rounds and changes once a day.
package final class SigningKeys: Sendable {
    private struct Known {
        var scope: [String]
        var key: SigningKey
    }

    private let known = Mutex<Known?>(nil)

    package init() {}

    func key(secret: String, day: String, region: String, service: String) -> SigningKey {
        let scope = [secret, day, region, service]
        if let key = known.withLock({ $0?.scope == scope ? $0?.key : nil }) { return key }
        let key = SigningKey(secret: secret, day: day, region: region, service: service)
        known.withLock { $0 = Known(scope: scope, key: key) }
        return key
    }
}

/// SHA-256 in lower-case hexadecimal digits.
package enum PayloadHash {
    package static func of(_ bytes: some Collection<UInt8>) -> String {
        SignatureV4.hexadecimal(SHA256.hash(data: Array(bytes)))
    }
}
