import StackTemplate

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads a template that the command line names.
enum TemplateFile {
    /// - Parameter name: a path, or `built-in` for this project's own template.
    static func read(_ name: String) throws(TemplateError) -> StackTemplate {
        if name == "built-in" { return try StackTemplate(parsing: BuiltInTemplate.text, file: name) }
        guard let bytes = FileManager.default.contents(atPath: name) else {
            throw TemplateError(
                code: .malformed, message: "cannot read the template \(name): check the path", location: nil)
        }
        return try StackTemplate(parsing: String(decoding: bytes, as: UTF8.self), file: name)
    }
}
