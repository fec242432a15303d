import EmulatorCore

/// What names of one kind may be, told in the words of CloudWatch Logs.
struct LogName: Sendable {
    /// Lengths of names, in bytes.
    var lengths: ClosedRange<Int> = 1...512
    var pattern: String
    var allows: @Sendable (UInt8) -> Bool

    static let group = LogName(pattern: "[\\.\\-_/#A-Za-z0-9]+", allows: isGroupByte)
    static let stream = LogName(pattern: "[^:*]*") { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "*") }
    static let filter = stream
    /// A metric's name or namespace.
    static let metric = LogName(lengths: 0...255, pattern: "[^:*$]*") { !":*$".utf8.contains($0) }

    /// The name, when it is one.
    func checked(_ name: String, at member: String) throws(AWSServiceError) -> String {
        let length = name.utf8.count
        guard length >= lengths.lowerBound else {
            throw .logsConstraint(
                name, at: member, "Member must have length greater than or equal to \(lengths.lowerBound)")
        }
        guard length <= lengths.upperBound else {
            throw .logsConstraint(
                name, at: member, "Member must have length less than or equal to \(lengths.upperBound)")
        }
        guard name.utf8.allSatisfy(allows) else {
            throw .logsConstraint(name, at: member, "Member must satisfy regular expression pattern: \(pattern)")
        }
        return name
    }

    private static func isGroupByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: "#"):
            true
        default: false
        }
    }
}
