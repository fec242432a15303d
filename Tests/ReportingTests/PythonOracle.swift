import Foundation
import Testing

/// Asks Python's standard library what a reader that is not ours makes of a text.
enum PythonOracle {
    static let isPresent = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// What the page's reader saw.
    struct Page: Decodable, Sendable {
        var errors: [String], open: [String], twice: [String], dangling: [String], urls: [String], handlers: [String]
        var count: [String: Int]
        var text: String
        var sections: [String], endpoints: [String]
        var unlabelled: Int, drawings: Int
        var styleLoads: Bool
    }

    /// What the JUnit file's reader saw.
    struct JUnit: Decodable, Sendable {
        struct Counts: Decodable, Sendable, Equatable { var tests: Int, failures: Int, errors: Int, skipped: Int }
        struct Child: Decodable, Sendable { var tag: String, message: String, text: String }
        struct Case: Decodable, Sendable {
            var suite: String, name: String, className: String
            var children: [Child]
        }
        var tag: String
        var totals: Counts
        var time: Double
        var cases: [Case]
        var suites: [String: Counts]
        var seed: [String]
    }

    /// Runs a script with the text as its input and returns the JSON object that it prints.
    static func ask<Answer: Decodable>(_ script: String, about text: String) throws -> Answer {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let input = directory.appendingPathComponent("input")
        try Data(text.utf8).write(to: input)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, input.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(Answer.self, from: data)
    }

    /// What `html.parser` sees: whether the tags balance, and everything that a page could be wrong or unsafe by.
    static let page = """
        import sys, json, re
        from html.parser import HTMLParser
        VOID = {"meta", "link", "br", "img", "hr", "input"}
        class Page(HTMLParser):
            def __init__(self):
                super().__init__(convert_charrefs=True)
                self.stack, self.errors, self.ids, self.anchors, self.urls = [], [], [], [], []
                self.handlers, self.count, self.text, self.sections, self.endpoints = [], {}, [], [], []
                self.tables, self.captions, self.figures, self.figcaptions, self.drawings = 0, 0, 0, 0, []
            def handle_startendtag(self, tag, attrs):
                self.look(tag, attrs)
            def handle_starttag(self, tag, attrs):
                self.look(tag, attrs)
                if tag not in VOID: self.stack.append(tag)
            def handle_endtag(self, tag):
                if not self.stack or self.stack[-1] != tag: self.errors.append("%s in line %d" % (tag, self.getpos()[0]))
                else: self.stack.pop()
            def look(self, tag, attrs):
                self.count[tag] = self.count.get(tag, 0) + 1
                names = [name for name, _ in attrs]
                if len(names) != len(set(names)): self.errors.append("attribute twice in " + tag)
                for name, value in attrs:
                    if name == "id": self.ids.append(value)
                    if name.startswith("on"): self.handlers.append(name)
                    if name in ("href", "src", "action", "xlink:href", "data", "poster", "srcset"):
                        (self.anchors if (value or "").startswith("#") else self.urls).append(value)
                attributes = dict(attrs)
                if tag == "section": self.sections.append(attributes.get("id"))
                if tag == "th" and "scope" not in attributes: self.errors.append("th without scope")
                if tag == "svg" and attributes.get("role") == "img":
                    self.drawings.append(attributes.get("aria-label") or "")
                    if "data-readings" in attributes: json.loads(attributes["data-readings"])
                if tag == "label": self.anchors.append("#" + attributes.get("for", ""))
                if "data-endpoint" in attributes: self.endpoints.append(attributes["data-endpoint"])
            def handle_data(self, data):
                if self.stack and self.stack[-1] not in ("style", "script"): self.text.append(data)
        source = open(sys.argv[1], encoding="utf-8").read()
        page = Page(); page.feed(source); page.close()
        style = re.search("<style>(.*?)</style>", source, re.S).group(1)
        words = " ".join(" ".join(page.text).split())
        print(json.dumps({
            "errors": page.errors, "open": page.stack, "twice": sorted({i for i in page.ids if page.ids.count(i) > 1}),
            "dangling": [a for a in page.anchors if a[1:] not in page.ids], "urls": page.urls,
            "handlers": page.handlers, "count": page.count, "text": words, "sections": page.sections,
            "endpoints": page.endpoints, "unlabelled": sum(1 for d in page.drawings if len(d) < 10),
            "drawings": len(page.drawings), "styleLoads": bool(re.search(r"url[(]|@import", style)),
        }))
        """

    /// What `xml.etree` sees in a JUnit file.
    static let junit = """
        import sys, json
        import xml.etree.ElementTree as tree
        root = tree.parse(sys.argv[1]).getroot()
        cases = [{"suite": suite.get("name"), "name": case.get("name"), "className": case.get("classname"),
            "children": [{"tag": c.tag, "message": c.get("message"), "text": c.text or ""} for c in case]}
            for suite in root for case in suite.findall("testcase")]
        def numbers(element): return {k: int(element.get(k)) for k in ("tests", "failures", "errors", "skipped")}
        print(json.dumps({"tag": root.tag, "totals": numbers(root), "time": float(root.get("time")), "cases": cases,
            "suites": {suite.get("name"): numbers(suite) for suite in root},
            "seed": [p.get("value") for p in root.iter("property") if p.get("name") == "seed"][:1]}))
        """
}
