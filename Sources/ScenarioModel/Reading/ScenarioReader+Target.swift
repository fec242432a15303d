import Yams

extension ScenarioReader {
    func target(_ node: Node) -> TargetSpecification? {
        guard
            let fields = fields(node, "target", keys: ["emulator", "stack", "baseURL"], later: ["auth"])
        else { return nil }
        guard fields.values.count == 1 else {
            report(
                .missing, node, "target needs exactly one of `emulator`, `stack` and `baseURL`",
                hint: "write `target: { emulator: {} }`")
            return nil
        }
        if let emulator = fields["emulator"] { return .emulator(self.emulator(emulator)) }
        if let stack = fields["stack"] { return self.stack(stack).map { .stack($0) } }
        return fields["baseURL"].flatMap { baseURL($0) }.map { .baseURL($0) }
    }

    private func emulator(_ node: Node) -> EmulatorSpecification {
        var emulator = EmulatorSpecification()
        // `emulator:` with nothing behind it is the same as `{}`.
        if let scalar = node.scalar, Self.isNull(scalar) { return emulator }
        guard
            let fields = fields(
                node, "target.emulator", keys: ["template", "parameters", "functions", "assets", "pythonEnv"])
        else { return emulator }
        emulator.template = fields["template"].flatMap { setting($0, "template") }
        emulator.parameters = fields["parameters"].map { settings($0, "parameters") } ?? [:]
        emulator.functions = fields["functions"].map { settings($0, "functions") } ?? [:]
        emulator.assets = fields["assets"].flatMap { setting($0, "assets") }
        emulator.pythonEnvironment = fields["pythonEnv"].flatMap { setting($0, "pythonEnv") }
        return emulator
    }

    private func settings(_ node: Node, _ what: String) -> [String: String] {
        var settings: [String: String] = [:]
        for (name, _, value) in entries(node, what) ?? [] {
            settings[name] = setting(value, "\(what).\(name)")
        }
        return settings
    }

    private func stack(_ node: Node) -> StackSpecification? {
        if node.scalar != nil { return setting(node, "target.stack").map { StackSpecification(name: $0) } }
        guard
            let fields = fields(
                node, "target.stack", keys: ["name", "region", "profile", "endpointURL", "api", "stage", "apiURL"]),
            let name = required(fields, "name", "target.stack").flatMap({ setting($0, "name") })
        else { return nil }
        var stack = StackSpecification(name: name)
        stack.region = fields["region"].flatMap { setting($0, "region") }
        stack.profile = fields["profile"].flatMap { setting($0, "profile") }
        stack.endpointURL = fields["endpointURL"].flatMap { baseURL($0) }
        stack.api = fields["api"].flatMap { setting($0, "api") }
        stack.stage = fields["stage"].flatMap { setting($0, "stage") }
        stack.apiURL = fields["apiURL"].flatMap { baseURL($0) }
        return stack
    }

    /// An absolute http or https URL without query, as a prefix for paths: its trailing slashes are taken off.
    private func baseURL(_ node: Node) -> String? {
        guard let text = setting(node, "baseURL") else { return nil }
        if let reason = BaseURL.fault(text) {
            // The text as written: filled in, it might hold a secret.
            report(
                .outOfRange, node, "\(Self.shown(node)) is no base URL: \(reason)",
                hint: "write https://host/stage")
            return nil
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }
}

/// Rules for the URL that request paths are put behind.
package enum BaseURL {
    /// Why a text cannot be a base URL; nil when it can.
    package static func fault(_ text: String) -> String? {
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lower.hasPrefix($0) }) else {
            return "it must start with http:// or https://"
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            return "it holds a space or a character that must be percent-encoded"
        }
        if text.contains("?") || text.contains("#") { return "it may have no query and no fragment" }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        if authority.contains("@") { return "it may hold no user name" }
        // An IPv6 address has its colons in brackets.
        let host: Substring
        let port: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return "the address lacks its closing bracket" }
            host = authority[authority.index(after: authority.startIndex)..<end]
            port = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority.dropFirst(host.count)
        }
        if host.isEmpty { return "it names no host" }
        if !port.isEmpty {
            guard port.first == ":", let number = UInt16(port.dropFirst()), number > 0 else {
                return "the port must be 1 to 65535"
            }
        }
        return nil
    }
}
