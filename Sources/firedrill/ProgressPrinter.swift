import Drills
import Synchronization

/// Shows what a drill is doing: one line that changes in a terminal, plain lines elsewhere.
final class ProgressPrinter: Sendable {
    private let live: Bool
    private let quiet: Bool
    private let width: Int
    private let lineIsOpen = Mutex(false)

    init(live: Bool, quiet: Bool, width: Int) {
        self.live = live
        self.quiet = quiet
        self.width = width
    }

    func show(_ progress: DrillProgress) {
        guard !quiet else { return }
        switch progress {
        case .phase(let name, let detail): line("▸ \(name)\(detail.isEmpty ? "" : ": \(detail)")")
        case .note(let text): line("  \(text)")
        case .warmup(let second, let total): if live { update("  warming up, \(second)/\(total) s") }
        case .load(let second, let total, let rate, let p95, let errors, let inFlight):
            let text =
                "  \(second)/\(total) s  \(Int(rate.rounded())) requests/s  p95 \(Self.milliseconds(p95))  "
                + "errors \(errors)  in flight \(inFlight)"
            if live {
                update(text)
            } else if second % 5 == 0 || second == total {
                line(text)
            }
        }
    }

    /// Ends a line that is still changing.
    func finish() { closeLine() }

    private func line(_ text: String) {
        closeLine()
        Console.print(text)
    }

    private func update(_ text: String) {
        lineIsOpen.withLock { $0 = true }
        Console.write("\r\u{1B}[2K\(text.prefix(width - 1))", to: 1)
    }

    private func closeLine() {
        let wasOpen = lineIsOpen.withLock { open in
            defer { open = false }
            return open
        }
        if wasOpen { Console.write("\n", to: 1) }
    }

    private static func milliseconds(_ value: Double) -> String { "\((value * 10).rounded() / 10) ms" }
}
