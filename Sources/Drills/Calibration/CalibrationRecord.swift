package import ExactJSON

/// What AWS was seen to do where nobody has documented it, under the names of the emulator's switches.
package struct CalibrationRecord: Sendable, Equatable {
    package struct Fact: Sendable, Equatable {
        /// The switch's name; nil for what only informs.
        package var name: String
        /// As the switch takes it; nil when it could not be seen.
        package var value: String?
        /// What was seen, or why it could not be.
        package var evidence: String
        /// Set in the emulator by it.
        package var isSwitch: Bool

        package init(name: String, value: String?, evidence: String, isSwitch: Bool = true) {
            self.name = name
            self.value = value
            self.evidence = evidence
            self.isSwitch = isSwitch
        }
    }

    package var recordedAt: String
    package var stack: String
    package var region: String
    package var facts: [Fact]

    package init(recordedAt: String, stack: String, region: String, facts: [Fact]) {
        self.recordedAt = recordedAt
        self.stack = stack
        self.region = region
        self.facts = facts
    }

    /// The file's content.
    package var json: JSONValue {
        func pairs(_ facts: [Fact]) -> JSONValue {
            .object(
                Dictionary(facts.compactMap { fact in fact.value.map { (fact.name, .string($0)) } }) { _, last in last }
            )
        }
        return [
            "version": 1, "recordedAt": .string(recordedAt), "stack": .string(stack), "region": .string(region),
            "switches": pairs(facts.filter(\.isSwitch)), "figures": pairs(facts.filter { !$0.isSwitch }),
            "evidence": .object(
                Dictionary(facts.map { ($0.name, JSONValue.string($0.evidence)) }) { _, last in last }),
        ]
    }

    /// The switches that a file sets, in order of their names.
    ///
    /// - Throws: `DrillError` when the text is no record of this version.
    package static func switches(in text: String) throws(DrillError) -> [(name: String, value: String)] {
        guard let json = try? JSONValue(parsing: text), json["version"]?.intValue == 1,
            let switches = json["switches"]?.objectValue
        else {
            throw DrillError(
                code: .configuration,
                message:
                    "this is no calibration: a JSON object with version 1 and switches, as firedrill calibrate writes it"
            )
        }
        var read: [(name: String, value: String)] = []
        for (name, value) in switches.sorted(by: { $0.key < $1.key }) {
            guard let text = value.stringValue else {
                throw DrillError(code: .configuration, message: "the calibration's switch \(name) is no text")
            }
            read.append((name, text))
        }
        return read
    }
}
