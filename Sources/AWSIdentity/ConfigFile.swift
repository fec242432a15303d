/// A file of the shared AWS configuration, read as Python's configuration parser reads it, which the AWS CLI is built on:
/// a key's value goes on in lines that are indented deeper, `#` and `;` start comments at a line's beginning only, a
/// section or key that comes twice is an error, and `[DEFAULT]` counts for every section.
package struct ConfigFile: Sendable, Equatable {
    /// What stands behind a key: text, or settings of its own in indented lines.
    package enum Value: Sendable, Equatable {
        case text(String)
        case settings([String: String])
    }

    /// Settings by section; keys are in lower case.
    package private(set) var sections: [String: [String: Value]]

    /// - Throws: `IdentityError` that names the line.
    package init(_ text: String, path: String) throws(IdentityError) {
        var reader = Reader(path: path)
        // A carriage return ends a line too, as in Python's universal newlines.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            try reader.read(line)
        }
        sections = try reader.finished()
    }

    package init() { sections = [:] }

    private struct Reader {
        var path: String
        var lineNumber = 0
        var sections: [String: [String: [String]]] = [:]
        /// Nil before the first section's header.
        var section: String?
        var key: String?
        var indentation = 0

        init(path: String) { self.path = path }

        mutating func read(_ line: Substring) throws(IdentityError) {
            lineNumber += 1
            // A byte order mark is no part of the first section's name.
            let line = lineNumber == 1 && line.unicodeScalars.first == "\u{FEFF}" ? line.dropFirst() : line
            let content = line.trimmingSpace
            if content.isEmpty {
                if let section, let key { sections[section]?[key]?.append("") }
                return
            }
            if content.hasPrefix("#") || content.hasPrefix(";") { return }
            let depth = line.prefix { $0.isWhitespace }.count
            if let section, let key, depth > indentation {
                sections[section]?[key]?.append(String(content))
                return
            }
            indentation = depth
            if content.hasPrefix("["), let end = content.lastIndex(of: "]"),
                content.index(after: content.startIndex) < end
            {
                try begin(String(content[content.index(after: content.startIndex)..<end]))
            } else {
                try set(content)
            }
        }

        private mutating func begin(_ name: String) throws(IdentityError) {
            if name == "DEFAULT" {
                sections[name, default: [:]] = sections[name] ?? [:]
            } else if sections.updateValue([:], forKey: name) != nil {
                throw fault("the section [\(name)] is there twice")
            }
            section = name
            key = nil
        }

        private mutating func set(_ content: Substring) throws(IdentityError) {
            guard let section else { throw fault("a setting before the first [section]") }
            guard let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }), sign != content.startIndex else {
                throw fault("neither a [section] nor a key = value")
            }
            let name = content[..<sign].trimmingSpace.lowercased()
            let value = String(content[content.index(after: sign)...].trimmingSpace)
            guard sections[section]?.updateValue([value], forKey: name) == nil else {
                throw fault("\(name) is there twice in [\(section)]")
            }
            key = name
        }

        func finished() throws(IdentityError) -> [String: [String: Value]] {
            var common: [String: Value] = [:]
            for (key, lines) in sections["DEFAULT"] ?? [:] { common[key] = try value(lines, of: key) }
            var values: [String: [String: Value]] = [:]
            for (name, settings) in sections where name != "DEFAULT" {
                values[name] = common
                for (key, lines) in settings { values[name]?[key] = try value(lines, of: key) }
            }
            return values
        }

        private func value(_ lines: [String], of key: String) throws(IdentityError) -> Value {
            var lines = lines
            while lines.count > 1, lines.last == "" { lines.removeLast() }
            guard lines.count > 1, lines.first == "" else { return .text(lines.joined(separator: "\n")) }
            var settings: [String: String] = [:]
            for line in lines where !line.isEmpty {
                guard let sign = line.firstIndex(of: "=") else {
                    throw IdentityError(
                        .badConfiguration, "\(path): the line `\(line)` below \(key) is no key = value")
                }
                settings[String(line[..<sign].trimmingSpace)] = String(line[line.index(after: sign)...].trimmingSpace)
            }
            return .settings(settings)
        }

        private func fault(_ message: String) -> IdentityError {
            IdentityError(.badConfiguration, "\(path), line \(lineNumber): \(message)")
        }
    }
}

extension Substring {
    var trimmingSpace: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
