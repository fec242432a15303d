import LoadMetrics
package import Verdicts

/// What the command prints when a run is over: read in ten seconds, verdict first, what failed and why last.
package enum TerminalSummary {
    package enum Style: Sendable { case plain, colour }

    /// The summary in lines of at most `width` columns (40 at least), ending in a line feed. Text from outside can
    /// neither move the cursor nor colour anything.
    package static func render(_ report: RunReport, style: Style, width: Int) -> String {
        let width = max(width, 40)
        let blocks = [
            TerminalBlocks.verdict(report, width: width),
            TerminalBlocks.requests(report.result, width: width),
            TerminalBlocks.probes(report.result, width: width)
                + TerminalBlocks.reconciliation(report.result, width: width)
                + TerminalBlocks.generator(report.result, width: width),
            TerminalBlocks.failures(report, width: width),
        ]
        return blocks.filter { !$0.isEmpty }
            .map { block in block.map { $0.fitted(to: width).rendered(style) + "\n" }.joined() }
            .joined(separator: "\n")
    }
}
