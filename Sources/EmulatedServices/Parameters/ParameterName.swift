import EmulatorCore

/// A parameter's name as callers write it: with a version or a label behind it, or as an ARN.
struct ParameterName: Sendable, Equatable {
    var name: String
    /// What stands behind the colon.
    var selector: String?

    init(_ text: String) {
        var plain = text[...]
        if text.hasPrefix("arn:") {
            let resource = text.split(separator: ":", maxSplits: 5).last ?? ""
            // The slash of a path belongs to the name, that of a plain name does not.
            let rest = resource.dropFirst("parameter".count)
            plain = rest.dropFirst().contains("/") ? rest : rest.dropFirst()
        }
        let parts = plain.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts.first ?? "")
        selector = parts.count == 2 ? String(parts[1]) : nil
    }

    /// The deepest hierarchy.
    private static let mostLevels = 15
    private static let symbols = Set("._-/".utf8)

    /// Checks a name for a new parameter
    /// (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
    static func check(_ name: String) throws(AWSServiceError) {
        let isPath = name.hasPrefix("/")
        let first = name.drop { $0 == "/" }.lowercased()
        if first.hasPrefix("aws") || first.hasPrefix("ssm") {
            if isPath, first == "aws" || first.hasPrefix("aws/") {
                throw AWSServiceError("AccessDeniedException", "No access to reserved parameter name: \(name).")
            }
            throw .validation(
                "Parameter \(isPath ? "path" : "name"): can't be prefixed with \"aws\" or \"ssm\" (case-insensitive)."
                    + (isPath ? explanation : ""))
        }
        let isAllowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || symbols.contains(byte)
        }
        guard !name.isEmpty, isAllowed, !name.contains("//"), name.count == 1 || !name.hasSuffix("/") else {
            throw .validation("Invalid parameter name. Please use correct syntax." + explanation)
        }
        guard isPath || !name.contains("/") else {
            throw .validation("Parameter name must be a fully qualified name.")
        }
        guard name.split(separator: "/").count <= mostLevels else {
            throw AWSServiceError(
                "HierarchyLevelLimitExceededException",
                "A parameter name can have a maximum of \(mostLevels) levels in its hierarchy.")
        }
        guard name.utf8.count <= 1011 else { throw .validation("Parameter name is too long.") }
    }

    private static let explanation =
        " If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix "
        + "of letters, numbers and the following 3 symbols .-_"
}
