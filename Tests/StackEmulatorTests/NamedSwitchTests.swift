import Testing

@testable import StackEmulator

@Suite("Switches by name") struct NamedSwitchTests {
    @Test("each takes its own default and shows what it was set to", arguments: NamedSwitch.all.map(\.name))
    func roundTrip(name: String) throws {
        let fact = try NamedSwitch.named(name)
        var switches = EmulatorSwitches()
        try fact.set(fact.value(in: switches), in: &switches)
        #expect(switches == EmulatorSwitches())
        let other =
            switch fact.value(in: switches) {
            case "true": "false"
            case "false": "true"
            case let value: Int(value).map { String($0 + 1) } ?? value + "!"
            }
        try fact.set(other, in: &switches)
        #expect(fact.value(in: switches) == other)
        #expect(switches != EmulatorSwitches())
    }

    @Test(
        "what a switch does not take is told with what it takes",
        arguments: [
            ("caches-error-answers", "yes", "true or false"), ("refused-invocation-status", "200", "400 to 599"),
            ("evaluation-range-extra-periods", "-1", "0 to 100"), ("throttled-message", "", "a text"),
        ])
    func refusal(name: String, value: String, words: String) throws {
        var switches = EmulatorSwitches()
        let fact = try NamedSwitch.named(name)
        let error = #expect(throws: EmulatorError.self) { try fact.set(value, in: &switches) }
        #expect(error?.message.contains(words) == true)
        #expect(switches == EmulatorSwitches())
    }

    @Test("an unknown name is told with the known ones")
    func unknown() {
        let error = #expect(throws: EmulatorError.self) { _ = try NamedSwitch.named("cache") }
        #expect(error?.message.contains("caches-error-answers") == true)
    }
}
