/// A place in the scenario file, both from 1; 0 where none is known.
package struct SourceLocation: Sendable, Equatable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int = 0, column: Int = 0) {
        self.line = line
        self.column = column
    }

    package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Everything that is wrong with a scenario file, in the order of the file.
package struct ScenarioError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreadable, syntax, missing, unknownKey, wrongType, outOfRange, unknownName, badTemplate, undefinedVariable
        case badExpression, notSupportedYet, tooMany
    }

    package struct Problem: Sendable, Equatable {
        package var code: Code
        package var location: SourceLocation
        /// What is wrong and what was expected.
        package var message: String
        /// What to write instead, where that can be guessed.
        package var hint: String?

        package var line: Int { location.line }
        package var column: Int { location.column }

        package init(code: Code, location: SourceLocation = SourceLocation(), message: String, hint: String? = nil) {
            self.code = code
            self.location = location
            self.message = message
            self.hint = hint
        }
    }

    package var file: String
    package var problems: [Problem]

    package init(file: String, problems: [Problem]) {
        self.file = file
        self.problems = problems
    }

    /// One line a problem: `checkout.yml:14:9: message (hint)`.
    package var description: String {
        problems.map { problem in
            let place = problem.line > 0 ? "\(file):\(problem.line):\(problem.column)" : file
            return "\(place): \(problem.message)" + (problem.hint.map { " (\($0))" } ?? "")
        }.joined(separator: "\n")
    }
}
