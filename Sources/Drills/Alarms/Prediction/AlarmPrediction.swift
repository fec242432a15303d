import AWSClients

/// The traffic that leaves an alarm just silent and the traffic that just rings it, worked out from its definition.
struct AlarmPrediction: Sendable, Equatable {
    /// How an alarm comes to ring.
    enum Drive: Sendable, Equatable {
        /// By failing requests.
        case failures
        /// By the number of requests, whatever becomes of them.
        case volume
        /// By requests that stay away.
        case absence
    }

    /// What became of the attempt to work it out.
    enum Outcome: Sendable, Equatable {
        case predicted(AlarmPrediction)
        /// Healthy service breaches the threshold.
        case alwaysOn
        /// The fault that was stated does not move it.
        case notMoved
        /// No traffic can ring it.
        case unreachable(String)
        case obscure(AlarmObscurity)
    }

    var drive: Drive
    /// The last period's requests on either side; the periods before it are as `at` says.
    var budget: FaultBudget
    /// M: breaching periods in a row that it takes.
    var periods: Int
    var periodMinutes: Int
    /// Healthy requests a minute that keep the alarm quiet and let it clear.
    var calm: Int
    /// Healthy requests in the minutes between two periods' requests.
    var between: Int
    /// Healthy requests a minute after the lower side.
    var rest: Int
    /// Minutes from the first request until the alarm rings, and from then until it clears on healthy traffic; the delay of
    /// metrics comes on top. Nil when it never clears.
    var minutesToFire: Int
    var minutesToClear: Int?
    /// False for times, of which only a least value can be caused.
    var isExact: Bool

    /// The minutes of one side, for the case of an index.
    func script(_ last: FaultBudget.Burst, index: Int) -> TrafficScript {
        func minute(_ burst: FaultBudget.Burst) -> TrafficScript.Minute {
            .init(faults: [index: burst.failing], healthy: burst.healthy)
        }
        var minutes: [TrafficScript.Minute] = []
        for _ in 1..<max(1, periods) {
            minutes.append(minute(budget.at))
            minutes += TrafficScript.steady(between, minutes: periodMinutes - 1)
        }
        return TrafficScript(minutes: minutes + [minute(last)])
    }

    /// A whole period without any request comes first: the next one holds just what the script says.
    var wantsSilence: Bool { drive != .absence && between != calm }

    /// Failing requests that it takes to ring, over all periods.
    var failing: Int { budget.at.failing * periods }
}

extension AlarmPrediction {
    /// Healthy requests a minute while nothing else is asked for.
    static let usualCalm = 3
    /// The most healthy requests a minute for the sake of one alarm.
    static let mostCalm = 200
    /// The most failing requests that are looked at to find out what an alarm takes.
    private static let mostFailing = 2000

    /// Works out an alarm's traffic.
    ///
    /// - Parameters:
    ///   - fault: what one failing request adds to the metrics.
    ///   - healthy: what a request that is all right adds.
    static func predict(_ alarm: MetricAlarm, fault: TrafficEffect, healthy: TrafficEffect) -> Outcome {
        guard alarm.periodSeconds >= 60, alarm.periodSeconds % 60 == 0 else {
            return .obscure(
                AlarmObscurity(
                    reason: "has periods of \(alarm.periodSeconds) s, and the services publish by the minute",
                    remedy: "use a period of 60 s or a multiple"))
        }
        let forecast = AlarmForecast(alarm)
        guard forecast.threshold.isFinite else {
            return .obscure(AlarmObscurity(reason: "has no finite threshold", remedy: "set a number"))
        }
        let signal: AlarmSignal
        do throws(AlarmObscurity) { signal = try AlarmSignal(alarm) } catch { return .obscure(error) }
        return Predictor(
            simulation: AlarmSimulation(
                signal: signal, forecast: forecast, periodMinutes: alarm.periodSeconds / 60, effects: [0: fault],
                healthy: healthy)
        ).outcome
    }

    private struct Predictor {
        var simulation: AlarmSimulation

        var forecast: AlarmForecast { simulation.forecast }
        var minutes: Int { simulation.periodMinutes }

        func value(_ failing: Int, _ healthy: Int) -> Double? {
            simulation.value(of: [.init(faults: [0: failing], healthy: healthy)])
        }

        private func calmValue(_ healthy: Int) -> Double? { value(0, healthy * minutes) }

        /// Healthy requests a minute at which the alarm stays quiet.
        private var calm: Int? {
            ([usualCalm] + Array(1...mostCalm)).first { healthy in
                if let value = calmValue(healthy) { return !forecast.breaches(value) }
                return forecast.missing != .breaching
            }
        }

