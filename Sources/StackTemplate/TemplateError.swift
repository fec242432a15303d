/// A place in a template file; lines and columns start at 1.
package struct TemplateLocation: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// Why a template cannot be read or resolved.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of mistake, for programs.
    package enum Code: String, Sendable {
        /// The text is no YAML or JSON, or a section has the wrong shape.
        case malformed
        /// Valid CloudFormation that is not understood here.
        case unsupported
        /// A name that nothing in the template declares.
        case unknownName
        /// A parameter that is missing, unknown or outside its constraints.
        case parameter
        /// Resources or conditions that need each other.
        case cycle
        /// A value that a function or a property cannot take.
        case value
    }

    package var code: Code
    package var message: String
    /// Where in the template to look; nil when the mistake is outside of it, such as a parameter that it does not have.
    package var location: TemplateLocation?

    /// CloudFormation's own words for the mistake, where they are known.
    package var wordsOfCloudFormation: String?

    package init(code: Code, message: String, location: TemplateLocation?, wordsOfCloudFormation: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.wordsOfCloudFormation = wordsOfCloudFormation
    }

    /// What CloudFormation's answers say of the mistake.
    package var cloudFormationMessage: String { wordsOfCloudFormation ?? "Template format error: \(message)" }

    package var description: String { location.map { "\($0): \(message)" } ?? message }
}
