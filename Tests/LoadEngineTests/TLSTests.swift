import Foundation
import HTTPExchange
import LoadMetrics
import ScenarioModel
import Testing

@testable import LoadEngine

/// OpenSSL's own test server with a certificate made on the spot.
private final class TLSServer {
    let port: Int
    let certificate: String
    private let folder: URL
    private let process = Process()

    static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    init() throws {
        let openssl = try #require(Self.openssl)
        folder = FileManager.default.temporaryDirectory.appending(path: "firedrill-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "cert.pem").path
        let key = folder.appending(path: "key.pem").path
        let making = Process()
        making.executableURL = URL(filePath: openssl)
        making.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        making.standardError = FileHandle.nullDevice
        try making.run()
        making.waitUntilExit()

        let output = Pipe()
        process.executableURL = URL(filePath: openssl)
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // It says `ACCEPT 127.0.0.1:45123` once it listens.
        var text = ""
        while !text.contains(/ACCEPT 127\.0\.0\.1:\d+\n/) {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "openssl s_server ended: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        port = Int(try #require(text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)/)?.1)) ?? 0
    }

    func stop() {
        // The child inherits a blocked SIGTERM from the test runner's threads.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}

@Suite("TLS", .enabled(if: TLSServer.openssl != nil, "needs the openssl command"))
struct TLSTests {
    private func plan(_ url: String) throws -> LoadPlan {
        try LoadPlan(
            scenario: Scenario(
                yaml: """
                    version: 1
                    name: tls
                    target: { emulator: {} }
                    flows: { f: [ { get: { url: /, name: page } } ] }
                    scenarios: { s: { flow: f, executor: constant-arrival-rate, rate: 40/s, duration: 250ms } }
                    """, file: "t", environment: [:]), baseURL: url, runID: "r")
    }

    @Test("the load and single requests go through TLS with verification, by name and by address")
    func verified() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        for host in ["localhost", "127.0.0.1"] {
            var plan = try plan("https://\(host):\(server.port)")
            plan.certificateFile = server.certificate
            // s_server serves one connection at a time: one in hand would keep it busy for ever.
            plan.opensConnectionsInHand = false
            let result = try await LoadRunner(plan: plan).run { _ in }
            #expect(result.total.outcomes == ["status_2xx": 10])
        }
        let transport = CurlTransport(certificateFile: server.certificate)
        let response = try await transport.send(
            HTTPRequest(method: "GET", url: "https://localhost:\(server.port)/"))
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self).contains("s_server"))
    }

    @Test("a certificate that nobody vouches for is one clear error")
    func unverified() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let plan = try plan("https://localhost:\(server.port)")
        let error = await #expect(throws: LoadError.self) { try await LoadRunner(plan: plan).run { _ in } }
        #expect(error?.message.contains("certificate") == true)
        let transport = CurlTransport()
        let single = await #expect(throws: HTTPTransportError.self) {
            try await transport.send(HTTPRequest(method: "GET", url: "https://localhost:\(server.port)/"))
        }
        #expect(single?.code == .tls)
    }
}
