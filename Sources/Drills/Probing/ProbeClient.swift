package import ExactJSON
package import HTTPExchange
package import LoadEngine
package import ScenarioModel
import Synchronization
import Timekeeping

/// One answer to a probe's request.
package struct ProbeAnswer: Sendable {
    package var request: HTTPRequest
    package var response: HTTPResponse
    /// The answer's origin marker.
    package var marker: String?
    /// Came from the stage's cache, by its marker.
    package var isHit: Bool
    /// What the step captured.
    package var captured: [String: String]

    /// The body as JSON; null when it is none.
    package var json: JSONValue { (try? JSONValue(parsing: response.body)) ?? .null }
}

/// Sends steps of a scenario one at a time and books them.
package final class ProbeClient: Sendable {
    private let target: Target
    private let markerHeader: String
    private let generator: Mutex<SplitMix64>
    private let mark: RunMark
    package let ledger: TrafficLedger

    /// - Parameters:
    ///   - markerHeader: the header in which the handler returns its origin marker.
    ///   - mark: what the ids that it makes begin with.
    package init(target: Target, markerHeader: String, seed: UInt64, mark: RunMark, ledger: TrafficLedger) {
        self.mark = mark
        self.target = target
        self.markerHeader = markerHeader
        self.ledger = ledger
        generator = Mutex(SplitMix64(seed: seed))
    }

    /// Sends a step once.
    ///
    /// - Parameters:
    ///   - variables: what `{{ name }}` stands for.
    ///   - headers: added to the step's own.
    /// - Throws: `DrillError` when no answer came.
    package func send(
        _ step: Step, variables: [String: String] = [:], headers: [HTTPHeader] = []
    ) async throws(DrillError) -> ProbeAnswer {
        try DrillError.checkInterruption()
        let seed = generator.withLock { $0.next() }
        var renderer = StepRenderer(
            baseURL: target.baseURL, variables: variables, generator: SplitMix64(seed: seed),
            sequence: Int64(seed >> 33), mark: mark)
        var request = renderer.render(step, now: .system())
        for header in headers { request.headers.set(header.name, header.value) }

        let response: HTTPResponse
        do throws(HTTPTransportError) {
            response = try await target.transport.send(request)
        } catch {
            ledger.bookUnanswered()
            if Task.isCancelled { throw .interrupted }
            throw DrillError(
                code: .transport, message: "\(request.method) \(request.url) got no answer: \(error.message)")
        }
        let marker = response.headers.first(markerHeader)
        let isHit = ledger.book(status: response.status, cached: isCached(request), marker: marker)
        var answer = ProbeAnswer(request: request, response: response, marker: marker, isHit: isHit, captured: [:])
        for capture in step.captures {
            switch capture.source {
            case .header(let name): answer.captured[capture.variable] = response.headers.first(name)
            case .json(let path): answer.captured[capture.variable] = answer.json.text(at: path)
            }
        }
        return answer
    }

    private func isCached(_ request: HTTPRequest) -> Bool {
        guard let stack = target.stack, request.url.hasPrefix(target.baseURL) else { return false }
        return stack.method(request.method, path: String(request.url.dropFirst(target.baseURL.count)))
            .map(stack.caches) ?? false
    }
}

extension JSONValue {
    /// The value at a path; nil when there is none.
    package func value(at path: JSONPath) -> JSONValue? {
        path.segments.reduce(Optional(self)) { value, segment in
            switch segment {
            case .member(let name): value?[name]
            case .index(let index): value?[index]
            }
        }
    }

    /// The text of a string, number or boolean at a path.
    package func text(at path: JSONPath) -> String? {
        switch value(at: path) {
        case .string(let text): text
        case .number(let literal): literal
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }
}
