/// The permission that a refusal asks for.
///
/// AWS's words: `User: arn:... is not authorized to perform: cloudwatch:DescribeAlarms on resource: arn:... because no
/// identity-based policy allows the cloudwatch:DescribeAlarms action`
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
package struct DeniedPermission: Sendable, Equatable, CustomStringConvertible {
    package var action: String
    /// Nil when the refusal names none.
    package var resource: String?
    /// Set when a policy forbids it outright: allowing it elsewhere does not help.
    package var isExplicit: Bool

    /// - Parameter call: the action that was tried, where the text names none.
    package init(message: String, call: String) {
        func word(after marker: String) -> String? {
            guard let start = message.range(of: marker)?.upperBound else { return nil }
            let word = message[start...].drop { $0 == " " }.prefix { !$0.isWhitespace && $0 != "," }
            var text = String(word)
            while let last = text.last, last == "." || last == "\"" { text.removeLast() }
            return text.isEmpty ? nil : text
        }
        action = word(after: "not authorized to perform:") ?? call
        resource = word(after: "on resource:")
        isExplicit = message.contains("with an explicit deny")
    }

    package var description: String {
        action + (resource.map { " on \($0)" } ?? "") + (isExplicit ? " (a policy denies it explicitly)" : "")
    }
}

extension String {
    /// The first place of another text.
    fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
