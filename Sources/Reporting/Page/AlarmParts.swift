import LoadMetrics

/// One alarm's card.
struct AlarmParts {
    var alarmName: String
    var mark: MarkPart
    var evidence: String
    var alarmFacts: [FactPart]
    var sides: TablePart
    var timelineFigure: FigurePart
    var alarmFindings: [FindingPart]
    var eventTable: TablePart

    init(_ alarm: AlarmObservation) {
        alarmName = alarm.name
        mark = MarkPart(alarm.verdict)
        evidence = AlarmWords.evidence(alarm.evidence)
        let cleared = alarm.clearedAfterSeconds.map { "\(Figure.duration(seconds: $0)) later" }
        alarmFacts = [
            FactPart("Metric", alarm.metric),
            FactPart(
                "Condition", "\(alarm.condition), periods of \(Figure.duration(seconds: Double(alarm.periodSeconds)))"),
            FactPart("Fault", alarm.fault),
            FactPart(
                "Fired", alarm.firedAfterSeconds.map { Figure.duration(seconds: $0) + " after the faults" } ?? "no"),
            FactPart("Cleared", cleared ?? (alarm.firedAfterSeconds == nil ? "did not fire" : "no")),
            FactPart(
                "Evaluated",
                alarm.evaluatedDatapoints.isEmpty
                    ? "nothing" : alarm.evaluatedDatapoints.map { Figure.number($0) }.joined(separator: ", "),
                note: "datapoints, as the history has them for its firing"),
            FactPart("Actions", alarm.actions.isEmpty ? "none" : alarm.actions.joined(separator: ", ")),
        ]
        func row(_ name: String, _ side: AlarmObservation.Side?) -> [TablePart.Cell]? {
            side.map {
                [
                    TablePart.Cell(name), TablePart.Cell(Figure.number($0.sent), sort: $0.sent),
                    TablePart.Cell(Figure.count($0.requests)),
                    TablePart.Cell($0.datapoint.map { Figure.number($0) } ?? "none"), TablePart.Cell($0.state),
                    .verdict($0.verdict),
                ]
            }
        }
        sides = TablePart(
            "\(alarm.name): both sides of the threshold", narrow: .three,
            columns: [
                ("Side", "short"), ("Sent", "num"), ("Requests", "num"), ("Datapoint", "num"), ("State", "short"),
                ("Verdict", "short"),
            ],
            rows: [row("below", alarm.belowThreshold), row("at", alarm.atThreshold)].compactMap { $0 })
        timelineFigure = FigurePart(
            figureTitle: "Datapoints, what was sent, and the alarm's state",
            figureNote: "On the target's clock, since the drill began.",
            legend: [
                .init(name: "datapoint", style: "hollow round"), .init(name: "breaching", style: "bad round"),
                .init(name: "faults sent", style: "s2 triangle"), .init(name: "action", style: "action diamond"),
            ],
            drawing: alarm.timeline.isEmpty ? "" : AlarmTimelineChart(alarm: alarm).markup())
        alarmFindings = alarm.findings.map(FindingPart.init)
        eventTable = TablePart(
            "\(alarm.name): events",
            columns: [("Time", "num"), ("Kind", "short"), ("Value", "num"), ("Event", "wide")],
            rows: alarm.timeline.prefix(200).map { event in
                [
                    TablePart.Cell(Figure.duration(seconds: event.second)), TablePart.Cell(event.kind),
                    TablePart.Cell(event.value.map { Figure.number($0) } ?? ""), TablePart.Cell(event.text),
                ]
            })
    }
}

/// Something that is wrong, and what to do about it.
struct FindingPart {
    var resource: String
    var message: String
    var remedy: String?
    var findingID: String

    init(_ finding: Finding) {
        resource = finding.resource
        message = finding.message
        remedy = finding.remedy.isEmpty ? nil : finding.remedy
        findingID = finding.id
    }
}
