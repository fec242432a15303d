import EmulatorCore
import ExactJSON
import Foundation
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct WireTests {
    @Test("CRC-32 has the published check value") func checksum() {
        // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }

    @Test("the Date header is RFC 9110's example at its moment") func date() {
        #expect(Timestamp(secondsSinceEpoch: 784_111_777).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Timestamp(secondsSinceEpoch: 0).httpDate == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    // Made by Python's gzip.compress(b'{"a": 1}', mtime=0) and zlib.compress(b'{"a": 1}').
    private static let gzip = Data(base64Encoded: "H4sIAAAAAAACA6tWSlSyUjCsBQCXjqH7CAAAAA==") ?? Data()
    private static let zlib = Data(base64Encoded: "eJyrVkpUslIwrAUACeUCKQ==") ?? Data()

    @Test("compressed bodies are decompressed") func inflates() throws {
        #expect(try ContentDecoding.inflate(Array(Self.gzip)) == Array(#"{"a": 1}"#.utf8))
        #expect(try ContentDecoding.inflate(Array(Self.zlib)) == Array(#"{"a": 1}"#.utf8))
    }

    @Test("compressed bodies that are cut short or changed are refused", arguments: 0..<28)
    func refusesDamaged(_ length: Int) {
        #expect(throws: ContentDecoding.Failure.malformed) {
            try ContentDecoding.inflate(Array(Self.gzip.prefix(length)))
        }
        guard length < 20 else { return }
        var changed = Array(Self.gzip)
        changed[10 + length % 8] ^= 0x55
        #expect((try? ContentDecoding.inflate(changed)) != Array(#"{"a": 1}"#.utf8))
    }

    @Test(
        "forms are decoded, and what is no encoding stays",
        arguments: [
            ("a=1&b=2", "a:1 b:2"), ("a=%20x+y", "a: x y"), ("a", "a:"), ("", ""), ("&&a=b&", "a:b"),
            ("a=%zz", "a:%zz"), ("a=b=c", "a:b=c"), ("%C3%A4=1", "ä:1"),
        ])
    func forms(_ text: String, _ items: String) {
        #expect(FormEncoding.items(of: text).map { "\($0.name):\($0.value)" }.joined(separator: " ") == items)
    }

    @Test(
        "an API's id is found in a host",
        arguments: [
            ("abc.execute-api.us-west-2.amazonaws.com", "abc"), ("abc.execute-api.localhost:4566", "abc"),
            ("127.0.0.1:4566", nil), ("execute-api.localhost", nil), ("", nil), (".execute-api.localhost", nil),
        ] as [(String, String?)])
    func hosts(_ host: String, _ id: String?) {
        #expect(Dispatcher.apiID(inHost: host) == id)
    }

    @Test("identifiers of the same seed are the same, of different seeds different") func identifiers() {
        let ids = (0..<2000).map { Identifiers.stable("seed\($0)", length: 10) }
        #expect(Set(ids).count == ids.count)
        #expect(Identifiers.stable("seed0", length: 10) == ids[0])
        #expect(Set((0..<1000).map { _ in Identifiers.uuid() }).count == 1000)
        #expect(
            Identifiers.uuid().wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                != nil)
    }

    @Test(
        "a caller is known by the credential it signed with",
        arguments: [
            (
                "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-west-2/lambda/aws4_request, SignedHeaders=host, Signature=x",
                "AKIA1"
            ),
            ("Basic abc", nil), ("", nil),
        ] as [(String, String?)])
    func callers(_ header: String, _ key: String?) {
        let request = ServerRequest(method: "GET", target: "/", headers: ["Authorization": header])
        #expect(Caller(request).accessKey == key)
        #expect(Caller(request).mayDecrypt == (key != nil))
    }
}
