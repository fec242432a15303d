import ItemsService
import Testing

@Suite("The fault header") struct InjectedFaultTests {
    @Test(
        "is ignored unless faults are enabled, and always in prod",
        arguments: [("dev", "disabled"), ("dev", ""), ("dev", "ENABLED"), ("prod", "enabled")])
    func ignored(stage: String, faults: String) async throws {
        let api = APIFixture(stage: stage, faults: faults)
        for fault in ["throw", "exit", "timeout", "status-500", "nonsense"] {
            #expect(try await api.send("GET", "/", headers: ["x-firedrill-fault": fault]).status == 200)
        }
        #expect(!api.notes.lines.contains { $0.hasPrefix("exit") || $0.hasPrefix("sleep") })
    }

    @Test("status-NNN answers with that status, header and marker included", arguments: [400, 404, 429, 500, 503, 599])
    func status(status: Int) async throws {
        let api = APIFixture()
        let answer = try await api.send(
            "GET", "/items/{id}", id: "a", headers: ["X-Firedrill-FAULT": "Status-\(status)"])
        #expect(answer.status == status)
        #expect(answer.headers["x-origin-id"] != nil)
        #expect(answer.headers["Access-Control-Allow-Origin"] != nil)
        #expect(api.table.calls.isEmpty)
    }

    @Test(
        "that names no fault is a bad request",
        arguments: [
            "", "status-200", "status-600", "status-", "status-4x4", "throws", "delay-", "delay-0", "delay-60001",
            "delay-x",
            "delay--5",
        ])
    func unknown(fault: String) async throws {
        #expect(try await APIFixture().send("GET", "/", headers: ["x-firedrill-fault": fault]).status == 400)
    }

    @Test("delay-NNN sleeps so many milliseconds and answers as ever")
    func delay() async throws {
        let api = APIFixture()
        #expect(try await api.send("GET", "/", headers: ["x-firedrill-fault": "delay-250"]).status == 200)
        #expect(api.notes.lines.contains("sleep 0.25"))
    }

    @Test("throw fails the invocation under a name of its own")
    func throwing() async throws {
        let error = await #expect(throws: ItemsError.self) {
            try await APIFixture().send("GET", "/", headers: ["x-firedrill-fault": "throw"])
        }
        #expect(error?.errorType == "InjectedFault")
    }

    @Test("exit ends the process in the middle of the invocation")
    func exit() async throws {
        let api = APIFixture()
        await #expect(throws: ItemsError.self) {
            try await api.send("GET", "/", headers: ["x-firedrill-fault": "exit"])
        }
        #expect(api.notes.lines.contains("exit 1"))
    }

    @Test("timeout sleeps past the deadline, 15 s away here")
    func timeout() async throws {
        let api = APIFixture()
        await #expect(throws: ItemsError.self) {
            try await api.send("GET", "/", headers: ["x-firedrill-fault": "timeout"])
        }
        #expect(api.notes.lines.contains("sleep 20.0"))
    }
}
