import CLibcurl
import ExactJSON
package import LoadMetrics
import ScenarioModel
import Timekeeping

/// A closed loop of one GET over so many connections: what the engine costs, measured against other generators.
package struct StaticLoad: Sendable {
    private let plan: LoadPlan
    private let connections: Int
    private let duration: Duration

    /// What the loop did.
    package struct Outcome: Sendable {
        package var requests: UInt64
        package var errors: UInt64
        package var seconds: Double
        /// User and system time of the worker threads.
        package var cpuSeconds: Double
        package var serviceTime: LatencySummary

        /// One line of JSON for programs.
        package var json: String {
            let members: JSONValue = [
                "requests": .integer(requests), "errors": .integer(errors), "seconds": .double(seconds),
                "requestsPerSecond": .double(requestsPerSecond),
                "cpuMicrosecondsPerRequest": .double(cpuMicrosecondsPerRequest),
                "serviceTimeMilliseconds": ["p50": .double(serviceTime.p50), "p99": .double(serviceTime.p99)],
            ]
            return members.text
        }

        package var requestsPerSecond: Double { seconds > 0 ? Double(requests) / seconds : 0 }
        package var cpuMicrosecondsPerRequest: Double { requests > 0 ? cpuSeconds * 1e6 / Double(requests) : 0 }
    }

    /// - Parameters:
    ///   - url: absolute, with its path.
    ///   - connections: 1 or more.
    ///   - threads: worker threads.
    ///   - certificateFile: a PEM bundle to trust instead of the system's.
    /// - Throws: `LoadError` when the URL cannot be used.
    package init(url: String, connections: Int, duration: Duration, threads: Int = 1, certificateFile: String? = nil)
        throws(LoadError)
    {
        let scheme = url.lowercased().hasPrefix("https://") ? 8 : 7
        let authority = url.dropFirst(scheme).prefix { $0 != "/" && $0 != "?" }
        let base = String(url.prefix(scheme)) + authority
        let path = String(url.dropFirst(base.count))
        guard let target = TargetAddress(base), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }) else {
            throw LoadError(
                code: .unreachable, message: "not a URL to measure with: \(BaseURL.fault(base) ?? "bad path")",
                location: url)
        }
        guard connections > 0, threads > 0, duration > .zero else {
            throw LoadError(
                code: .unreachable, message: "connections, threads and duration must be above 0", location: url)
        }
        var plan = LoadPlan(getting: path.hasPrefix("/") ? path : "/" + path, of: target)
        plan.workers = min(threads, connections)
        plan.certificateFile = certificateFile
        self.plan = plan
        self.connections = connections
        self.duration = duration
    }

    /// Runs the loop; the calling task waits for it.
    package func run() async throws(LoadError) -> Outcome {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Outcome, LoadError>, Never>) in
            let thread = OSThread { [self] in
                let result: Result<Outcome, LoadError>
                do throws(LoadError) { result = .success(try runBlocking()) } catch { result = .failure(error) }
                continuation.resume(returning: result)
            }
            if thread == nil { continuation.resume(returning: .failure(noResources)) }
        }
        return try result.get()
    }

    private var noResources: LoadError {
        LoadError(
            code: .resources, message: "the system refused threads or descriptors", location: plan.target.baseURL)
    }

    private func runBlocking() throws(LoadError) -> Outcome {
        let resolved = try ConnectProbe.check(plan)
        guard let board = ProgressBoard(workers: plan.workers),
            let crew = WorkerCrew(plan: plan, board: board, resolved: resolved)
        else { throw noResources }
        let length = UInt64(clamping: duration.wholeNanoseconds)
        let phase = WorkerPhase(
            model: .closed(users: connections, duration: length, requests: 0..<plan.requests.count),
            start: firedrill_monotonic_nanoseconds(), isRecorded: true)
        guard let figures = crew.run(phase, onSecond: { _ in }) else { throw noResources }
        let total = figures.total(plan)
        return Outcome(
            requests: total.count, errors: total.errors, seconds: duration.inSeconds,
            cpuSeconds: Double(figures.cpu) / 1e9, serviceTime: total.serviceTime)
    }
}
