import LoadMetrics

/// What a worker does between two moments.
struct WorkerPhase: Sendable {
    enum Model: Sendable {
        /// Iterations start by schedule.
        case open([CompiledLoad])
        /// So many virtual users start their next iteration as soon as one ends.
        case closed(users: Int, duration: UInt64, requests: Range<Int>)
    }

    var model: Model
    /// Monotonic nanoseconds; schedules count from here.
    var start: UInt64
    /// The warm-up's requests show in no figure but the traffic.
    var isRecorded: Bool
    /// Connections to open before the first arrival.
    var openConnections = 0
}

/// What a worker measured over one phase, or all workers after adding.
struct WorkerFigures: Sendable {
    /// One a request name.
    var shards: [RequestShard] = []
    var scheduleLag = LatencyHistogram()
    var traffic = Traffic()
    var iterations: UInt64 = 0
    var dropped: UInt64 = 0
    var connections = 0
    /// Thread time, nanoseconds.
    var cpu: UInt64 = 0
    /// Share of the busiest worker's core.
    var cpuShare = 0.0

    mutating func add(_ other: WorkerFigures) {
        while shards.count < other.shards.count { shards.append(RequestShard()) }
        for index in other.shards.indices { shards[index].add(other.shards[index]) }
        scheduleLag.add(other.scheduleLag)
        traffic.add(other.traffic)
        iterations &+= other.iterations
        dropped &+= other.dropped
        connections += other.connections
        cpu &+= other.cpu
        cpuShare = max(cpuShare, other.cpuShare)
    }

    func summaries(_ plan: LoadPlan) -> [RequestSummary] {
        zip(plan.names, shards).map { name, shard in
            shard.summary(
                name: name.name, method: name.method, showsCache: name.isCached, percentiles: plan.percentiles)
        }
    }

    func total(_ plan: LoadPlan) -> RequestSummary {
        let all = shards.reduce(into: RequestShard()) { $0.add($1) }
        return all.summary(
            name: "total", method: "", showsCache: plan.names.contains(where: \.isCached),
            percentiles: plan.percentiles)
    }

    func health(_ plan: LoadPlan) -> GeneratorHealth {
        GeneratorHealth(
            cpu: cpuShare, scheduleLag: scheduleLag.summary(percentiles: plan.percentiles), dropped: dropped,
            iterations: iterations,
            workers: plan.workers, connections: connections)
    }
}
