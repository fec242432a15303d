import AWSSigning
import ExactJSON
import HTTPExchange
import Testing
import Timekeeping

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("Signature V4")
struct SignatureV4Tests {
    struct Vector: Sendable {
        var request: HTTPRequest
        var signer: SignatureV4
        var unsigned: Bool
        var authorization: String
    }

    /// Requests signed by botocore; `make_vectors.py` beside this file writes them.
    static func vectors() throws -> [Vector] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "vectors.json")
        let json = try JSONValue(parsing: Array(Data(contentsOf: file)))
        return try #require(json["vectors"]?.arrayValue).map { vector in
            let headers = vector["headers"]?.arrayValue ?? []
            return Vector(
                request: HTTPRequest(
                    method: vector["method"]?.stringValue ?? "", url: vector["url"]?.stringValue ?? "",
                    headers: headers.map { HTTPHeader($0[0]?.stringValue ?? "", $0[1]?.stringValue ?? "") },
                    body: Array((vector["body"]?.stringValue ?? "").utf8)),
                signer: SignatureV4(
                    service: vector["service"]?.stringValue ?? "", region: vector["region"]?.stringValue ?? "",
                    credentials: AWSCredentials(
                        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalr/secret+KEY",
                        sessionToken: vector["token"]?.stringValue)),
                unsigned: vector["unsigned"]?.boolValue ?? false,
                authorization: vector["authorization"]?.stringValue ?? "")
        }
    }

    @Test("signs as botocore does, odd paths, queries, headers and tokens included")
    func agreesWithBotocore() throws {
        let time = try #require(Timestamp(iso8601: "2026-01-31T08:05:09Z"))
        let vectors = try Self.vectors()
        #expect(vectors.count > 400)
        for vector in vectors {
            var request = vector.request
            try vector.signer.sign(&request, at: time, payload: vector.unsigned ? .unsigned : .hashed)
            #expect(
                request.headers.first("Authorization") == vector.authorization,
                "\(request.method) \(request.url) for \(vector.signer.service)")
        }
    }

    @Test("a signed request can be signed anew")
    func signsAgain() throws {
        var request = HTTPRequest(method: "GET", url: "http://127.0.0.1:8000/items")
        let signer = SignatureV4(
            service: "execute-api", region: "us-west-2",
            credentials: AWSCredentials(accessKeyID: "a", secretAccessKey: "b", sessionToken: "t"))
        try signer.sign(&request, at: Timestamp(secondsSinceEpoch: 1_000_000))
        let first = request
        try signer.sign(&request, at: Timestamp(secondsSinceEpoch: 1_000_000))
        #expect(request.headers.first("Authorization") == first.headers.first("Authorization"))
        #expect(request.headers.count == first.headers.count)
    }

    @Test(
        "a URL that is none is an error, not a trap",
        arguments: ["", "items", "ftp://host/", "http://", "http://host:99999/", "http://host:x/", "http://[::1"])
    func refusesBadURL(url: String) {
        var request = HTTPRequest(method: "GET", url: url)
        let signer = SignatureV4(
            service: "s", region: "r", credentials: AWSCredentials(accessKeyID: "a", secretAccessKey: "b"))
        #expect(throws: SigningError.self) { try signer.sign(&request, at: Timestamp(secondsSinceEpoch: 0)) }
    }

    @Test("a description never holds the secret") func hidesSecret() {
        let credentials = AWSCredentials(accessKeyID: "AKID", secretAccessKey: "s3cr3t", sessionToken: "t0ken")
        #expect(!"\(credentials)".contains("s3cr3t") && !String(reflecting: credentials).contains("t0ken"))
    }
}
