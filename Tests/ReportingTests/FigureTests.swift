import Testing

@testable import Reporting

@Suite("Figures") struct FigureTests {
    @Test(
        "milliseconds have three significant digits",
        arguments: [
            (0, "0.00"), (0.126, "0.13"), (9.994, "9.99"), (9.996, "10.0"), (99.94, "99.9"), (99.96, "100"),
            (1234.4, "1,234"), (.infinity, "n/a"), (.nan, "n/a"), (1e300, "1e+300"),
        ] as [(Double, String)])
    func milliseconds(value: Double, text: String) { #expect(Figure.milliseconds(value) == text) }

    @Test(
        "durations are told in the units that a person uses",
        arguments: [
            (0, "0 s"), (0.0004, "0 s"), (0.2, "200 ms"), (0.9996, "1 s"), (41.279, "41.3 s"), (59.94, "59.9 s"),
            (59.96, "1 min"), (61, "1 min 1 s"), (3599.6, "1 h"), (3254, "54 min 14 s"), (7380, "2 h 3 min"),
            (-90, "-1 min 30 s"), (.nan, "n/a"), (1e12, "n/a"),
        ] as [(Double, String)])
    func durations(seconds: Double, text: String) { #expect(Figure.duration(seconds: seconds) == text) }

    @Test(
        "a share that is not nothing is never shown as nothing, nor one that is not all as all",
        arguments: [
            (0, "0%"), (0.0004, "<0.1%"), (0.0007, "0.1%"), (0.314, "31.4%"), (0.5, "50%"), (0.9996, ">99.9%"),
            (1, "100%"), (1.5, "150%"), (.nan, "n/a"),
        ] as [(Double, String)])
    func percent(share: Double, text: String) { #expect(Figure.percent(share) == text) }

    @Test(
        "numbers carry no zeros behind the point",
        arguments: [
            (10, "10"), (9.5, "9.5"), (0.25, "0.25"), (0.001, "0"), (-0.001, "0"), (-2.5, "-2.5"),
            (1_234_567, "1,234,567"),
            (1e18, "1e+18"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) { #expect(Figure.number(value) == text) }

    @Test("counts are grouped by thousands")
    func counts() {
        #expect(
            [0, 999, 1000, -1000, 123_456_789].map { Figure.count($0) } == [
                "0", "999", "1,000", "-1,000", "123,456,789",
            ])
        #expect(Figure.count(UInt64.max) == "18,446,744,073,709,551,615")
        #expect(Figure.count(Int.min) == "-9,223,372,036,854,775,808")
        #expect(Figure.percent(3, of: 0) == "n/a")
    }

    @Test(
        "a latency changes its unit at a second and at a minute",
        arguments: [
            (12.34, "12.3 ms"), (999.4, "999 ms"), (999.6, "1.00 s"), (17_100, "17.1 s"), (90_000, "1 min 30 s"),
        ])
    func latency(milliseconds: Double, text: String) { #expect(Figure.latency(milliseconds: milliseconds) == text) }
}
