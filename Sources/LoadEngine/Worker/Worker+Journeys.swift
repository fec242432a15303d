import CLibcurl
import LoadMetrics

extension Worker {
    /// Starts the iterations that are due; one that finds its load's limit reached is dropped and counted.
    mutating func startArrivals(_ now: UInt64) {
        // What was due before somebody asked to stop still starts: the schedule alone says what was offered.
        let until = min(now, board.stoppedAt)
        for load in loads.indices {
            let begin = phase.start &+ loads[load].start
            while let arrival = upcoming[load], begin &+ arrival.due <= until {
                takeNextArrival(load)
                guard inFlight[load] < limit(load) else {
                    figures.dropped &+= 1
                    secondShard.dropped &+= 1
                    continue
                }
                inFlight[load] += 1
                secondShard.started &+= 1
                let due = begin &+ arrival.due
                startIteration(
                    load: load, number: arrival.number, requests: loads[load].requests(ofArrival: arrival.number),
                    due: due)
            }
        }
    }

    /// Starts the steps whose think time is over.
    mutating func startWaiting(_ now: UInt64) {
        while let due = waiting.earliest, due <= now, let entry = waiting.removeEarliest() {
            let iteration = entry.iteration
            if iterations[iteration].isActive { startRequest(iteration) }
        }
    }

    mutating func startIteration(load: Int, number: UInt64, requests: Range<Int>, due: UInt64) {
        let index: Int
        if let free = freeIterations.popLast() {
            index = free
        } else {
            index = iterations.count
            iterations.append(Iteration())
            for _ in 0..<plan.variableCount { variables.append(CapturedValue()) }
        }
        let seed = load >= 0 ? loads[load].seed : 0
        iterations[index] = Iteration(
            isActive: true, load: load, requests: requests, request: requests.lowerBound, due: due,
            writer: SlotWriter(
                sequence: number, random: SplitMix64(seed: seed, stream: 1, index: number),
                identity: SplitMix64(seed: seed ^ plan.identitySeed, stream: 2, index: number), mark: plan.mark))
        active += 1
        figures.iterations &+= 1
        startRequest(index)
    }

    /// The iteration's current request is due: send it on an open connection or open one for it.
    mutating func startRequest(_ iteration: Int) {
        let now = firedrill_monotonic_nanoseconds()
        let due = iterations[iteration].due
        if phase.isRecorded { figures.scheduleLag.record(now > due ? now - due : 0) }
        while let connection = idle.popLast() {
            // The server may have closed it meanwhile, and the loop not yet have heard of it.
            if now &- connections[connection].idleSince > 10_000_000,
                firedrill_is_quiet(connections[connection].socket) == 0
            {
                close(connection)
                continue
            }
            send(connection, for: iteration, now: now)
            return
        }
        openConnection(for: iteration, now: now)
    }

    /// The request has ended: count it, then go on with the journey or end it.
    ///
    /// - Parameter goesOn: false when the rest of the journey has lost what it needs.
    mutating func finish(
        _ iteration: Int, request: Int, _ outcome: Outcome, isError: Bool, sentAt: UInt64?, now: UInt64, goesOn: Bool
    ) {
        let due = iterations[iteration].due
        let response = now > due ? now - due : 0
        if phase.isRecorded {
            figures.shards[plan.requests[request].name].record(
                outcome, isError: isError, responseTime: response, serviceTime: sentAt.map { now > $0 ? now - $0 : 0 })
            secondShard.requests &+= 1
            if isError { secondShard.errors &+= 1 }
            secondShard.responseTime.record(response)
        }
        guard goesOn, iterations[iteration].request + 1 < iterations[iteration].requests.upperBound else {
            end(iteration, now, afterFailure: !goesOn)
            return
        }
        iterations[iteration].request += 1
        let think = plan.requests[request].thinkMinimum
        let span = plan.requests[request].thinkSpan
        let pause = span == 0 ? think : think &+ iterations[iteration].writer.random.below(span)
        iterations[iteration].due = now &+ pause
        if pause == 0 {
            startRequest(iteration)
        } else {
            waiting.insert(.init(due: now &+ pause, iteration: iteration))
        }
    }

    private mutating func end(_ iteration: Int, _ now: UInt64, afterFailure: Bool = false) {
        let load = iterations[iteration].load
        if load < 0, now < closedEnd, !isDraining {
            // A virtual user of the closed model begins anew at once; after a failure a moment later, or a server that
            // refuses connections would be asked without end in one turn of the loop.
            let pause: UInt64 = afterFailure ? 10_000_000 : 0
            figures.iterations &+= 1
            iterations[iteration].writer.sequence &+= UInt64(plan.workers)
            iterations[iteration].request = iterations[iteration].requests.lowerBound
            iterations[iteration].due = now &+ pause
            if pause == 0 {
                startRequest(iteration)
            } else {
                waiting.insert(.init(due: now &+ pause, iteration: iteration))
            }
            return
        }
        iterations[iteration].isActive = false
        freeIterations.append(iteration)
        active -= 1
        if load >= 0 { inFlight[load] -= 1 }
    }

    /// Ends whatever is still under way when the time for it is over.
    mutating func interruptAll(_ now: UInt64) {
        guard active > 0 else { return }
        isDraining = true
        waiting.removeAll()
        for index in connections.indices where connections[index].iteration >= 0 {
            fail(index, loads.isEmpty ? nil : .interrupted)
        }
        for index in iterations.indices where iterations[index].isActive { end(index, now) }
    }
}
