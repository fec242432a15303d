import LoadMetrics

extension MarkPart {
    init(_ verdict: CheckVerdict) {
        switch verdict {
        case .pass: self.init(shape: "pass", word: "passed")
        case .fail: self.init(shape: "fail", word: "failed")
        case .invalid: self.init(shape: "invalid", word: "invalid")
        case .skipped: self.init(shape: "skipped", word: "skipped")
        }
    }
}

extension CheckVerdict {
    /// What needs attention first.
    var severity: Int {
        switch self {
        case .fail: 0
        case .invalid: 1
        case .pass: 2
        case .skipped: 3
        }
    }
}

extension TablePart.Cell {
    static func verdict(_ verdict: CheckVerdict) -> TablePart.Cell {
        TablePart.Cell("", sort: Double(verdict.severity), mark: MarkPart(verdict))
    }

    static func count(_ value: UInt64) -> TablePart.Cell { TablePart.Cell(Figure.count(value), sort: Double(value)) }

    static func milliseconds(_ value: Double, of latency: LatencySummary) -> TablePart.Cell {
        latency.count == 0 ? TablePart.Cell("-", sort: -1) : TablePart.Cell(Figure.milliseconds(value), sort: value)
    }
}
