import ExactJSON
import Testing

@testable import StackEmulator

@Suite struct RuntimeSessionTests {
    @Test("a runtime asks, works, answers, and asks again") func circle() {
        var session = RuntimeSession()
        #expect(session.next() == .park(isFirst: true))
        session.begin("r1")
        #expect(session.response(to: "r1", body: [1], isTooLong: false) == .finish(.response([1])))
        #expect(session.next() == .park(isFirst: false))
    }

    @Test("an answer to another request, or a second one, is refused") func wrongRequest() {
        var session = RuntimeSession()
        _ = session.next()
        let refusal = RuntimeSession.Verdict.refuse(
            status: 400, type: "InvalidRequestID", message: "Invalid request ID")
        #expect(session.response(to: "r1", body: [], isTooLong: false) == refusal)
        session.begin("r1")
        #expect(session.response(to: "r2", body: [], isTooLong: false) == refusal)
        _ = session.response(to: "r1", body: [], isTooLong: false)
        #expect(session.response(to: "r1", body: [], isTooLong: false) == refusal)
    }

    @Test("asking for the next invocation while one is open is refused") func impatient() {
        var session = RuntimeSession()
        _ = session.next()
        session.begin("r1")
        guard case .refuse(403, "InvalidStateTransition", _) = session.next() else {
            Issue.record("not refused")
            return
        }
    }

    @Test("a response over the limit fails the invocation") func tooLong() {
        var session = RuntimeSession()
        _ = session.next()
        session.begin("r1")
        guard
            case .finish(.failure(let body, "Function.ResponseSizeTooLarge")) = session.response(
                to: "r1", body: [], isTooLong: true)
        else {
            Issue.record("accepted")
            return
        }
        #expect((try? JSONValue(parsing: body))?["errorType"] == "Function.ResponseSizeTooLarge")
    }

    @Test("an initialization error counts only before the first call for work") func initError() {
        var session = RuntimeSession()
        #expect(session.initFailure(body: [1], type: "X") == .initFailed(.failure([1], type: "X")))
        var ready = RuntimeSession()
        _ = ready.next()
        guard case .refuse = ready.initFailure(body: [], type: nil) else {
            Issue.record("accepted")
            return
        }
    }

    @Test("an error without body or type is still an error with both") func emptyError() throws {
        var session = RuntimeSession()
        _ = session.next()
        session.begin("r1")
        guard case .finish(.failure(let body, "Unhandled")) = session.failure(of: "r1", body: [], type: "") else {
            Issue.record("not finished")
            return
        }
        #expect(try JSONValue(parsing: body)["errorType"] == "Unhandled")
    }
}

@Suite struct InvocationReportTests {
    private func report(_ outcome: RuntimeOutcome, initDuration: Duration? = nil) -> InvocationReport {
        InvocationReport(
            requestID: "r1", outcome: outcome, duration: .microseconds(12_345), initDuration: initDuration,
            timeout: .seconds(1), memorySize: 128, peakMemory: 31)
    }

    @Test("the REPORT line has tabs between its fields, and Init Duration on a cold start") func lines() {
        #expect(
            report(.response([])).logLines == [
                "END RequestId: r1",
                "REPORT RequestId: r1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB",
            ])
        let cold = report(.response([]), initDuration: .milliseconds(100)).logLines.last
        #expect(cold?.contains("\tBilled Duration: 113 ms\t") == true)
        #expect(cold?.hasSuffix("\tInit Duration: 100.00 ms") == true)
    }

    @Test("a time-out is reported as AWS does") func timeout() throws {
        let report = report(.timedOut)
        #expect(report.functionError == "Unhandled")
        #expect(
            try JSONValue(parsing: report.payload) == [
                "errorType": "Sandbox.Timedout",
                "errorMessage": "RequestId: r1 Error: Task timed out after 1.00 seconds",
            ])
        #expect(report.measuredDuration == .seconds(1))
        #expect(report.logLines.last?.hasSuffix("\tStatus: timeout") == true)
    }

    @Test(
        "a process that ended is a Runtime.ExitError that says how",
        arguments: [
            (.exited(3), "Runtime exited with error: exit status 3"),
            (.exited(0), "Runtime exited without providing a reason"),
            (.signaled(9), "Runtime exited with error: signal: killed"),
        ] as [(ProcessEnd, String)])
    func exits(_ end: ProcessEnd, _ words: String) throws {
        let payload = try JSONValue(parsing: report(.exited(end)).payload)
        #expect(
            payload == ["errorType": "Runtime.ExitError", "errorMessage": .string("RequestId: r1 Error: \(words)")])
    }
}

@Suite struct FunctionCommandTests {
    @Test(
        "a command line is split as a shell would",
        arguments: [
            ("a b  c", ["a", "b", "c"]), (#"a "b c" 'd "e"'"#, ["a", "b c", #"d "e""#]), (#"a\ b"#, ["a b"]),
            ("a ''", ["a", ""]), ("", []), ("a 'b", nil), (#"a\"#, nil), ("x$HOME;y", ["x$HOME;y"]),
        ] as [(String, [String]?)])
    func words(_ line: String, _ words: [String]?) {
        #expect(FunctionCommand.words(of: line) == words)
    }

    @Test(
        "a command that cannot be run is refused with a message that says which",
        arguments: [
            ("", "empty"), ("/nowhere/at/all", "not found"), ("no-such-program-anywhere", "not found"),
            ("/etc", "cannot be executed"), ("/etc/passwd", "cannot be executed"), ("'open", "unclosed quote"),
        ])
    func refuses(_ line: String, _ part: String) {
        #expect {
            try FunctionCommand(line: line, function: "F", searchPath: "/usr/bin:/bin")
        } throws: { error in
            guard let error = error as? EmulatorError else { return false }
            return error.code == .command && error.message.contains(part) && error.message.contains("F")
        }
    }

    @Test("a name without slash is looked up in the search path") func looksUp() throws {
        let command = try FunctionCommand(line: "sh -c true", function: "F", searchPath: "/nowhere:/usr/bin:/bin")
        #expect(command.executable.hasSuffix("/sh"))
        #expect(command.arguments == ["-c", "true"])
    }
}
