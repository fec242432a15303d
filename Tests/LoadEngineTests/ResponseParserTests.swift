import Testing

@testable import LoadEngine

@Suite("ResponseParser")
struct ResponseParserTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        var title: String
        var text: String
        var isHead = false
        /// Nil: malformed; otherwise status, body and whether the connection goes on.
        var status: Int?
        var body = ""
        var keepsAlive = true
        /// The answer ends with the connection.
        var endsWithStream = false
        var testDescription: String { title }
    }

    static let answers: [Answer] = [
        Answer(title: "length", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello"),
        Answer(title: "length 0", text: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200),
        Answer(title: "no reason phrase", text: "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", status: 404),
        Answer(
            title: "name in any case, space around the value",
            text: "HTTP/1.1 200 OK\r\ncOnTeNt-lEnGtH: \t2 \r\n\r\nok", status: 200, body: "ok"),
        Answer(title: "bare line feeds", text: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", status: 200, body: "ok"),
        Answer(
            title: "the same length twice", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            status: 200, body: "ok"),
        Answer(
            title: "chunks",
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
            status: 200, body: "abc0123456789"),
        Answer(
            title: "chunks with trailers",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
            status: 200, body: "a"),
        Answer(
            title: "chunks beside a length end the connection",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            status: 200, body: "a", keepsAlive: false),
        Answer(
            title: "until the end", text: "HTTP/1.1 200 OK\r\n\r\nall of it", status: 200, body: "all of it",
            keepsAlive: false, endsWithStream: true),
        Answer(
            title: "another coding lasts until the end",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: gzip\r\n\r\nall", status: 200,
            body: "all", keepsAlive: false, endsWithStream: true),
        Answer(title: "no body with 204", text: "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", status: 204),
        Answer(title: "no body with 304", text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", status: 304),
        Answer(
            title: "no body to HEAD", text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", isHead: true, status: 200),
        Answer(
            title: "interim answers",
            text:
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n!",
            status: 201, body: "!"),
        Answer(
            title: "connection: close", text: "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\n!",
            status: 200, body: "!", keepsAlive: false),
        Answer(
            title: "HTTP/1.0 closes", text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n!", status: 200, body: "!",
            keepsAlive: false),
        Answer(
            title: "HTTP/1.0 may stay", text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n!",
            status: 200, body: "!"),

        Answer(title: "not HTTP", text: "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        Answer(title: "HTTP/2 over a text", text: "HTTP/2 200 OK!\r\n\r\n"),
        Answer(title: "status of two digits", text: "HTTP/1.1 20 OK\r\n\r\n"),
        Answer(title: "status 999", text: "HTTP/1.1 999 No\r\n\r\n"),
        Answer(title: "switching protocols", text: "HTTP/1.1 101 Switching\r\n\r\n"),
        Answer(title: "two lengths", text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n!"),
        Answer(title: "length with a sign", text: "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n!"),
        Answer(
            title: "length beyond counting", text: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n!"),
        Answer(title: "a line without a colon", text: "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
        Answer(title: "a line without a name", text: "HTTP/1.1 200 OK\r\n: x\r\n\r\n"),
        Answer(title: "a folded line", text: "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"),
        Answer(title: "chunk size that is none", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Answer(title: "chunk size that is empty", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"),
        Answer(
            title: "chunk size beyond counting",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        Answer(
            title: "chunk longer than it says",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"),
        Answer(title: "head without end", text: "HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: 70_000)),
    ]

    /// Feeds the pieces as a connection would: what was not used is handed in again before the next.
    private func read(_ pieces: [[UInt8]], isHead: Bool, endsWithStream: Bool) -> (
        end: ResponseParser.Event, status: Int, body: [UInt8], keepsAlive: Bool, rest: Int
    ) {
        var parser = ResponseParser()
        parser.start(isHeadRequest: isHead)
        var pending: [UInt8] = []
        var body: [UInt8] = []
        for piece in pieces {
            pending += piece
            var position = 0
            let event = pending.withUnsafeBytes { bytes in
                while true {
                    switch parser.next(bytes, &position) {
                    case .head: continue
                    case .body(let range): body += bytes[range]
                    case let event: return event
                    }
                }
            }
            pending.removeFirst(position)
            if event != .needMore { return (event, parser.status, body, parser.keepsAlive, pending.count) }
        }
        let end: ResponseParser.Event = endsWithStream ? parser.endOfStream() : .needMore
        return (end, parser.status, body, parser.keepsAlive, pending.count)
    }

    private func check(_ answer: Answer, _ pieces: [[UInt8]]) {
        let result = read(pieces, isHead: answer.isHead, endsWithStream: answer.endsWithStream)
        guard let status = answer.status else {
            #expect(result.end == .malformed)
            return
        }
        #expect(result.end == .end)
        #expect(result.status == status)
        #expect(result.body == Array(answer.body.utf8))
        #expect(result.keepsAlive == answer.keepsAlive)
        #expect(result.rest == 0)
    }

    @Test("reads an answer that comes whole", arguments: answers)
    func whole(answer: Answer) { check(answer, [Array(answer.text.utf8)]) }

    @Test("reads an answer that comes split at any place", arguments: answers.filter { $0.text.utf8.count < 1000 })
    func splitAnywhere(answer: Answer) {
        let bytes = Array(answer.text.utf8)
        for split in 1..<bytes.count { check(answer, [Array(bytes[..<split]), Array(bytes[split...])]) }
        check(answer, bytes.map { [$0] })
    }

    @Test("leaves what comes behind an answer alone")
    func leavesTheRest() {
        let result = read(
            [Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1".utf8)], isHead: false,
            endsWithStream: false)
        #expect(result.end == .end)
        #expect(result.rest == 8)
    }

    @Test("tells an answer cut short from one that ends with the connection")
    func truncation() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        ] {
            let result = read([Array(text.utf8)], isHead: false, endsWithStream: true)
            #expect(result.end == .malformed, "\(text)")
        }
    }

    @Test("no bytes make it trap or read outside", arguments: [1, 2, 3] as [UInt64])
    func randomBytes(seed: UInt64) {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let texts = Self.answers.filter { $0.text.utf8.count < 1000 }.map { Array($0.text.utf8) }
        for _ in 0..<3000 {
            var bytes = texts[Int(random.below(UInt64(texts.count)))]
            for _ in 0..<random.below(8) {
                bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            let split = Int(random.below(UInt64(bytes.count)))
            let result = read(
                [Array(bytes[..<split]), Array(bytes[split...])], isHead: random.next() & 1 == 0, endsWithStream: true)
            #expect(result.body.count <= bytes.count)
        }
    }
}
