package import HTTPExchange
package import Timekeeping

/// What the search for an identity may look at, handed in: nothing here reads a file, runs a program or opens a
/// connection by itself.
package struct IdentitySurroundings: Sendable {
    package var environment: [String: String]
    /// The bytes of a file; nil when there is none or it cannot be read.
    package var readFile: @Sendable (String) -> [UInt8]?
    /// Runs a program and hands back its standard output.
    package var runProgram: @Sendable ([String]) async throws(IdentityError) -> [UInt8]
    package var transport: any HTTPTransport
    package var now: @Sendable () -> Timestamp
    package var pause: @Sendable (Duration) async -> Void

    package init(
        environment: [String: String], readFile: @escaping @Sendable (String) -> [UInt8]?,
        runProgram: @escaping @Sendable ([String]) async throws(IdentityError) -> [UInt8],
        transport: any HTTPTransport, now: @escaping @Sendable () -> Timestamp = Timestamp.system,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = environment
        self.readFile = readFile
        self.runProgram = runProgram
        self.transport = transport
        self.now = now
        self.pause = pause
    }

    /// A variable's value; nil when it is not set or empty.
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A path with `~` and `$NAME` filled in.
    func expanded(_ path: String) -> String {
        var result = ""
        var rest = path[...]
        while let sign = rest.firstIndex(of: "$") {
            result += rest[..<sign]
            rest = rest[rest.index(after: sign)...]
            let braced = rest.hasPrefix("{")
            let name = (braced ? rest.dropFirst() : rest).prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            let after = name.endIndex
            let closes = !braced || (after < rest.endIndex && rest[after] == "}")
            if let value = environment[String(name)], !name.isEmpty, closes {
                result += value
                rest = rest[(braced ? rest.index(after: after) : after)...]
            } else {
                result += "$"
            }
        }
        result += rest
        if let home = environment["HOME"], result == "~" || result.hasPrefix("~/") { return home + result.dropFirst() }
        return result
    }

    /// A file as text; nil when there is none.
    ///
    /// - Throws: `IdentityError` when it is not UTF-8.
    func text(_ path: String) throws(IdentityError) -> String? {
        guard let bytes = readFile(expanded(path)) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw IdentityError(.badConfiguration, "\(path) is not UTF-8 text")
        }
        return text
    }
}
