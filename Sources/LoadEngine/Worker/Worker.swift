import CLibcurl
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import LoadMetrics

/// One thread's whole state: its loop, connections, journeys and figures. It shares nothing that is written to for
/// each request but the table of origin markers.
struct Worker: ~Copyable {
    let plan: LoadPlan
    /// This worker takes the arrivals whose number divided by `workers` leaves `number`.
    let number: Int
    let board: ProgressBoard
    let markers: OriginMarkers
    let resolved: UnsafeMutablePointer<curl_slist>?

    let epoll: Int32
    let timer: Int32
    let multi: UnsafeMutableRawPointer
    let multiState: UnsafeMutablePointer<firedrill_multi_state>
    let input: UnsafeMutableRawBufferPointer
    let events: UnsafeMutablePointer<firedrill_event>

    static let timerToken: UInt64 = 1 << 62
    static let wakeupToken: UInt64 = 1 << 61
    static let curlToken: UInt64 = FIREDRILL_CURL_SOCKET
    /// What a read or write gives that would have to wait.
    static let again = -Int(EAGAIN)
    static let eventCapacity = 128
    /// How often requests are looked over for those that take too long.
    static let scanInterval: UInt64 = 50_000_000

    var output = OutputBuffer()
    var scratch = OutputBuffer()
    var connections: [Connection] = []
    /// Open and unused, the one used last on top: it is the least likely to be closed by the server.
    var idle: [Int] = []
    var vacant: [Int] = []
    var iterations: [Iteration] = []
    var freeIterations: [Int] = []
    /// Every iteration's variables, side by side.
    var variables: [CapturedValue] = []
    var waiting = DueHeap()

    var phase = WorkerPhase(model: .open([]), start: 0, isRecorded: false)
    var loads: [CompiledLoad] = []
    var schedules: [ArrivalSchedule] = []
    var upcoming: [ArrivalSchedule.Arrival?] = []
    var inFlight: [Int] = []
    var active = 0
    var isDraining = false
    var closedEnd: UInt64 = 0
    var nextScan: UInt64 = 0
    var armedTimer: UInt64 = .max
    var second = 0
    var secondShard = SecondShard()
    var figures: WorkerFigures

    /// Nil when the system has no descriptors left.
    init?(plan: LoadPlan, number: Int, board: ProgressBoard, markers: OriginMarkers, resolved: String?) {
        let epoll = firedrill_epoll_create()
        let timer = firedrill_timer_create()
        guard CurlEnvironment.isReady, epoll >= 0, timer >= 0, let multi = curl_multi_init() else { return nil }
        self.plan = plan
        self.number = number
        self.board = board
        self.markers = markers
        self.resolved = resolved.flatMap { curl_slist_append(nil, $0) }
        self.epoll = epoll
        self.timer = timer
        self.multi = multi
        multiState = .allocate(capacity: 1)
        multiState.initialize(to: firedrill_multi_state(epoll: epoll, deadline: .max))
        firedrill_multi_attach(multi, multiState)
        input = .allocate(byteCount: 65_536, alignment: 64)
        events = .allocate(capacity: Self.eventCapacity)
        figures = WorkerFigures(shards: plan.names.map { _ in RequestShard() })
        firedrill_epoll_set(epoll, timer, Self.timerToken, 1, 0, 1)
        firedrill_epoll_set(epoll, board.wakeup, Self.wakeupToken, 1, 0, 1)
    }

    deinit {
        for connection in connections {
            if let handle = connection.handle {
                curl_multi_remove_handle(multi, handle)
                curl_easy_cleanup(handle)
            }
        }
        curl_multi_cleanup(multi)
        curl_slist_free_all(resolved)
        firedrill_close(timer)
        firedrill_close(epoll)
        multiState.deallocate()
        input.deallocate()
        events.deallocate()
    }

    /// Carries out one phase on the calling thread and returns what was measured.
    mutating func run(_ phase: WorkerPhase) -> WorkerFigures {
        firedrill_exact_timers()
        begin(phase)
        let cpu = firedrill_thread_cpu_nanoseconds()
        let began = firedrill_monotonic_nanoseconds()
        for _ in 0..<phase.openConnections { openConnection(for: -1, now: began) }
        var now = began
        while true {
            startArrivals(now)
            startWaiting(now)
            if now >= multiState.pointee.deadline {
                multiState.pointee.deadline = .max
                firedrill_multi_act(multi, -1, 0, 0)
                takeOpened()
            }
            if now >= nextScan { scan(now) }
            if phase.isRecorded { rollSecond(now) }
            if isOver(now) { break }
            armTimer(now)
            waitForEvents()
            now = firedrill_monotonic_nanoseconds()
        }
        interruptAll(firedrill_monotonic_nanoseconds())
        let ended = firedrill_monotonic_nanoseconds()
        if phase.isRecorded { publishSecond() }
        figures.cpu = firedrill_thread_cpu_nanoseconds() &- cpu
        figures.cpuShare = ended > began ? Double(figures.cpu) / Double(ended - began) : 0
        figures.connections = connections.reduce(0) { $0 + ($1.state == .closed ? 0 : 1) }
        return figures
    }

