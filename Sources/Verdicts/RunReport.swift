package import LoadMetrics

/// The report's JSON: everything measured and everything judged. Reports are functions of this value alone.
package struct RunReport: Codable, Sendable, Equatable {
    package var result: RunResult
    package var judgement: Judgement

    package init(result: RunResult, judgement: Judgement) {
        self.result = result
        self.judgement = judgement
    }

    /// Both halves are written side by side into one object.
    package func encode(to encoder: any Encoder) throws {
        try result.encode(to: encoder)
        try judgement.encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        result = try RunResult(from: decoder)
        judgement = try Judgement(from: decoder)
    }
}
