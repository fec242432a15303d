import StackTemplate
import Testing

@testable import Wiring

/// The built-in template with replacements made in its text, each of which must apply.
func brokenTemplate(_ changes: [(String, String)] = []) throws -> StackTemplate {
    var text = BuiltInTemplate.text
    for (old, new) in changes {
        try #require(text.contains(old), "the template no longer holds what this test breaks: \(old)")
        text = text.replacing(old, with: new)
    }
    return try StackTemplate(parsing: text, file: "template.yaml")
}

func findings(
    _ changes: [(String, String)] = [], promises: WiringPromises = .none
) throws -> [WiringFinding] {
    let subject = try WiringSubject(template: brokenTemplate(changes), parameters: [:])
    return WiringRules.findings(in: subject, promises: promises)
}
