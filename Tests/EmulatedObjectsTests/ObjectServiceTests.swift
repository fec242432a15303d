import DurableDocuments
import EmulatorCore
import Foundation
import HTTPExchange
import Testing
import Timekeeping

@testable import EmulatedObjects

@Suite("Objects over restarts, and under hostile input")
struct ObjectServiceTests {
    private func service(_ directory: String?) throws -> ObjectService {
        try ObjectService(
            account: EmulatedAccount(), clock: VirtualClock(), directory: directory.map { $0 + "/objects" },
            documents: DocumentStore(directory: directory))
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "objects-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    private func request(
        _ method: String, _ bucket: String, _ key: String? = nil, _ query: [(String, String)] = [],
        headers: [HTTPHeader] = [], body: String = ""
    ) -> ObjectRequest {
        ObjectRequest(
            method: method, bucket: bucket, key: key, query: query.map { .init(name: $0.0, value: $0.1) },
            headers: headers, body: Array(body.utf8))
    }

    @Test("versions, uploads and configurations are there after a restart, abandoned content is not")
    func survives() async throws {
        try await withDirectory { directory in
            let before = try service(directory)
            try await before.create(bucket: "bucket", region: "us-west-2")
            let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            #expect(
                await before.answer(request("PUT", "bucket", nil, [("versioning", "")], body: versioning)).status == 200
            )
            for body in ["one", "two"] {
                let put = request(
                    "PUT", "bucket", "a/\u{fc} key", headers: [HTTPHeader("x-amz-meta-m", body)], body: body)
                #expect(await before.answer(put).status == 200)
            }
            _ = await before.answer(request("PUT", "bucket", "gone", body: "x"))
            _ = await before.answer(request("DELETE", "bucket", "gone"))
            let upload = await before.answer(request("POST", "bucket", "parts", [("uploads", "")]))
            let id = try #require(XMLTree.parse(upload.body)?.value("UploadId"))
            let part = request("PUT", "bucket", "parts", [("uploadId", id), ("partNumber", "1")], body: "part")
            let etag = try #require(await before.answer(part).headers.first("ETag"))
            try Data("left over".utf8).write(to: URL(fileURLWithPath: directory + "/objects/left-over"))

            let after = try service(directory)
            let read = await after.answer(request("GET", "bucket", "a/\u{fc} key"))
            #expect(read.body == Array("two".utf8))
            #expect(read.headers.first("x-amz-meta-m") == "two")
            #expect(await after.answer(request("GET", "bucket", "gone")).status == 404)
            let versions = await after.answer(request("GET", "bucket", nil, [("versions", "")]))
            #expect(XMLTree.parse(versions.body)?.all("Version").count == 3)
            #expect(XMLTree.parse(versions.body)?.all("DeleteMarker").count == 1)
            let list =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\(etag)</ETag></Part></CompleteMultipartUpload>"
            #expect(
                await after.answer(request("POST", "bucket", "parts", [("uploadId", id)], body: list)).status == 200)
            #expect(await after.answer(request("GET", "bucket", "parts")).body == Array("part".utf8))
            #expect(!FileManager.default.fileExists(atPath: directory + "/objects/left-over"))
        }
    }

    @Test("what is replaced or deleted leaves no content behind") func cleansUp() async throws {
        try await withDirectory { directory in
            let service = try service(directory)
            try await service.create(bucket: "bucket", region: "us-west-2")
            for _ in 0..<5 { _ = await service.answer(request("PUT", "bucket", "k", body: "content")) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/objects").count == 1)
            _ = await service.answer(
                request("PUT", "bucket", "k", headers: [HTTPHeader("If-None-Match", "*")], body: "x"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/objects").count == 1)
            _ = await service.answer(request("DELETE", "bucket", "k"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/objects").isEmpty)
        }
    }

    @Test("writers, readers and deleters of one key at once see whole objects or none") func isSafe() async throws {
        let service = try service(nil)
        try await service.create(bucket: "bucket", region: "us-west-2")
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for _ in 0..<40 {
                        let body = String(repeating: String(writer), count: 1000)
                        #expect(await service.answer(self.request("PUT", "bucket", "k", body: body)).status == 200)
                    }
                }
                group.addTask {
                    for _ in 0..<40 {
                        let answer = await service.answer(self.request("GET", "bucket", "k"))
                        #expect(answer.status == 404 || Set(answer.body).count == 1 && answer.body.count == 1000)
                    }
                }
            }
            group.addTask {
                for _ in 0..<40 { _ = await service.answer(self.request("DELETE", "bucket", "k")) }
            }
        }
    }

    @Test("random bodies, chunks and queries get an answer") func fuzz() async throws {
        let iterations = ProcessInfo.processInfo.environment["FIREDRILL_FUZZ_ITERATIONS"].flatMap { Int($0) } ?? 2000
        let seed = UInt64(ProcessInfo.processInfo.environment["FIREDRILL_FUZZ_SEED"] ?? "") ?? 20_260_131
        var random = SplitMix(state: seed)
        let service = try service(nil)
        try await service.create(bucket: "bucket", region: "us-west-2")
        let seeds = [
            "<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet></Delete>",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"x\"</ETag></Part></CompleteMultipartUpload>",
            "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
            "5;chunk-signature=abc\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><Delete>&b;</Delete>",
        ]
        let queries = [
            "delete", "uploadId", "partNumber", "tagging", "versioning", "versions", "list-type", "max-keys", "policy",
            "uploads", "versionId", "continuation-token", "encoding-type", "lifecycle", "attributes",
        ]
        let methods = ["GET", "PUT", "POST", "DELETE", "HEAD"]
        for iteration in 0..<iterations {
            var body = Array(seeds[Int(random.next() % UInt64(seeds.count))].utf8)
            for _ in 0..<random.next() % 6 where !body.isEmpty {
                body[Int(random.next() % UInt64(body.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 { body = Array(body.prefix(Int(random.next() % UInt64(body.count + 1)))) }
            var call = ObjectRequest(
                method: methods[Int(random.next() % 5)], bucket: "bucket",
                key: random.next() % 2 == 0 ? nil : "k\(random.next() % 3)", body: body)
            for _ in 0..<random.next() % 3 {
                call.query.append(
                    .init(
                        name: queries[Int(random.next() % UInt64(queries.count))],
                        value: random.next() % 2 == 0 ? "2" : String(decoding: body.prefix(9), as: UTF8.self)))
            }
            if random.next() % 2 == 0 {
                call.headers.append(HTTPHeader("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"))
            }
            if random.next() % 5 == 0 {
                call.headers.append(HTTPHeader("Range", "bytes=\(String(decoding: body.prefix(7), as: UTF8.self))"))
                call.headers.append(HTTPHeader("x-amz-copy-source", String(decoding: body.prefix(12), as: UTF8.self)))
            }
            let answer = await service.answer(call)
            #expect((200..<600).contains(answer.status), "iteration \(iteration) of seed \(seed)")
            #expect(answer.status != 500, "iteration \(iteration) of seed \(seed)")
        }
    }

    @Test(
        "broken chunks are refused",
        arguments: [
            "", "5\r\nhell", "5\r\nhello", "5\r\nhelloXX0\r\n\r\n", "zz\r\n", "-1\r\nx\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n",
            "7fffffffffffffff\r\nx", "ffffffffffffffffffff\r\nx", "0\r\nno colon\r\n\r\n",
        ])
    func brokenChunks(body: String) { #expect(ChunkedBody(Array(body.utf8)) == nil) }

    @Test("chunks give their bytes and trailers") func chunks() throws {
        let body = "3;chunk-signature=x\r\nabc\r\n2\r\nde\r\n0\r\nX-Amz-Checksum-Crc32: AAAA \r\n\r\n"
        let chunked = try #require(ChunkedBody(Array(body.utf8)))
        #expect(chunked.bytes == Array("abcde".utf8))
        #expect(chunked.trailers == [HTTPHeader("x-amz-checksum-crc32", "AAAA")])
    }

    @Test(
        "XML that could do harm is refused",
        arguments: [
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>", "<a>", "<a/><b/>", "",
            String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100), "\u{0}", "<a>&undefined;</a>",
        ])
    func harmfulXML(text: String) { #expect(XMLTree.parse(Array(text.utf8)) == nil) }
}

/// Seeded randomness, so that a failure can be repeated.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
