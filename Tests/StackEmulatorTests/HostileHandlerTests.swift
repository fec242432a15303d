import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

#if canImport(Glibc)
    import Glibc
#endif

/// Whatever a handler does, the next invocation is served, and nothing of the handler stays behind.
@Suite(.serialized, .timeLimit(.minutes(2))) struct HostileHandlerTests {
    /// Speaks to the Runtime API over a plain socket, so that it can break every rule of HTTP.
    private static let handler = #"""
        #!/usr/bin/env python3
        import http.client, json, os, signal, socket, subprocess, sys, time
        host = os.environ["AWS_LAMBDA_RUNTIME_API"]
        def raw(data, wait=True):
            name, port = host.split(":")
            s = socket.create_connection((name, int(port)), timeout=0.05)
            try:
                s.sendall(data)
                return s.recv(4096) if wait else s
            except OSError:
                return b""
        api = http.client.HTTPConnection(host)
        def call(method, path, body=None):
            api.request(method, "/2018-06-01/runtime/" + path, body)
            answer = api.getresponse()
            return answer, answer.read()
        if os.environ.get("INIT") == "hang": time.sleep(600)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.stdin.read()
        while True:
            answer, body = call("GET", "invocation/next")
            request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
            do = json.loads(body).get("do")
            path = "invocation/%s/" % request
            prefix = b"POST /2018-06-01/runtime/" + path.encode() + b"response HTTP/1.1\r\nHost: x\r\n"
            result = {"pid": os.getpid(), "eaten": True}
            if do == "flood":
                line = b"x" * 99 + b"\n"
                for _ in range(20): os.write(1, line * 1000)
            if do == "flood-forever":
                while True: os.write(1, b"y" * 65536)
            if do == "long-line": os.write(1, b"z" * 700000)
            if do == "not-utf8": os.write(1, b"\xff\xfe\x00\x80 line\n")
            if do == "bad-http":
                for data in (b"\r\n\r\n", b"\x00\x01\x02\xff" * 100, b"GET /\r\n\r\n", b"POST x HTTP/9.9\r\n\r\n",
                             b"GET " + b"/" * 200000 + b" HTTP/1.1\r\n\r\n",
                             b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 100000 + b"\r\n",
                             prefix + b"Content-Length: -5\r\n\r\n", prefix + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
                    raw(data)
            if do == "connections":
                held = []
                for _ in range(300):
                    try: held.append(socket.create_connection((host.split(":")[0], int(host.split(":")[1])), timeout=3))
                    except OSError: break
                result["held"] = len(held)
            if do == "double":
                call("POST", path + "response", json.dumps(result))
                second, _ = call("POST", path + "response", json.dumps({"second": True}))
                print("second %d" % second.status, flush=True)
                continue
            if do == "huge":
                answer, _ = call("POST", path + "response", b'"' + b"x" * (7 << 20) + b'"')
                print("huge %d" % answer.status, flush=True)
                continue
            if do == "mid-response":
                raw(prefix + b"Content-Length: 1000\r\n\r\n{\"half\":", wait=False)
                os._exit(0)
            if do == "answer-and-die":
                call("POST", path + "response", json.dumps(result))
                os._exit(9)
            if do == "hang": time.sleep(600)
            if do == "daemon":
                child = subprocess.Popen(["sleep", "600"], start_new_session=True)
                print("daemon %d" % child.pid, flush=True)
                os._exit(1)
            call("POST", path + "response", json.dumps(result))
        """#

    @Test(
        "a handler that misbehaves towards its log or the Runtime API still gets its answer out",
        arguments: ["flood", "long-line", "not-utf8", "bad-http", "connections", "double"])
    func survives(_ way: String) async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            let answer = try await stack.invoke(["do": .string(way)])
            #expect(answer.status == 200)
            #expect(answer.headers["x-amz-function-error"] == nil, "\(answer.text)")
            #expect(answer.json?["eaten"] == true)
            // The next invocation finds the same process in order.
            let next = try await stack.invoke([:])
            #expect(next.json?["pid"] == answer.json?["pid"])
            if way == "double" { #expect(try await stack.log("/aws/lambda/worker", "second").last == "second 400") }
            // One page of the log holds a megabyte of the two that were written.
            if way == "flood" { #expect(try await stack.log("/aws/lambda/worker").count > 5_000) }
        }
    }

    @Test("a response over the limit is an error of the function, and the process goes on") func huge() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            let answer = try await stack.invoke(["do": "huge"])
            #expect(answer.headers["x-amz-function-error"] == "Unhandled")
            #expect(answer.json?["errorType"] == "Function.ResponseSizeTooLarge")
            _ = try await stack.invoke([:])
            #expect(try await stack.log("/aws/lambda/worker", "huge").last == "huge 413")
        }
    }

    @Test("a process that ends in the middle of its response failed") func midResponse() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            let answer = try await stack.invoke(["do": "mid-response"])
            #expect(answer.json?["errorType"] == "Runtime.ExitError")
            #expect(try await stack.invoke([:]).json?["eaten"] == true)
        }
    }

    @Test("a process that dies after its answer costs no later invocation its answer") func dies() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            for _ in 0..<10 {
                let answer = try await stack.invoke(["do": "answer-and-die"])
                #expect(answer.json?["eaten"] == true, "\(answer.text)")
            }
        }
    }

    @Test("a handler that floods its log without end is stopped at its time-out, and others are served meanwhile")
    func floodForever() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            try await withThrowingTaskGroup(of: RunningStack.Answer.self) { group in
                group.addTask { try await stack.invoke(["do": "flood-forever"]) }
                var served = 0
                for _ in 0..<5 where try await stack.invoke([:]).json?["eaten"] == true { served += 1 }
                #expect(served == 5)
                #expect(try await group.next()?.json?["errorType"] == "Sandbox.Timedout")
            }
        }
    }

    @Test("a process that hangs and ignores SIGTERM is gone after its time-out") func hangs() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            let pid = try #require(try await stack.invoke([:]).json?["pid"]?.intValue)
            let answer = try await stack.invoke(["do": "hang"])
            #expect(answer.json?["errorType"] == "Sandbox.Timedout")
            #expect(try await stack.isGone(Int32(pid)))
        }
    }

    @Test("a child that left the process group ends with the process") func daemon() async throws {
        try await RunningStack.with(handler: Self.handler) { stack in
            _ = try await stack.invoke(["do": "daemon"])
            let line = try #require(try await stack.log("/aws/lambda/worker", "daemon").first)
            let child = try #require(Int32(line.dropFirst("daemon ".count)))
            #expect(try await stack.isGone(child))
        }
    }

    @Test("a process that never asks for work is ended when its start takes too long") func initHang() async throws {
        var switches = EmulatorSwitches()
        switches.initializationLimit = .milliseconds(300)
        try await RunningStack.with(environment: ["INIT": "hang"], switches: switches, handler: Self.handler) { stack in
            let answer = try await stack.invoke([:])
            #expect(answer.json?["errorType"] == "Sandbox.Timedout")
            #expect(try await stack.log("/aws/lambda/worker", "INIT_REPORT").first?.contains("Status: timeout") == true)
        }
    }
}
