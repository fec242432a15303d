import ExactJSON

/// One line of a function's structured log.
enum LogLine {
    enum Level: String { case info, warn, error }

    static func text(_ level: Level, _ message: String, _ members: [String: JSONValue]) -> String {
        var line = members
        line["level"] = .string(level.rawValue)
        line["message"] = .string(message)
        return JSONValue.object(line).text
    }
}
