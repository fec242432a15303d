import EmulatorCore
import HTTPExchange
import Testing
import Timekeeping

@testable import EmulatedObjects

@Suite("S3 values")
struct ObjectValuesTests {
    @Test(
        "checksums are those of the published check values",
        arguments: [
            // https://reveng.sourceforge.io/crc-catalogue: the check of each is over "123456789".
            (ChecksumAlgorithm.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
            (.sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (.sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ])
    func digests(algorithm: ChecksumAlgorithm, expected: String) {
        #expect(Hexadecimal.text(algorithm.digest(Array("123456789".utf8))) == expected)
        #expect(Hexadecimal.text(algorithm.digest([Array("1234".utf8), [], Array("56789".utf8)])) == expected)
        #expect(algorithm.digest([UInt8]()).count == algorithm.length)
    }

    @Test(
        "ranges are read as HTTP has them",
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-", 0..<10), ("bytes=3-4", 3..<5), ("bytes=9-99", 9..<10),
            ("bytes=-3", 7..<10), ("bytes=-99", 0..<10), ("bytes=10-", nil), ("bytes=-0", nil),
            ("bytes=0-99999999999999999999", 0..<10), ("bytes=99999999999999999999-", nil),
        ] as [(String, Range<Int>?)])
    func ranges(header: String, expected: Range<Int>?) throws {
        #expect(try #require(ByteRange(header)).positions(in: 10) == expected)
    }

    @Test(
        "what is no single range is passed over",
        arguments: ["bytes=4-3", "bytes=", "bytes=-", "bytes=1-2,4-5", "items=0-1", "bytes=a-b", "bytes=+1-2", ""])
    func noRange(header: String) { #expect(ByteRange(header) == nil) }

    @Test("no range traps at the largest numbers")
    func largestRange() {
        #expect(ByteRange.from(0, through: .max).positions(in: .max) == 0..<Int.max)
        #expect(ByteRange.from(.max, through: nil).positions(in: 3) == nil)
        #expect(ByteRange.last(.max).positions(in: 3) == 0..<3)
    }

    @Test(
        "bucket names keep AWS's rules",
        arguments: [
            ("abc", true), ("my.bucket-1", true), (String(repeating: "a", count: 63), true), ("ab", false),
            (String(repeating: "a", count: 64), false), ("Abc", false), ("-abc", false), ("abc-", false),
            ("a..b", false), ("192.168.5.4", false), ("1.2.3.4.5", true), ("xn--abc", false), ("abc-s3alias", false),
            ("a_b", false), ("abc.", false),
        ])
    func bucketNames(name: String, isValid: Bool) { #expect(BucketName.isValid(name) == isValid) }

    @Test("keys are compared by their bytes")
    func keys() {
        #expect(ObjectKey("e\u{301}") != ObjectKey("\u{e9}"))
        #expect(ObjectKey("Z") < ObjectKey("a"))
        #expect(ObjectKey("a") < ObjectKey("a/"))
        #expect(ObjectKey("a/").afterAllWithPrefix == ObjectKey("a0"))
        #expect(ObjectKey(bytes: [1, 255]).afterAllWithPrefix == ObjectKey(bytes: [2]))
        #expect(ObjectKey(bytes: [255]).afterAllWithPrefix == nil)
    }

    private static let etag = "abc"
    private static let modified = Timestamp(secondsSinceEpoch: 784_111_777.5)

    @Test(
        "conditions on a read are those of RFC 9110",
        arguments: [
            ("If-Match", "\"abc\"", 200), ("If-Match", "*", 200), ("If-Match", "\"x\", \"abc\"", 200),
            ("If-Match", "\"x\"", 412), ("If-None-Match", "\"abc\"", 304), ("If-None-Match", "*", 304),
            ("If-None-Match", "\"x\"", 200), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", 304),
            ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT", 200),
            ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", 200),
            ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT", 412), ("If-Modified-Since", "yesterday", 200),
        ])
    func readConditions(header: String, value: String, status: Int) {
        let request = ObjectRequest(method: "GET", bucket: "b", key: "k", headers: [HTTPHeader(header, value)])
        var seen = 200
        do throws(AWSServiceError) {
            try Preconditions(request).checkRead(etag: Self.etag, modified: Self.modified)
        } catch { seen = error.status }
        #expect(seen == status)
    }

    @Test(
        "conditions on a write keep objects from being overwritten",
        arguments: [
            ("If-None-Match", "*", nil, 200), ("If-None-Match", "*", "abc", 412), ("If-Match", "\"abc\"", "abc", 200),
            ("If-Match", "\"x\"", "abc", 412), ("If-Match", "\"abc\"", nil, 404),
            ("If-None-Match", "\"x\"", "abc", 501),
        ] as [(String, String, String?, Int)])
    func writeConditions(header: String, value: String, etag: String?, status: Int) {
        let request = ObjectRequest(method: "PUT", bucket: "b", key: "k", headers: [HTTPHeader(header, value)])
        var seen = 200
        do throws(AWSServiceError) {
            try Preconditions(request).checkWrite(etag: etag, key: "k")
        } catch { seen = error.status }
        #expect(seen == status)
    }
}
