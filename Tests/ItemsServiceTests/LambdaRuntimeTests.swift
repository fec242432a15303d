import ExactJSON
import HTTPExchange
import LambdaRuntime
import Testing
import Timekeeping

@Suite("The Lambda runtime") struct LambdaRuntimeTests {
    /// Says back what it got, or throws when told so.
    private struct Echo: LambdaHandler {
        struct Refusal: LambdaReportableError, CustomStringConvertible {
            var errorType: String { "Custom.Refusal" }
            var description: String { "refused" }
        }
        struct PlainError: Error, CustomStringConvertible { var description: String { "plain" } }

        func handle(_ payload: [UInt8], context: LambdaContext) async throws -> [UInt8] {
            switch String(decoding: payload, as: UTF8.self) {
            case "refuse": throw Refusal()
            case "fail": throw PlainError()
            case "context":
                let deadline = context.deadline.millisecondsSinceEpoch
                return Array(
                    "\(context.requestID) \(deadline) \(context.invokedFunctionARN) \(context.traceID ?? "")".utf8)
            default: return payload
            }
        }
    }

    private func run(_ api: FakeRuntimeAPI) async throws -> Int32 {
        try await api.serve { address in
            await LambdaProgram.run(environment: ["AWS_LAMBDA_RUNTIME_API": address]) { _ in Echo() }
        }
    }

    private static let prefix = "/2018-06-01/runtime"

    @Test("answers one invocation after the other and ends well when the Runtime API goes away")
    func invocations() async throws {
        let api = FakeRuntimeAPI(invocations: ["one", "", "context"])
        #expect(try await run(api) == 0)
        #expect(api.received.map(\.method) == ["GET", "POST", "GET", "POST", "GET", "POST", "GET"])
        #expect(api.received.first?.path == "\(Self.prefix)/invocation/next")
        #expect(api.reports.map(\.path) == (1...3).map { "\(Self.prefix)/invocation/request-\($0)/response" })
        #expect(
            api.reports.map(\.body) == ["one", "", "request-3 1800000000123 arn:aws:lambda:::function:f Root=1-2-3"])
    }

    @Test("a large answer arrives whole")
    func large() async throws {
        let payload = String(repeating: "0123456789abcdef", count: 300_000)
        let api = FakeRuntimeAPI(invocations: [payload])
        #expect(try await run(api) == 0)
        #expect(api.reports.first?.body == payload)
    }

    @Test(
        "a thrown error is reported under its name and the next invocation goes on",
        arguments: [("refuse", "Custom.Refusal", "refused"), ("fail", "PlainError", "plain")])
    func errors(payload: String, type: String, message: String) async throws {
        let api = FakeRuntimeAPI(invocations: [payload, "after"])
        #expect(try await run(api) == 0)
        let report = try #require(api.reports.first)
        #expect(report.path == "\(Self.prefix)/invocation/request-1/error")
        #expect(report.headers["lambda-runtime-function-error-type"] == type)
        let body = try JSONValue(parsing: report.body)
        #expect(body == ["errorType": .string(type), "errorMessage": .string(message), "stackTrace": []])
        #expect(api.reports.last?.body == "after")
    }

    @Test("a report that comes too late or is too large is not the end", arguments: [400, 403, 413])
    func refusedReport(status: Int) async throws {
        let api = FakeRuntimeAPI(invocations: ["one", "two"], reportStatus: status)
        #expect(try await run(api) == 0)
        #expect(api.reports.count == 2)
    }

    @Test("an answer that says the platform is beyond recovery is the end")
    func brokenPlatform() async throws {
        let api = FakeRuntimeAPI(invocations: ["one", "two"], reportStatus: 500)
        #expect(try await run(api) == 1)
        #expect(api.reports.count == 1)
    }

    @Test("a start that fails is reported and nothing is invoked")
    func failedStart() async throws {
        let api = FakeRuntimeAPI(invocations: ["one"])
        let status = try await api.serve { address in
            await LambdaProgram.run(environment: ["AWS_LAMBDA_RUNTIME_API": address]) { _ -> Echo in
                throw Echo.Refusal()
            }
        }
        #expect(status == 1)
        #expect(api.received.map(\.path) == ["\(Self.prefix)/init/error"])
        #expect(api.received.first?.headers["lambda-runtime-function-error-type"] == "Custom.Refusal")
    }

    @Test(
        "without a Runtime API the program ends with an error",
        arguments: [[:], ["AWS_LAMBDA_RUNTIME_API": ""], ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"]])
    func nobodyThere(environment: [String: String]) async {
        #expect(await LambdaProgram.run(environment: environment) { _ in Echo() } == 1)
    }
}
