import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

@Suite(.serialized, .timeLimit(.minutes(2))) struct EmulatorGatewayTests {
    @Test("the proxy event has every field, path parameters undecoded, repeated values in order") func event()
        async throws
    {
        try await RunningStack.with { stack in
            let answer = try await stack.send(
                "POST", stack.api + "/a%2Fb/?q=1&q=2&empty=&s=x%20y", body: Array("hällo".utf8),
                headers: ["X-Custom": "v", "Content-Type": "text/plain"])
            #expect(answer.status == 200)
            let event = try #require(answer.json)
            #expect(event["resource"] == "/{id}")
            #expect(event["path"] == "/a%2Fb/")
            #expect(event["httpMethod"] == "POST")
            #expect(event["pathParameters"] == ["id": "a%2Fb"])
            #expect(event["queryStringParameters"] == ["q": "2", "empty": "", "s": "x y"])
            #expect(event["multiValueQueryStringParameters"] == ["q": ["1", "2"], "empty": [""], "s": ["x y"]])
            #expect(event["body"] == "hällo")
            #expect(event["isBase64Encoded"] == false)
            #expect(event["stageVariables"] == .null)
            #expect(event["headers"]?["X-Custom"] == "v")
            #expect(event["multiValueHeaders"]?["X-Custom"] == ["v"])
            let context = try #require(event["requestContext"])
            #expect(context["resourcePath"] == "/{id}")
            #expect(context["path"] == "/test/a%2Fb/")
            #expect(context["stage"] == "test")
            #expect(context["accountId"] == "123456789012")
            #expect(context["identity"]?["sourceIp"] == "127.0.0.1")
            #expect(context["protocol"] == "HTTP/1.1")
            #expect(context["requestId"]?.stringValue == answer.headers["x-amzn-requestid"])
            #expect(context["extendedRequestId"]?.stringValue == answer.headers["x-amz-apigw-id"])
            let id = try #require(context["apiId"]?.stringValue)
            #expect(context["domainName"]?.stringValue == "\(id).execute-api.us-west-2.amazonaws.com")
            for name in ["resourceId", "deploymentId", "requestTime", "requestTimeEpoch", "httpMethod"] {
                #expect(context[name] != nil, "\(name)")
            }
            let plain = try await stack.send("GET", stack.api + "/x")
            #expect(plain.json?["queryStringParameters"] == .null)
            #expect(plain.json?["multiValueQueryStringParameters"] == .null)
            #expect(plain.json?["body"] == .null)
        }
    }

    @Test("the cache serves an item's answer until its time is over, and never another's") func cache() async throws {
        try await RunningStack.with { stack in
            func count(_ path: String) async throws -> String? {
                try await stack.send("GET", stack.api + path).headers["x-count"]
            }
            #expect(try await count("/a") == "1")
            #expect(try await count("/a") == "1")
            #expect(try await count("/a?other=1") == "1")
            #expect(try await count("/b") == "2")
            try await stack.advance(20)
            #expect(try await count("/a") == "1")
            try await stack.advance(10)
            #expect(try await count("/a") == "3")
            let flush = try await stack.send(
                "DELETE", stack.address.endpointURL + "/restapis/\(stack.apiID)/stages/test/cache/data")
            #expect(flush.status == 202)
            #expect(try await count("/a") == "4")
            #expect(try await stack.send("POST", stack.api + "/a").headers["x-count"] == "5")
            #expect(try await stack.send("POST", stack.api + "/a").headers["x-count"] == "6")
            try await stack.advance(120)
            let dimensions = ["ApiName": "test-api", "Stage": "test"]
            #expect(try await stack.sum("AWS/ApiGateway", "CacheHitCount", dimensions) == 3)
            #expect(try await stack.sum("AWS/ApiGateway", "CacheMissCount", dimensions) == 4)
            #expect(try await stack.sum("AWS/ApiGateway", "Count", dimensions) == 9)
            #expect(try await stack.sum("AWS/ApiGateway", "Count", ["ApiName": "test-api"]) == 9)
            let method = dimensions.merging(["Method": "POST", "Resource": "/{id}"]) { old, _ in old }
            #expect(try await stack.sum("AWS/ApiGateway", "Count", method) == 2)
        }
    }

    @Test(
        "what a caller may do to the cache is a switch",
        arguments: [(true, "1", true), (false, "2", false)])
    func freshAnswer(_ needsPermission: Bool, _ count: String, _ warns: Bool) async throws {
        var switches = EmulatorSwitches()
        switches.cacheInvalidationNeedsPermission = needsPermission
        try await RunningStack.with(switches: switches) { stack in
            _ = try await stack.send("GET", stack.api + "/a")
            let answer = try await stack.send("GET", stack.api + "/a", headers: ["Cache-Control": "max-age=0"])
            #expect(answer.headers["x-count"] == count)
            #expect((answer.headers["warning"] != nil) == warns)
            // An answer that was fetched anew has replaced the entry.
            #expect(try await stack.send("GET", stack.api + "/a").headers["x-count"] == count)
        }
    }

    @Test(
        "a function that fails or breaks the contract is a 502, and it is not cached",
        arguments: ["error", "exit", "garbage", "malformed"])
    func badGateway(_ way: String) async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.send("GET", stack.api + "/a?do=\(way)")
            #expect(answer.status == 502)
            #expect(answer.json == ["message": "Internal server error"])
            #expect(answer.headers["x-amzn-errortype"] == "InternalServerErrorException")
            #expect(try await stack.send("GET", stack.api + "/a").status == 200)
            try await stack.advance(120)
            let dimensions = ["ApiName": "test-api", "Stage": "test"]
            #expect(try await stack.sum("AWS/ApiGateway", "5XXError", dimensions) == 1)
            #expect(try await stack.sum("AWS/ApiGateway", "4XXError", dimensions) == 0)
        }
    }

    @Test("an integration that takes longer than the gateway waits is a 504") func gatewayTimeout() async throws {
        var switches = EmulatorSwitches()
        switches.integrationTimeout = .milliseconds(300)
        try await RunningStack.with(switches: switches) { stack in
            let answer = try await stack.send("GET", stack.api + "/a?do=sleep")
            #expect(answer.status == 504)
            #expect(answer.json == ["message": "Endpoint request timed out"])
        }
    }

    @Test("unknown routes and methods are refused, counted and logged") func unknown() async throws {
        try await RunningStack.with { stack in
            for (method, path) in [("GET", "/a/b"), ("PUT", "/a"), ("GET", "")] {
                let answer = try await stack.send(method, stack.api + path)
                #expect(answer.status == 403)
                #expect(answer.json == ["message": "Missing Authentication Token"])
                #expect(answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException")
            }
            let log = try await stack.log("access")
            #expect(log.count == 3)
            #expect(log.allSatisfy { (try? JSONValue(parsing: $0))?["status"] == "403" })
            try await stack.advance(120)
            #expect(try await stack.sum("AWS/ApiGateway", "4XXError", ["ApiName": "test-api", "Stage": "test"]) == 3)
        }
    }

    @Test("a body of more than 10 MB is too long") func tooLong() async throws {
        try await RunningStack.with { stack in
            let long = [UInt8](repeating: 97, count: 10 << 20 + 1)
            let answer = try await stack.send("POST", stack.api + "/a", body: long)
            #expect(answer.status == 413)
            #expect(answer.json == ["message": "Request Too Long"])
        }
    }

    @Test("without a permission on the function the gateway cannot call it") func permission() async throws {
        let template = TestStack.template.replacingOccurrences(
            of: "Principal: apigateway.amazonaws.com", with: "Principal: events.amazonaws.com")
        try await RunningStack.with(template) { stack in
            let refused = try await stack.send("GET", stack.api + "/a")
            #expect(refused.status == 500)
            let direct = try await stack.invoke([:])
            #expect(direct.status == 200)
        }
    }
}

extension RunningStack {
    var apiID: String { String(api.split(separator: "/").dropLast().last ?? "") }
}
