import ExactJSON
package import HTTPExchange
import Synchronization
package import Timekeeping

/// The time that the target lives in, and the way to let some of it pass.
package protocol TargetClock: Sendable {
    /// Now, on the target's clock.
    func now() -> Timestamp
    /// Lets idle time pass: waits for it, or skips it where the target's clock can be advanced.
    func wait(_ duration: Duration) async throws(DrillError)
    /// How much idle time has been skipped so far.
    var skipped: Duration { get }
}

/// AWS's time: waiting takes as long as it says.
package struct RealClock: TargetClock {
    package init() {}

    package func now() -> Timestamp { .system() }
    package var skipped: Duration { .zero }

    package func wait(_ duration: Duration) async throws(DrillError) {
        do { try await Task.sleep(for: duration) } catch { throw .interrupted }
    }
}

/// The emulator's time, advanced through its documented clock endpoint: the one side door that a drill uses.
package final class EmulatorClock: TargetClock {
    private let url: String
    private let transport: any HTTPTransport
    private let state = Mutex((offset: Duration.zero, skipped: Duration.zero))

    /// - Parameter endpointURL: the emulator's endpoint, without a trailing slash.
    package init(endpointURL: String, transport: any HTTPTransport) {
        url = "\(endpointURL)/_firedrill/clock"
        self.transport = transport
    }

    /// The clock behind an endpoint: the emulator's, where one answers and lets itself be advanced, else the real one.
    package static func clock(
        ofEndpoint endpointURL: String?, transport: any HTTPTransport
    ) async -> any TargetClock {
        guard let endpointURL else { return RealClock() }
        let clock = EmulatorClock(
            endpointURL: endpointURL.hasSuffix("/") ? String(endpointURL.dropLast()) : endpointURL, transport: transport
        )
        // A lost answer must not turn minutes that can be skipped into minutes of waiting.
        for _ in 0..<5 {
            let request = HTTPRequest(method: "GET", url: clock.url, timeout: .seconds(5))
            guard let response = try? await transport.send(request), response.status < 500 else { continue }
            guard response.status == 200, let seconds = (try? JSONValue(parsing: response.body))?["now"]?.doubleValue
            else { break }
            // Another run may have advanced it.
            clock.state.withLock { $0.offset = Timestamp(secondsSinceEpoch: seconds) - Timestamp.system() }
            return clock
        }
        return RealClock()
    }

    package func now() -> Timestamp { .system() + state.withLock { $0.offset } }
    package var skipped: Duration { state.withLock { $0.skipped } }

    package func wait(_ duration: Duration) async throws(DrillError) {
        if Task.isCancelled { throw .interrupted }
        let body: JSONValue = ["seconds": .double(duration.inSeconds)]
        let request = HTTPRequest(
            method: "POST", url: "\(url)/advance", headers: [HTTPHeader("Content-Type", "application/json")],
            body: body.serialized(), timeout: .seconds(300))
        let response: HTTPResponse
        do throws(HTTPTransportError) {
            response = try await transport.send(request)
        } catch {
            if Task.isCancelled { throw .interrupted }
            throw DrillError(code: .unreachable, message: "the emulator's clock does not answer: \(error.message)")
        }
        guard response.status == 200, let seconds = (try? JSONValue(parsing: response.body))?["now"]?.doubleValue else {
            let text = String(decoding: response.body, as: UTF8.self)
            throw DrillError(
                code: .unreachable, message: "the emulator's clock refused to advance (\(response.status)): \(text)")
        }
        let offset = Timestamp(secondsSinceEpoch: seconds) - Timestamp.system()
        state.withLock { state in
            state.offset = max(state.offset, offset)
            state.skipped += duration
        }
    }
}
