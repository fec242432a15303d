import ScenarioModel
import Testing

@testable import LoadEngine

@Suite("ArrivalSchedule")
struct ArrivalScheduleTests {
    private func schedule(_ rate: Rate, _ arrivals: LoadSpecification.Arrivals, seconds: UInt64, seed: UInt64 = 1)
        -> [ArrivalSchedule.Arrival]
    {
        Array(ArrivalSchedule(rate: rate, arrivals: arrivals, limit: seconds * 1_000_000_000, seed: seed))
    }

    @Test("uniform arrivals are evenly spaced and never drift", arguments: [1, 3, 7, 40, 1000, 9999] as [Int64])
    func uniform(perSecond: Int64) {
        let arrivals = schedule(.perSecond(perSecond), .uniform, seconds: 10)
        #expect(arrivals.count == Int(perSecond) * 10)
        for (index, arrival) in arrivals.enumerated() {
            #expect(arrival.number == UInt64(index))
            #expect(arrival.due == UInt64(index) * 1_000_000_000 / UInt64(perSecond))
        }
    }

    @Test(
        "slow rates have their fraction",
        arguments: [
            (Rate(count: 5, periodNanoseconds: 60_000_000_000), 5),
            (Rate(count: 2500, periodNanoseconds: 1_000_000_000_000), 150),
        ])
    func fractions(rate: Rate, inAMinute: Int) {
        #expect(schedule(rate, .uniform, seconds: 60).count == inAMinute)
    }

    @Test("Poisson arrivals have the rate's mean and a Poisson count's spread", arguments: [1, 2, 3] as [UInt64])
    func poisson(seed: UInt64) {
        let seconds = 400
        let arrivals = schedule(.perSecond(50), .poisson, seconds: UInt64(seconds), seed: seed)
        #expect(zip(arrivals, arrivals.dropFirst()).allSatisfy { $0.due <= $1.due })
        var counts = [Double](repeating: 0, count: seconds)
        for arrival in arrivals { counts[Int(arrival.due / 1_000_000_000)] += 1 }
        let mean = counts.reduce(0, +) / Double(seconds)
        let variance = counts.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(seconds - 1)
        // Four standard errors: of the mean sqrt(50/400), of the variance 50 * sqrt(2/399).
        #expect(abs(mean - 50) < 1.42, "seed \(seed)")
        #expect(abs(variance - 50) < 14.2, "seed \(seed)")
    }

    @Test("the same seed gives the same arrivals, another seed others")
    func seeds() {
        let first = schedule(.perSecond(100), .poisson, seconds: 5, seed: 42)
        #expect(first == schedule(.perSecond(100), .poisson, seconds: 5, seed: 42))
        #expect(first != schedule(.perSecond(100), .poisson, seconds: 5, seed: 43))
    }

    @Test("the mix follows its weights and the arrival's number alone")
    func mix() {
        let load = CompiledLoad(
            schedule: ArrivalSchedule(rate: .perSecond(1), arrivals: .uniform, limit: 1, seed: 1), start: 0,
            duration: 1, gracefulStop: 0, maxInFlight: 1,
            mix: [.init(requests: 0..<1, upTo: 70), .init(requests: 1..<3, upTo: 100)], seed: 9)
        let picks = (0..<10_000).map { load.requests(ofArrival: UInt64($0)) }
        let share = Double(picks.filter { $0 == 0..<1 }.count) / 10_000
        #expect(abs(share - 0.7) < 0.02)
        #expect(picks == (0..<10_000).map { load.requests(ofArrival: UInt64($0)) })
    }
}
