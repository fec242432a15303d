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
    static func fixture() throws -> JSONValue {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "vectors.json")
        return try JSONValue(parsing: Array(Data(contentsOf: file)))
    }

    static func signer(_ vector: JSONValue) -> SignatureV4 {
        SignatureV4(
            service: vector["service"]?.stringValue ?? "", region: vector["region"]?.stringValue ?? "",
            credentials: AWSCredentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalr/secret+KEY",
                sessionToken: vector["token"]?.stringValue))
    }

    static func headers(_ vector: JSONValue) -> [HTTPHeader] {
        (vector["headers"]?.arrayValue ?? []).map { HTTPHeader($0[0]?.stringValue ?? "", $0[1]?.stringValue ?? "") }
    }

    static func vectors() throws -> [Vector] {
        try #require(fixture()["vectors"]?.arrayValue).map { vector in
            Vector(
                request: HTTPRequest(
                    method: vector["method"]?.stringValue ?? "", url: vector["url"]?.stringValue ?? "",
                    headers: headers(vector), body: Array((vector["body"]?.stringValue ?? "").utf8)),
                signer: signer(vector), unsigned: vector["unsigned"]?.boolValue ?? false,
                authorization: vector["authorization"]?.stringValue ?? "")
        }
    }

    @Test("signs as botocore does, odd paths, queries, headers and tokens included")
    func agreesWithBotocore() throws {
        let time = try #require(Timestamp(iso8601: "2026-01-31T08:05:09Z"))
        let vectors = try Self.vectors()
        #expect(vectors.count > 700)
        for vector in vectors {
            var request = vector.request
            try vector.signer.sign(&request, at: time, payload: vector.unsigned ? .unsigned : .hashed)
            #expect(
                request.headers.first("Authorization") == vector.authorization,
                "\(request.method) \(request.url) for \(vector.signer.service)")
        }
    }

    @Test("a presigned URL is the one that botocore makes")
    func presignsLikeBotocore() throws {
        let time = try #require(Timestamp(iso8601: "2026-01-31T08:05:09Z"))
        let vectors = try #require(Self.fixture()["presigned"]?.arrayValue)
        #expect(vectors.count >= 300)
        for vector in vectors {
            let url = vector["url"]?.stringValue ?? ""
            let presigned = try Self.signer(vector).presignedURL(
                method: vector["method"]?.stringValue ?? "", url: url, headers: Self.headers(vector), at: time,
                lifetime: .seconds(vector["expires"]?.intValue ?? 0))
            #expect(presigned == vector["presigned"]?.stringValue)
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
