package import StackTemplate

/// What was judged, with its findings, ready to be told in one form or another.
package struct WiringReport: Sendable {
    /// A finding with its place in the template's file, where there is one.
    package struct Entry: Sendable, Equatable {
        package var finding: WiringFinding
        package var location: TemplateLocation?
        /// What the place is called: its resource's type, or nothing.
        package var resourceType: String?
    }

    /// The template's file or the stack's name.
    package var subject: String
    package var entries: [Entry]
    package var gaps: [String]
    /// How many rules were asked.
    package var rules: Int
    package var alarms: Int

    /// - Parameters:
    ///   - template: the file that the subject was read from, for lines; nil for a stack read from AWS.
    package init(_ subject: WiringSubject, findings: [WiringFinding], template: StackTemplate?) {
        self.subject = subject.name
        entries = findings.map { finding in
            Entry(
                finding: finding, location: template?.location(of: finding.place),
                resourceType: subject.resource(finding.place.logicalID)?.type)
        }
        gaps = subject.gaps
        rules = WiringRules.all.count
        alarms = subject.alarms.count
    }

    package var errors: [Entry] { entries.filter { $0.finding.severity == .error } }
    package var advice: [Entry] { entries.filter { $0.finding.severity == .advice } }
}
