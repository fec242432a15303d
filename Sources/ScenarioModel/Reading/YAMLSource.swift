import Yams

/// The text of a scenario file as YAML nodes, or why it is no YAML.
enum YAMLSource {
    /// Larger texts are refused: no scenario needs them, and reading must stay cheap.
    static let maximumBytes = 1 << 20
    /// Deepest nesting that is read: the parser recurses for each level.
    static let maximumDepth = 100

    static func root(of yaml: String) -> Result<Node, ScenarioError.Problem> {
        if let problem = sizeProblem(yaml) { return .failure(problem) }
        do {
            guard let node = try compose(yaml: yaml) else {
                return .failure(.init(code: .missing, message: "the file is empty", hint: "start with `version: 1`"))
            }
            return .success(node)
        } catch let error as YamlError {
            return .failure(problem(of: error))
        } catch {
            return .failure(.init(code: .syntax, message: "not YAML: \(error)"))
        }
    }

    /// Over-estimates the nesting from brackets and leading indicators, before a parser sees the text.
    private static func sizeProblem(_ yaml: String) -> ScenarioError.Problem? {
        guard yaml.utf8.count <= maximumBytes else {
            return .init(code: .tooMany, message: "the file is larger than \(maximumBytes) bytes")
        }
        var line = 1
        var brackets = 0
        var indicators = 0
        var leading = true
        for byte in yaml.utf8 {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                (leading, indicators) = (true, 0)
            case UInt8(ascii: " ") where leading: break
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): if leading { indicators += 1 }
            case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
            default: leading = false
            }
            // A brace at the start of a line still leads, so that `- - [ - ...` cannot hide its depth.
            if brackets + indicators > maximumDepth {
                return .init(
                    code: .tooMany, location: SourceLocation(line: line, column: 1),
                    message: "nested deeper than \(maximumDepth) levels")
            }
        }
        return nil
    }

    private static func problem(of error: YamlError) -> ScenarioError.Problem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return .init(
                code: .syntax, location: SourceLocation(mark), message: "malformed YAML: \(problem)",
                hint: "check the indentation and quotes on this line and the one before")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "`\($0)`" }.joined(separator: ", ")
            return .init(
                code: .syntax, location: SourceLocation(context.mark), message: "given twice in one mapping: \(names)",
                hint: "keep one of them")
        case .reader(let problem, let offset, _, _):
            let place = offset.map { " at byte \($0)" } ?? ""
            return .init(code: .syntax, message: "malformed YAML: \(problem)\(place)", hint: "save the file as UTF-8")
        default:
            return .init(code: .syntax, message: "malformed YAML")
        }
    }
}

extension SourceLocation {
    /// libYAML's mark, counted from 1.
    init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 0, column: mark?.column ?? 0)
    }
}