    private mutating func begin(_ phase: WorkerPhase) {
        self.phase = phase
        figures = WorkerFigures(shards: plan.names.map { _ in RequestShard() })
        isDraining = board.stoppedAt != .max
        nextScan = 0
        armedTimer = .max
        (second, secondShard) = (0, SecondShard())
        switch phase.model {
        case .open(let loads):
            self.loads = loads
            schedules = loads.map(\.schedule)
            upcoming = loads.map { _ in nil }
            for index in loads.indices { takeNextArrival(index) }
            inFlight = loads.map { _ in 0 }
        case .closed(let users, let duration, let requests):
            loads = []
            schedules = []
            upcoming = []
            inFlight = []
            closedEnd = phase.start &+ duration
            let share = users / plan.workers + (number < users % plan.workers ? 1 : 0)
            for user in 0..<share {
                startIteration(load: -1, number: UInt64(user), requests: requests, due: phase.start)
            }
        }
    }

    /// Every `workers`-th arrival is this worker's.
    mutating func takeNextArrival(_ load: Int) {
        while let arrival = schedules[load].next() {
            if arrival.number % UInt64(plan.workers) == UInt64(number) {
                upcoming[load] = arrival
                return
            }
        }
        upcoming[load] = nil
    }

    /// This worker's part of a load's limit.
    func limit(_ load: Int) -> Int {
        let all = loads[load].maxInFlight
        return all / plan.workers + (number < all % plan.workers ? 1 : 0)
    }

    private func isOver(_ now: UInt64) -> Bool {
        guard active > 0 else {
            if loads.isEmpty { return true }
            return isDraining || upcoming.allSatisfy { $0 == nil }
        }
        if loads.isEmpty { return now >= closedEnd }
        let stopped = board.stoppedAt
        for (index, load) in loads.enumerated() {
            guard inFlight[index] > 0 else { continue }
            let lastArrival = min(phase.start &+ load.start &+ load.duration, stopped)
            if now < lastArrival &+ load.gracefulStop || (!isDraining && upcoming[index] != nil) { return false }
        }
        return isDraining || upcoming.allSatisfy { $0 == nil }
    }

    // MARK: Time

    private mutating func armTimer(_ now: UInt64) {
        var wake = min(multiState.pointee.deadline, max(nextScan, now))
        if !isDraining {
            for (index, arrival) in upcoming.enumerated() {
                if let arrival { wake = min(wake, phase.start &+ loads[index].start &+ arrival.due) }
            }
        }
        if let due = waiting.earliest { wake = min(wake, due) }
        if loads.isEmpty { wake = min(wake, closedEnd) }
        if phase.isRecorded { wake = min(wake, phase.start &+ UInt64(second + 1) &* 1_000_000_000) }
        // Arming is a system call: a timer that fires too early costs less than setting it anew each time.
        if wake < armedTimer || armedTimer <= now {
            armedTimer = max(wake, 1)
            firedrill_timer_set(timer, armedTimer)
        }
    }

    private mutating func waitForEvents() {
        let count = firedrill_epoll_wait(epoll, events, Int32(Self.eventCapacity), -1)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let event = events[index]
            switch event.token {
            case Self.timerToken:
                firedrill_timer_clear(timer)
                armedTimer = .max
            case Self.wakeupToken:
                // It stays readable, so that every worker hears of it; once is enough for this one.
                firedrill_epoll_remove(epoll, board.wakeup)
                isDraining = true
            case let token where token & Self.curlToken != 0:
                firedrill_multi_act(
                    multi, Int32(truncatingIfNeeded: token), Int32(event.readable), Int32(event.writable))
                takeOpened()
            default:
                let connection = Int(event.token)
                if event.writable != 0, connections[connection].state == .sending { sendRest(connection) }
                if event.readable != 0 { receive(connection) }
            }
        }
    }

    /// Fails what takes too long.
    private mutating func scan(_ now: UInt64) {
        nextScan = now &+ Self.scanInterval
        for index in connections.indices {
            switch connections[index].state {
            case .opening, .sending, .waiting:
                if connections[index].deadline <= now { fail(index, .timeout) }
            case .idle, .closed: break
            }
        }
    }

    /// Closes the second that has passed.
    private mutating func rollSecond(_ now: UInt64) {
        guard now > phase.start else { return }
        let current = Int((now - phase.start) / 1_000_000_000)
        while second < current { publishSecond() }
    }

    private mutating func publishSecond() {
        board.publish(second: second, shard: secondShard, inFlight: active, worker: number)
        second += 1
        secondShard = SecondShard()
    }
}
