import ExactJSON
import StackTemplate
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Bad input, end to end", .serialized)
struct BadInputTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var scenario: String
        /// Each must stand in the message.
        var says: [String]
    }

    private static let head = "version: 1\nname: x\ntarget: { emulator: {} }\n"
    private static let flow = "flows:\n  a:\n    - get: { url: /items, name: list }\n"

    static let mistakes: [Mistake] = [
        Mistake(testDescription: "malformed YAML", scenario: "version: 1\n  name: [", says: ["scenario.yaml:2"]),
        Mistake(
            testDescription: "an unknown key", scenario: head + flow + "senarios: {}\n",
            says: ["scenario.yaml:7:1", "senarios", "scenarios"]),
        Mistake(
            testDescription: "a negative rate",
            scenario: head + flow
                + "scenarios:\n  s: { flow: a, executor: constant-arrival-rate, rate: -5/s, duration: 1s }\n",
            says: ["scenario.yaml:8", "-5/s"]),
        Mistake(
            testDescription: "an unknown flow",
            scenario: head + flow
                + "scenarios:\n  s: { flow: b, executor: constant-arrival-rate, rate: 5/s, duration: 1s }\n",
            says: ["scenario.yaml:8", "b"]),
        Mistake(testDescription: "nothing", scenario: "", says: ["scenario.yaml"]),
    ]

    @Test("a mistake in a scenario gives its place and exit code 104", arguments: mistakes)
    func scenarioMistake(item: Mistake) async throws {
        let scratch = try Scratch()
        let file = try scratch.write(item.scenario, "scenario.yaml")
        let outcome = try await Command.run(["run", file, "--reports", "\(scratch.path)/reports"])
        expectClear(outcome, says: item.says)
        #expect(scratch.reportFiles.isEmpty)
    }

    private func expectClear(_ outcome: Command.Outcome, says: [String]) {
        #expect(outcome.exitCode == 104, outcome.described)
        for words in says { #expect(outcome.errors.contains(words), outcome.described) }
        for noise in ["Fatal error", "Stack dump", "Swift/", ".swift:"] {
            #expect(!outcome.errors.contains(noise), outcome.described)
        }
    }

    @Test("a missing scenario is named, with one that exists") func missingScenario() async throws {
        expectClear(
            try await Command.run(["run", "no-such.yaml"]), says: ["no-such.yaml", "scenarios/items-crud.yaml"])
    }

    @Test(
        "a wrong command line is bad configuration",
        arguments: [
            ["run"], ["rnu"], ["run", "a.yaml", "--tempalte", "x"], ["emulate", "--port", "99999"],
            ["emulate", "--clock", "x"], ["emulate", "--stack-name", "1 bad"],
        ])
    func wrongCommandLine(arguments: [String]) async throws {
        expectClear(try await Command.run(arguments), says: ["Usage"])
    }

    @Test(
        "help and version are no errors",
        arguments: [["--help"], ["run", "--help"], ["--version"], ["stack", "template"]])
    func help(arguments: [String]) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.exitCode == 0 && !outcome.output.isEmpty, outcome.described)
    }

    @Test("an unreachable base URL is said before any load") func unreachable() async throws {
        let scratch = try Scratch()
        let text =
            "version: 1\nname: x\ntarget: { baseURL: \"http://127.0.0.1:\(try FreePort().number)\" }\n" + Self.flow
            + "scenarios:\n  s: { flow: a, executor: constant-arrival-rate, rate: 5/s, duration: 1s }\n"
        let file = try scratch.write(text, "scenario.yaml")
        let outcome = try await Command.run(["run", file, "--reports", "\(scratch.path)/reports"])
        expectClear(outcome, says: ["127.0.0.1"])
        #expect(scratch.reportFiles.isEmpty)
    }

    @Test("a port in use is named") func portInUse() async throws {
        let port = try FreePort(listening: true)
        let outcome = try await Command.run(["emulate", "--port", "\(port.number)"])
        expectClear(outcome, says: ["\(port.number)"])
    }

    @Test("a handler's program that is missing is named") func missingHandler() async throws {
        let scratch = try Scratch()
        let arguments = ["run", try scratch.shortScenario(), "--reports", "\(scratch.path)/reports"]
        let outcome = try await Command.run(arguments + ["--function", "ApiFunction=/no/such/program"])
        expectClear(outcome, says: ["ApiFunction", "/no/such/program"])
    }

    @Test("a handler that ends at once is told with its last words") func deadHandler() async throws {
        let scratch = try Scratch()
        let program = try scratch.write("#!/bin/sh\necho no database here\nexit 3\n", "handler.sh")
        chmod(program, 0o755)
        let arguments = ["run", try scratch.shortScenario(), "--reports", "\(scratch.path)/reports"]
        let outcome = try await Command.run(arguments + ["--function", "ApiFunction=\(program)"])
        expectClear(outcome, says: ["api-handler-dev", "no database here"])
        #expect(scratch.reportFiles.isEmpty)
    }

    @Test("Ctrl-C drains, reports what was measured, leaves no process behind") func interrupt() async throws {
        let scratch = try Scratch()
        // Handlers under a path of this test's own, so that any left behind can be found.
        let handler = "\(scratch.path)/items-api"
        try FileManager.default.createSymbolicLink(atPath: handler, withDestinationPath: Command.path("items-api"))
        let outcome = try await Command.run(
            [
                "run", try scratch.shortScenario(), "--reports", "\(scratch.path)/reports", "--function",
                "ApiFunction=\(handler)",
            ], interruptAt: "▸ cache")
        #expect(outcome.exitCode == 105, outcome.described)
        let report = try scratch.report()
        #expect(report["run"]?["interrupted"] == true)
        #expect(report["total"]?["count"]?.intValue ?? 0 > 0)
        #expect(scratch.reportFiles == ["index.html", "junit.xml", "report.json"])
        #expect(Processes.mentioning(scratch.path).isEmpty)
    }
}

/// A port of the loopback interface that nobody listens on, or, when asked, somebody does.
final class FreePort {
    let number: Int
    private let descriptor: Int32

    init(listening: Bool = false) throws {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(opened, address, length) == 0 && getsockname(opened, address, &length) == 0
            }
        }
        descriptor = opened
        number = Int(UInt16(bigEndian: address.sin_port))
        try #require(bound)
        // Bound and not listening: connections are refused, and nobody else can take the port.
        if listening { try #require(listen(opened, 1) == 0) }
    }

    deinit { close(descriptor) }
}

/// The processes of this machine.
enum Processes {
    /// Command lines of running processes in which a text occurs.
    static func mentioning(_ text: String) -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { Int($0) != nil }.compactMap { entry -> String? in
            guard let data = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") else { return nil }
            let line = String(decoding: data.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
            return line.contains(text) ? line : nil
        }
    }
}
