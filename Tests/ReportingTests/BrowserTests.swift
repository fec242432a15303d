import Foundation
import Testing

@testable import Reporting

private enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// The page in a real browser: its script runs, nothing is wider than a phone.
@Suite(
    "HTML report in Chromium", .enabled(if: Browser.path != nil, "needs Chromium, Debian's package chromium"))
struct BrowserTests {
    /// The page's document after it was loaded and its script ran, and what it wrote to the console.
    private static func load(_ html: String) throws -> (document: String, console: [Substring]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = folder.appendingPathComponent("page.html")
        try Data(html.utf8).write(to: page)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Browser.path))
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
            "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=2000", "--dump-dom", page.absoluteString,
        ]
        // Files, not pipes: a pipe that nobody empties would hold the browser up.
        let output = folder.appendingPathComponent("out"), log = folder.appendingPathComponent("log")
        for file in [output, log] { #expect(FileManager.default.createFile(atPath: file.path, contents: nil)) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        process.waitUntilExit()
        let document = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        let lines = String(decoding: try Data(contentsOf: log), as: UTF8.self).split(separator: "\n")
        return (document, lines.filter { $0.contains(":CONSOLE:") })
    }

    @Test(
        "the script runs without a word on the console and makes charts and tables usable",
        arguments: ["hostile"])
    func script(name: String) throws {
        let report = try #require(ExampleReport.named.first { $0.name == name }?.report)
        let html = try HTMLReport.render(report)
        let (document, console) = try Self.load(html)
        #expect(console.isEmpty, "\(console)")
        #expect(document.contains("<html lang=\"en\" class=\"js\">"))
        // Every chart that has readings can be reached by the keyboard.
        let charts = html.ranges(of: "data-readings=").count
        #expect(charts > 15)
        #expect(document.ranges(of: "tabindex=\"0\"").count == charts)
        #expect(document.ranges(of: "<button type=\"button\">").count > 15)
    }

    @Test("nothing is wider than a phone's 390 pixels", arguments: ["failed", "hostile"])
    func narrow(name: String) throws {
        let report = try #require(ExampleReport.named.first { $0.name == name }?.report)
        let page = OutsideText.escapedMarkup(try HTMLReport.render(report))
        let (document, _) = try Self.load(
            """
            <!doctype html><iframe style="width:390px;height:900px;border:0" srcdoc="\(page)"></iframe>
            <script>onload = function () {
              var inner = document.querySelector("iframe").contentDocument.documentElement;
              document.title = inner.clientWidth + " holds " + inner.scrollWidth;
            }</script>
            """)
        let title = try #require(document.firstMatch(of: /<title>([0-9]+) holds ([0-9]+)<\/title>/))
        let (room, taken) = (try #require(Int(title.output.1)), try #require(Int(title.output.2)))
        #expect((370...390).contains(room))
        #expect(taken <= room)
    }
}