        var outcome: Outcome {
            guard let calm else { return .alwaysOn }
            let search = BudgetSearch(forecast: forecast) { value($0, $1) }
            let metrics = simulation.signal.metrics
            let fault = simulation.effects[0] ?? TrafficEffect()
            let isMoved = metrics.contains { (fault.samples[$0] ?? 0) != (simulation.healthy.samples[$0] ?? 0) }
            if isMoved, let budget = search.byFailures(limit: mostFailing) {
                let isUnsteady = metrics.contains {
                    fault.unsteady.contains($0) || simulation.healthy.unsteady.contains($0)
                }
                guard !(budget.isRatio && isUnsteady) else {
                    return .obscure(
                        AlarmObscurity(
                            reason:
                                "compares a share of invocations, and how many a stream makes of records is not known",
                            remedy: "watch the Sum"))
                }
                return finish(.failures, budget, calm: calm, between: between(budget, calm))
            }
            guard calmValue(calm) != nil else { return isMoved ? tooMany : .notMoved }
            if forecast.ringsAbove {
                guard let budget = search.byVolume() else { return isMoved ? tooMany : .notMoved }
                return finish(.volume, budget, calm: calm, between: between(budget, calm))
            }
            return byAbsence(search)
        }

        /// Other minutes' requests disturb a ratio only where they lie in the same period.
        private func between(_ budget: FaultBudget, _ calm: Int) -> Int { budget.isRatio && minutes > 1 ? 0 : calm }

        private var tooMany: Outcome {
            .unreachable("would need more than \(mostFailing) failing requests in one period")
        }

        private func byAbsence(_ search: BudgetSearch) -> Outcome {
            guard let enough = search.quietRequests(limit: mostCalm * minutes) else { return .notMoved }
            let calm = (enough + minutes - 1) / minutes
            // All minutes of a period go on as before but one, which lacks what brings the period just below.
            let rest = calm * (minutes - 1)
            let (between, last) = enough - 1 > 0 && enough - 1 >= rest ? (calm, enough - 1 - rest) : (0, 0)
            let kept = between == 0 ? enough : last + 1
            let budget = FaultBudget(
                below: .init(failing: 0, healthy: kept, value: value(0, enough)),
                at: .init(failing: 0, healthy: last, value: value(0, between * (minutes - 1) + last)), isRatio: true)
            return finish(.absence, budget, calm: calm, between: between)
        }

        /// Plays both sides through and keeps what rings exactly where it should.
        private func finish(_ drive: Drive, _ budget: FaultBudget, calm: Int, between: Int) -> Outcome {
            var prediction = AlarmPrediction(
                drive: drive, budget: budget, periods: forecast.required, periodMinutes: minutes, calm: calm,
                between: between, rest: between, minutesToFire: 0, minutesToClear: nil,
                isExact: !simulation.signal.metrics.contains {
                    simulation.effects[0]?.bounds.contains($0) == true || simulation.healthy.bounds.contains($0)
                })
            let quiet = TrafficScript.steady(calm, minutes: (forecast.range + 1) * minutes)
            let silence = TrafficScript.steady(0, minutes: prediction.wantsSilence ? minutes - 1 : 0)
            let script = prediction.script(budget.at, index: 0)
            let watch = TrafficScript.steady(between, minutes: minutes * (forecast.range + 1))
            let before = quiet + silence
            let lower = before + prediction.script(budget.below, index: 0).minutes
            let rests = drive == .absence ? [calm] : [between, calm]
            let rest = rests.first { rest in
                let after = TrafficScript.steady(rest, minutes: minutes * (forecast.range + 1))
                return !simulation.run(lower + after).dropFirst(quiet.count).contains { $0.state == .alarm }
            }
            guard let rest else {
                return .obscure(
                    AlarmObscurity(
                        reason: "rings on either side of what its threshold takes: missing data counts as "
                            + "\(forecast.missing.rawValue), and its periods cannot be filled exactly",
                        remedy: "treat missing data as notBreaching, or use periods of a minute"))
            }
            prediction.rest = rest
            let states = simulation.run(before + script.minutes + watch).dropFirst(before.count)
            guard let fired = states.firstIndex(where: { $0.state == .alarm }) else {
                let end = states.last?.state.rawValue ?? ""
                return .unreachable(
                    "goes to \(end) and not to ALARM when traffic stays away: missing data counts as "
                        + "\(forecast.missing.rawValue)")
            }
            let played = fired - before.count + 1
            prediction.minutesToFire = played
            let clearing = TrafficScript.steady(calm, minutes: minutes * (forecast.range + 2))
            let all = before + (script.minutes + watch).prefix(played) + clearing
            let after = simulation.run(all).dropFirst(before.count + played)
            prediction.minutesToClear = after.firstIndex { $0.state == .ok }.map { $0 - before.count - played + 1 }
            return .predicted(prediction)
        }
    }
}
