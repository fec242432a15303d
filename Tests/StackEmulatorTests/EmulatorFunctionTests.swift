import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.serialized, .timeLimit(.minutes(2))) struct EmulatorFunctionTests {
    @Test("a function is invoked, reuses its process, and sees its environment") func invokes() async throws {
        try await RunningStack.with { stack in
            let first = try await stack.invoke(["a": 1.10])
            #expect(first.status == 200)
            #expect(first.headers["x-amz-executed-version"] == "$LATEST")
            #expect(first.headers["x-amz-function-error"] == nil)
            #expect(first.json?["event"]?["a"]?.doubleValue == 1.1)
            let environment = try #require(first.json?["environment"])
            #expect(environment["COLOUR"] == "top-secret-green")
            #expect(environment["AWS_REGION"] == "us-west-2")
            #expect(environment["AWS_DEFAULT_REGION"] == "us-west-2")
            #expect(environment["AWS_LAMBDA_FUNCTION_NAME"] == "worker")
            #expect(environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128")
            #expect(environment["_HANDLER"] == "bootstrap")
            #expect(environment["AWS_ENDPOINT_URL"]?.stringValue == stack.address.endpointURL)
            let second = try await stack.invoke([:])
            #expect(second.json?["pid"] == first.json?["pid"])
            #expect(second.json?["count"] == 2)
        }
    }

    @Test("requests at the same time get processes of their own") func concurrent() async throws {
        try await RunningStack.with { stack in
            let pids = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<4 { group.addTask { try await stack.invoke(["do": "nap"]).json?["pid"]?.intValue } }
                return try await group.reduce(into: Set<Int>()) { if let pid = $1 { $0.insert(pid) } }
            }
            #expect(pids.count > 1)
        }
    }

    @Test("a cold start logs INIT_START, START, the handler's lines, END and REPORT") func logs() async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.invoke(["do": "print"], headers: ["X-Amz-Log-Type": "Tail"])
            let id = try #require(answer.headers["x-amzn-requestid"])
            let lines = try await stack.log("/aws/lambda/worker")
            #expect(lines.first?.hasPrefix("INIT_START Runtime Version: provided.al2023") == true)
            #expect(lines.dropFirst().first == "START RequestId: \(id) Version: $LATEST")
            #expect(lines.contains("first line") && lines.contains("second line") && lines.contains("no end"))
            let end = try #require(lines.firstIndex(of: "END RequestId: \(id)"))
            #expect(end == lines.count - 2)
            #expect(lines.last?.hasPrefix("REPORT RequestId: \(id)\tDuration: ") == true)
            #expect(lines.last?.contains("\tInit Duration: ") == true)
            let tail = answer.headers["x-amz-log-result"].flatMap { Data(base64Encoded: $0) } ?? Data()
            #expect(String(decoding: tail, as: UTF8.self).contains("second line\nno end\nEND RequestId: \(id)\nREPORT"))
            _ = try await stack.invoke([:])
            #expect(try await stack.log("/aws/lambda/worker").last?.contains("Init Duration") == false)
        }
    }

    @Test("an error that the handler reports comes back as it reported it") func error() async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.invoke(["do": "error"])
            #expect(answer.status == 200)
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(answer.json == ["errorType": "Bad", "errorMessage": "on purpose"])
        }
    }

    @Test(
        "a process that ends in an invocation is a Runtime.ExitError, and the next invocation gets a new process",
        arguments: [("exit", "exit status 7"), ("kill", "signal: killed")])
    func crash(_ way: String, _ words: String) async throws {
        try await RunningStack.with { stack in
            let before = try await stack.invoke([:])
            let answer = try await stack.invoke(["do": .string(way)])
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(answer.json?["errorType"] == "Runtime.ExitError")
            #expect(answer.json?["errorMessage"]?.stringValue?.hasSuffix("Runtime exited with error: \(words)") == true)
            let after = try await stack.invoke([:])
            #expect(after.json?["count"] == 1)
            #expect(after.json?["pid"] != before.json?["pid"])
        }
    }

    @Test("a function that takes too long is ended with all its children, and reported as AWS does")
    func timeout() async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.invoke(["do": "fork-sleep"])
            #expect(answer.status == 200)
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(answer.json?["errorType"] == "Sandbox.Timedout")
            #expect(
                answer.json?["errorMessage"]?.stringValue?.hasSuffix("Error: Task timed out after 2.00 seconds") == true
            )
            let lines = try await stack.log("/aws/lambda/worker")
            #expect(lines.last?.contains("Duration: 2000.00 ms") == true)
            let child = try #require(lines.first { $0.hasPrefix("child ") }.flatMap { Int32($0.dropFirst(6)) })
            #expect(try await stack.isGone(child))
            #expect(try await stack.invoke([:]).status == 200)
        }
    }

    @Test("nothing is left behind when the emulator ends, not even a handler's children") func leavesNothing()
        async throws
    {
        let found = Box<[Int32]>([])
        try await RunningStack.with { stack in
            let answer = try await stack.invoke(["do": "fork"])
            let ids = [answer.json?["pid"], answer.json?["child"]].compactMap { $0?.intValue.map { Int32($0) } }
            #expect(ids.count == 2)
            #expect(ids.allSatisfy { kill($0, 0) == 0 })
            found.set(ids)
        }
        for id in found.value {
            // A killed grandchild is reaped by whoever adopts it; until then it is a zombie.
            #expect(kill(id, 0) != 0 || RunningStack.isZombie(id))
        }
    }

    @Test("a process that ends before it asks for work is started once more, then reported") func initExit()
        async throws
    {
        try await RunningStack.with(environment: ["INIT": "exit"]) { stack in
            let answer = try await stack.invoke([:])
            #expect(answer.json?["errorType"] == "Runtime.ExitError")
            #expect(answer.json?["errorMessage"]?.stringValue?.contains("exit status 3") == true)
            let lines = try await stack.log("/aws/lambda/worker")
            #expect(lines.count { $0.hasPrefix("INIT_START") } == 2)
        }
    }

    @Test("an initialization error is reported as the runtime worded it") func initError() async throws {
        try await RunningStack.with(environment: ["INIT": "error"]) { stack in
            let answer = try await stack.invoke([:])
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(answer.json == ["errorType": "InitBad", "errorMessage": "no"])
        }
    }

    @Test("a command that is no program fails the invocation, not the emulator") func notAProgram() async throws {
        try await RunningStack.with(handler: "this is no program") { stack in
            let answer = try await stack.invoke([:])
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(try await stack.send("GET", stack.address.endpointURL + "/_firedrill/clock").status == 200)
        }
    }

    @Test("calls of the Runtime API that make no sense are refused and do no harm") func wrongCalls() async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.invoke(["do": "wrong"])
            #expect(answer.json?["wrong"] == [400, 404])
        }
    }

    @Test("a handler that floods its log is drained") func flood() async throws {
        try await RunningStack.with { stack in
            let flooded = try await stack.invoke(["do": "flood"])
            #expect(flooded.json?["count"] == 1)
            let next = try await stack.invoke([:])
            #expect(next.json?["count"] == 2)
        }
    }

    @Test("invocations are counted at their start, errors as 0 or 1, throttled ones in neither") func metrics()
        async throws
    {
        var switches = EmulatorSwitches()
        switches.concurrencyPerFunction = 1
        try await RunningStack.with(switches: switches) { stack in
            _ = try await stack.invoke([:])
            _ = try await stack.invoke(["do": "error"])
            // Of two at the same time, one gets the only environment.
            let answers = try await withThrowingTaskGroup(of: RunningStack.Answer.self) { group in
                for _ in 0..<2 { group.addTask { try await stack.invoke(["do": "sleep"]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }.sorted { $0.status < $1.status }
            #expect(answers.map(\.status) == [200, 429])
            #expect(answers.last?.json?["Type"] == "User")
            #expect(answers.last?.headers["x-amzn-errortype"] == "TooManyRequestsException")
            try await stack.advance(120)
            let dimensions = ["FunctionName": "worker"]
            #expect(try await stack.sum("AWS/Lambda", "Invocations", dimensions) == 3)
            #expect(try await stack.sum("AWS/Lambda", "Errors", dimensions) == 2)
            #expect(try await stack.sum("AWS/Lambda", "Throttles", dimensions) == 1)
            #expect(try await stack.sum("AWS/Lambda", "Errors", [:]) == 2)
            #expect(
                try await stack.sum("AWS/Lambda", "Invocations", ["FunctionName": "worker", "Resource": "worker"])
                    == 3)
        }
    }

    @Test("variables are shown to a signed caller and to nobody else, and a disabled key makes invocations fail")
    func encryption() async throws {
        try await RunningStack.with { stack in
            let url = stack.address.endpointURL + "/2015-03-31/functions/worker/configuration"
            func signed(_ key: String) -> [String: String] {
                [
                    "Authorization":
                        "AWS4-HMAC-SHA256 Credential=\(key)/20260101/us-west-2/lambda/aws4_request, Signature=x"
                ]
            }
            let shown = try await stack.send("GET", url, headers: signed("AKIA1"))
            #expect(shown.json?["Environment"]?["Variables"]?["COLOUR"] == "top-secret-green")
            let key = try #require(shown.json?["KMSKeyArn"]?.stringValue)
            for headers in [[:], signed(Caller.accessKeyWithoutDecrypt)] {
                let hidden = try await stack.send("GET", url, headers: headers)
                #expect(hidden.json?["Environment"]?["Error"]?["ErrorCode"] == "AccessDeniedException")
                #expect(!hidden.text.contains("top-secret"))
            }
            _ = try await stack.call("TrentService.DisableKey", ["KeyId": .string(key)])
            let refused = try await stack.invoke([:])
            #expect(refused.status == 502)
            #expect(refused.headers["x-amzn-errortype"] == "KMSDisabledException")
            let sealed = try await stack.send("GET", url, headers: signed("AKIA1"))
            #expect(!sealed.text.contains("top-secret"))
            _ = try await stack.call("TrentService.EnableKey", ["KeyId": .string(key)])
            #expect(try await stack.invoke([:]).status == 200)
        }
    }

    @Test(
        "a malformed invocation is refused",
        arguments: [("{", 400, "InvalidRequestContentException"), ("\u{0}", 400, "InvalidRequestContentException")])
    func malformed(_ body: String, _ status: Int, _ code: String) async throws {
        try await RunningStack.with { stack in
            let answer = try await stack.send(
                "POST", stack.address.endpointURL + "/2015-03-31/functions/worker/invocations", body: Array(body.utf8))
            #expect(answer.status == status)
            #expect(answer.headers["x-amzn-errortype"] == code)
            let unknown = try await stack.send(
                "POST", stack.address.endpointURL + "/2015-03-31/functions/nobody/invocations", body: [])
            #expect(unknown.status == 404)
        }
    }
}

/// A value that leaves a closure.
final class Box<Value: Sendable>: @unchecked Sendable {
    // Guarded by the lock.
    private var stored: Value
    private let lock = NSLock()

    init(_ value: Value) { stored = value }
    var value: Value { lock.withLock { stored } }
    func set(_ value: Value) { lock.withLock { stored = value } }
}

extension RunningStack {
    static func isZombie(_ id: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
        return status.split(separator: ")").last?.split(separator: " ").first == "Z"
    }

    /// Whether a process has ended; the emulator's calls in between give it the time.
    func isGone(_ id: Int32) async throws -> Bool {
        for _ in 0..<200 {
            if kill(id, 0) != 0 || Self.isZombie(id) { return true }
            _ = try await send("GET", address.endpointURL + "/_firedrill/clock")
        }
        return false
    }
}
