import Reporting
import Testing
@Test func terminalLook() {
    for r in ExampleReport.named {
        print("== \(r.name)"); print(TerminalSummary.render(r.report, style: .plain, width: 80))
    }
}
