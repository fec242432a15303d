import ExactJSON
import HTTPExchange
import LoadMetrics
import ScenarioModel
import Timekeeping

/// Asks the cache for the truth: whether it serves, for how long, how stale, and never one item for another.
struct CacheProbe {
    var specification: CacheProbeSpecification
    var client: ProbeClient
    var clock: any TargetClock
    var say: @Sendable (DrillProgress) -> Void

    /// An item in the cache.
    private struct Entry {
        var variables: [String: String]
        /// The read that filled the cache was sent and answered at these times.
        var filledFrom: Timestamp
        var filledTo: Timestamp
        var marker: String?
    }

    func run() async throws(DrillError) -> CacheObservation {
        var observation = CacheObservation(promisedTTLSeconds: specification.ttl.inSeconds, method: "originMarker")
        let before = client.ledger.counts
        if specification.checks.contains(.crossKeyBleed) {
            for _ in 0..<5 { _ = try await fill(&observation) }
            say(
                .note(
                    "\(observation.crossKeyReads) items read, \(observation.crossKeyBleed) answered with another item"))
        }
        // With entries shared between items an age says nothing about a TTL.
        if observation.crossKeyBleed == 0 {
            if specification.checks.contains(.ttl) { try await measureTTL(&observation) }
            if specification.checks.contains(.staleness), let update = specification.update {
                observation.staleness = try await measureStaleness(update, &observation)
            }
        }
        let after = client.ledger.counts
        observation.hits = after.cacheHits - before.cacheHits
        observation.misses = after.cacheMisses - before.cacheMisses
        return observation
    }

    /// Makes an item and reads it once, so that the cache holds it.
    private func fill(_ observation: inout CacheObservation) async throws(DrillError) -> Entry {
        guard let write = specification.write else {
            throw DrillError(
                code: .configuration, message: "the cache probe needs cache.write, a step that makes an item")
        }
        let written = try await client.send(write)
        guard (200..<300).contains(written.response.status) else {
            throw DrillError(
                code: .unreachable,
                message:
                    "cache.write (\(written.request.method) \(written.request.url)) answered \(written.response.status)"
            )
        }
        guard !written.captured.isEmpty else {
            throw DrillError(
                code: .configuration,
                message: "cache.write captured nothing to ask for its item by; add capture: { id: $.item.id }")
        }
        let from = clock.now()
        let read = try await client.send(specification.request, variables: written.captured)
        guard (200..<300).contains(read.response.status) else {
            throw DrillError(
                code: .configuration,
                message:
                    "cache.request (\(read.request.method) \(read.request.url)) answered \(read.response.status) for an item "
                    + "just made: what it says about the cache would prove nothing")
        }
        observation.crossKeyReads += 1
        if !isOwnAnswer(read, variables: written.captured) {
            observation.crossKeyBleed += 1
        } else if read.isHit {
            throw DrillError(
                code: .configuration,
                message:
                    "cache.request (\(read.request.url)) was answered from the cache before its item was ever read: it does "
                    + "not ask for the item that cache.write makes")
        }
        return Entry(variables: written.captured, filledFrom: from, filledTo: clock.now(), marker: read.marker)
    }

    /// Whether an answer is the asked item's: by the request's own expectations, else by holding what the write captured.
    private func isOwnAnswer(_ answer: ProbeAnswer, variables: [String: String]) -> Bool {
        let comparisons = specification.request.expect.json.compactMap { expectation -> Bool? in
            guard case .string(let template) = expectation.equals, template.pieces.count == 1,
                case .expression(.variable(let name)) = template.pieces[0], let wanted = variables[name]
            else { return nil }
            return answer.json.text(at: expectation.path) == wanted
        }
        if !comparisons.isEmpty { return comparisons.allSatisfy { $0 } }
        let body = String(decoding: answer.response.body, as: UTF8.self)
        return variables.values.allSatisfy { body.contains($0) }
    }

    /// Reads entries of chosen ages, each entry once, until the TTL lies in a narrow interval.
    private func measureTTL(_ observation: inout CacheObservation) async throws(DrillError) {
        var estimate = TTLEstimate()
        let promised = specification.ttl.inSeconds
        for sweep in 0... {
            let ages = estimate.nextAges(promised: promised, sweep: sweep)
            if ages.isEmpty { break }
            say(.note("reading \(ages.count) entries at ages up to \(Int(ages.last ?? 0)) s"))
            var entries: [Entry] = []
            for _ in ages { entries.append(try await fill(&observation)) }
            for (age, entry) in zip(ages, entries) {
                try await wait(until: entry.filledTo + .seconds(age))
                let sent = clock.now()
                let read = try await client.send(specification.request, variables: entry.variables)
                let hit = read.isHit && read.marker == entry.marker
                estimate.reads.append(
                    TTLEstimate.Read(
                        youngest: (sent - entry.filledTo).inSeconds, oldest: (clock.now() - entry.filledFrom).inSeconds,
                        hit: hit))
                observation.ages.append(
                    CacheObservation.AgeSample(ageSeconds: (sent - entry.filledTo).inSeconds, hit: hit))
            }
        }
        observation.ages.sort { $0.ageSeconds < $1.ageSeconds }
        observation.ttlSeconds = estimate.interval
    }

    /// Updates cached items and looks how long their old values are served.
    private func measureStaleness(
        _ update: Step, _ observation: inout CacheObservation
    ) async throws(DrillError) -> CacheObservation.Staleness {
        var staleness = CacheObservation.Staleness(writes: 0, staleReads: 0, maxSeconds: 0)
        var entries: [(entry: Entry, updatedAt: Timestamp)] = []
        for _ in 0..<3 {
            let entry = try await fill(&observation)
            let updatedAt = clock.now()
            let answer = try await client.send(update, variables: entry.variables)
            guard (200..<300).contains(answer.response.status) else {
                throw DrillError(
                    code: .unreachable,
                    message:
                        "cache.update (\(answer.request.method) \(answer.request.url)) answered \(answer.response.status)"
                )
            }
            entries.append((entry, updatedAt))
            staleness.writes += 1
        }
        var fresh: Set<String> = []
        let ttl = observation.ttlSeconds?.high ?? specification.ttl.inSeconds
        for age in [0, 0.5 * ttl, 0.9 * ttl, ttl + 0.5, 1.2 * ttl, 1.5 * ttl] {
            for (entry, updatedAt) in entries {
                try await wait(until: entry.filledTo + .seconds(age))
                let sent = clock.now()
                let read = try await client.send(specification.request, variables: entry.variables)
                let since = (sent - updatedAt).inSeconds
                guard (200..<300).contains(read.response.status), let marker = read.marker else {
                    throw DrillError(
                        code: .unreachable,
                        message: "a read after the update answered \(read.response.status) "
                            + (read.marker == nil ? "without an origin marker" : ""))
                }
                if marker == entry.marker {
                    staleness.staleReads += 1
                    staleness.maxSeconds = max(staleness.maxSeconds, since)
                } else {
                    fresh.insert(entry.marker ?? "")
                    staleness.freshAfterSeconds = min(staleness.freshAfterSeconds ?? since, since)
                }
            }
        }
        // One item that is never seen anew is enough.
        if fresh.count < entries.count { staleness.freshAfterSeconds = nil }
        return staleness
    }

    private func wait(until moment: Timestamp) async throws(DrillError) {
        let remaining = moment - clock.now()
        if remaining > .zero { try await clock.wait(remaining) }
    }
}
