/// Why a text is no metric math expression, or asks for what is not computed.
package struct MetricMathError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and where, for people.
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
