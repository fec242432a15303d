import EmulatorCore
import ExactJSON
import NIOHTTP1
import Testing
import Timekeeping

@testable import StackEmulator

/// Whatever comes from outside is read without a trap.
@Suite struct FuzzTests {
    private static let fragments = [
        "{", "}", "[", "]", "\"", ":", ",", "statusCode", "headers", "multiValueHeaders", "body", "null", "true", "200",
        "-1e99999", "$context.", "requestId", "~", "~1", "%", "%4", "%41", "+", "&", "=", "/", "//", "{id}", "{p+}",
        "?",
        "'", "\\", " ", "\u{0}", "\r\n", "é", "method.request.path.", "Credential=", "batchItemFailures",
        "itemIdentifier", "#set(", "#if(", "#foreach(", "#end", "#else", "$input", "$util", "$x", ".json(", ".path(",
        ")",
        "..", "==", "AWS4-HMAC-SHA256 ", "SignedHeaders=", "Signature=", "20260101T000000Z", ";chunk-signature=",
    ]

    private static let gate = SignatureGate(
        credentials: KnownCredentials(EmulatorConfiguration.defaultCredentials), realTime: Timestamp.system)

    @Test("random text from outside is read or refused", arguments: 0..<40) func readers(seed: Int) {
        var generator = SplitMix(state: UInt64(seed))
        for _ in 0..<250 {
            let text = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                Self.fragments.randomElement(using: &generator) ?? ""
            }.joined()
            let bytes = Array(text.utf8)
            let request = ServerRequest(
                method: "GET", target: text, headers: ["Authorization": text, "Cache-Control": text])
            _ = request.queryItems
            _ = Caller(request)
            _ = RESTPath(request.path)
            _ = Dispatcher.apiID(inHost: text)
            _ = MethodSettingsTable.path(text)
            _ = FunctionCommand.words(of: text)
            _ = MockStatus.read(text)
            _ = try? FunctionIdentifier(text, account: EmulatedAccount())
            _ = try? EventPattern(text).matches(.string(text))
            _ = BatchResponse.outcome(of: bytes, batch: ["1"])
            _ = AccessLogFormat(text).line(AccessLogRecord())
            if let response = ProxyOutput.response(from: bytes) {
                #expect((200...599).contains(response.status), "seed \(seed): \(text)")
            }
            var table = RouteTable()
            table.add(text, resource: 0)
            _ = table.match(text[...])
            if let parameter = RequestParameter(text) {
                var key = CacheKey(namespace: text, method: "GET")
                parameter.append(to: &key, request: request, pathParameters: [])
            }
            _ = try? ContentDecoding.inflate(bytes)
            if let template = try? MappingTemplate(text) {
                _ = try? template.rendered(
                    MappingScope(
                        body: text, path: [:], queryString: [:], headers: [:], context: [:], stageVariables: [:]))
            }
            _ = MappingPath("$" + text)?.value(in: ["a": [1]])
            _ = ValueMapping(text)
            _ = APIGatewayService.isPathPart(text)
            _ = ChunkedSignatures(bytes)
            _ = Self.gate.check(request, service: nil)
        }
    }

    @Test("a route finds itself, whatever its segments are", arguments: 0..<40) func routes(seed: Int) {
        var generator = SplitMix(state: UInt64(seed) &+ 1000)
        let paths = (0..<30).map { _ in
            "/"
                + (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    ["a", "b", "c", "{x}", "{y}"].randomElement(using: &generator) ?? "a"
                }.joined(separator: "/")
        }
        var table = RouteTable()
        for (index, path) in paths.enumerated() { table.add(path, resource: index) }
        for path in paths {
            let concrete = path.replacing("{x}", with: "value").replacing("{y}", with: "value")
            #expect(table.match(concrete[...]) != nil, "seed \(seed): \(paths), \(concrete)")
        }
    }
}
