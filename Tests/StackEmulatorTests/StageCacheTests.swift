import NIOHTTP1
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct CacheKeyTests {
    private func key(
        _ parameters: [String], method: String = "GET", target: String, id: String? = nil, headers: HTTPHeaders = [:]
    ) -> CacheKey {
        var key = CacheKey(namespace: "r", method: method)
        let request = ServerRequest(method: "GET", target: target, headers: headers)
        for parameter in parameters.compactMap({ RequestParameter($0) }) {
            parameter.append(to: &key, request: request, pathParameters: id.map { [("id", $0[...])] } ?? [])
        }
        return key
    }

    @Test("without key parameters, one item's answer is served for another") func bleeds() {
        #expect(key([], target: "/items/a?x=1", id: "a") == key([], target: "/items/b?x=2", id: "b"))
    }

    @Test("a path parameter in the key tells items apart") func path() {
        let parameters = ["method.request.path.id"]
        #expect(key(parameters, target: "/items/a", id: "a") != key(parameters, target: "/items/b", id: "b"))
        #expect(key(parameters, target: "/items/a?x=1", id: "a") == key(parameters, target: "/items/a?x=2", id: "a"))
    }

    @Test("a query parameter in the key takes its last value; a missing one is not an empty one") func query() {
        let parameters = ["method.request.querystring.q"]
        #expect(key(parameters, target: "/?q=1&q=2") == key(parameters, target: "/?q=2"))
        #expect(key(parameters, target: "/?q=") != key(parameters, target: "/"))
        #expect(key(parameters, target: "/?q=a%20b") == key(parameters, target: "/?q=a+b"))
    }

    @Test("a header in the key is found whatever its case") func header() {
        let parameters = ["method.request.header.Accept"]
        #expect(
            key(parameters, target: "/", headers: ["accept": "a"])
                == key(parameters, target: "/", headers: ["ACCEPT": "a"]))
        #expect(key(parameters, target: "/", headers: ["Accept": "a"]) != key(parameters, target: "/"))
    }

    @Test("values cannot run into each other, nor methods") func separate() {
        let parameters = ["method.request.querystring.a", "method.request.querystring.b"]
        #expect(key(parameters, target: "/?a=xy&b=z") != key(parameters, target: "/?a=x&b=yz"))
        #expect(key([], method: "GET", target: "/") != key([], method: "POST", target: "/"))
    }

    @Test(
        "what names no request parameter is none",
        arguments: ["", "path.id", "method.request.body.x", "method.request.path."])
    func invalid(_ text: String) {
        #expect(RequestParameter(text) == nil)
    }
}

@Suite struct StageCacheTests {
    private let now = Timestamp(secondsSinceEpoch: 1_000_000)

    private func key(_ text: String) -> CacheKey {
        var key = CacheKey(namespace: "r", method: "GET")
        key.append(text)
        return key
    }

    private func response(_ bytes: Int) -> ServerResponse {
        ServerResponse(status: 200, body: [UInt8](repeating: 1, count: bytes))
    }

    @Test("an entry is served until its time to live is over, and not at its end") func expires() {
        let cache = StageCache(capacity: 1 << 20)
        cache.store(response(1), key: key("a"), at: now, ttlSeconds: 30)
        #expect(cache.response(key("a"), at: now + .milliseconds(29_999)) != nil)
        #expect(cache.response(key("a"), at: now + .seconds(30)) == nil)
        #expect(cache.response(key("b"), at: now) == nil)
    }

    @Test("a time to live of zero keeps nothing") func zero() {
        let cache = StageCache(capacity: 1 << 20)
        cache.store(response(1), key: key("a"), at: now, ttlSeconds: 0)
        #expect(cache.count == 0)
    }

    @Test(
        "an entry is at most 1,048,576 bytes", arguments: [(1_048_576, true), (1_048_577, false)])
    func limit(_ bytes: Int, _ isKept: Bool) {
        let cache = StageCache(capacity: 1 << 24)
        cache.store(response(bytes), key: key("a"), at: now, ttlSeconds: 1)
        #expect((cache.response(key("a"), at: now) != nil) == isKept)
    }

    @Test("the oldest entries make room; a replaced one counts from its replacement") func evicts() {
        let cache = StageCache(capacity: 100)
        for name in ["a", "b", "a", "c"] { cache.store(response(40), key: key(name), at: now, ttlSeconds: 60) }
        #expect(cache.response(key("b"), at: now) == nil)
        #expect(cache.response(key("a"), at: now) != nil)
        #expect(cache.response(key("c"), at: now) != nil)
    }

    @Test("a flush forgets everything") func flushes() {
        let cache = StageCache(capacity: 1000)
        for name in 0..<10 { cache.store(response(1), key: key("\(name)"), at: now, ttlSeconds: 60) }
        cache.flush()
        #expect(cache.count == 0)
        #expect(cache.response(key("1"), at: now) == nil)
    }

    @Test("storing the same keys for long does not grow the cache") func staysBounded() {
        let cache = StageCache(capacity: 1000)
        for round in 0..<10_000 { cache.store(response(10), key: key("\(round % 5)"), at: now, ttlSeconds: 60) }
        #expect(cache.count == 5)
        #expect((0..<5).allSatisfy { cache.response(key("\($0)"), at: now) != nil })
    }
}
