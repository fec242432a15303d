import Mustache
package import Verdicts

/// `index.html`: the whole run on one page that needs no network, no server and no script to be read.
package enum HTMLReport {
    /// The page as one self-contained HTML document.
    ///
    /// Throws `template` where a template of this room does not parse, which is a fault of the build.
    package static func render(_ report: RunReport) throws(ReportError) -> String {
        let templates = try Self.templates.get()
        guard let html = templates.render(PageModel(report), withTemplate: "page") else {
            throw ReportError(code: .template, message: "the page's template is missing", location: "page")
        }
        return html
    }

    private static let sources: [(name: String, bytes: [UInt8])] = [
        ("page", PackageResources.page_mustache), ("load", PackageResources.load_mustache),
        ("probes", PackageResources.probes_mustache), ("alarms", PackageResources.alarms_mustache),
        ("run", PackageResources.run_mustache), ("table", PackageResources.table_mustache),
        ("facts", PackageResources.facts_mustache), ("figure", PackageResources.figure_mustache),
        ("verdict", PackageResources.verdict_mustache), ("finding", PackageResources.finding_mustache),
    ]

    private static let templates: Result<MustacheLibrary, ReportError> = {
        // The library's own escaping goes by characters and misses a sign that is joined with a mark.
        MustacheContentTypes.register(MarkupContent(), named: "MARKUP")
        var library = MustacheLibrary()
        for (name, bytes) in sources {
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                // Each template, because a partial starts with the library's own content type again.
                try library.register("{{% CONTENT_TYPE:MARKUP}}" + text, named: name)
            } catch {
                return .failure(ReportError(code: .template, message: "\(error)", location: name))
            }
        }
        return .success(library)
    }()

    private struct MarkupContent: MustacheContentType {
        func escapeText(_ text: String) -> String { OutsideText.escapedMarkup(text) }
    }
}
