/// What is wrong with an expression whose syntax is right.
///
/// DynamoDB reads an expression whole before it judges it, and of several faults tells one by the fault's kind, not by its
/// place. The first of each kind is kept.
struct ExpressionFaults {
    enum Kind {
        case parentheses, unknownFunction, misusedFunction, reserved, section
        /// A placeholder that the call does not define: any, a name's, a value's.
        case undefined, undefinedName, undefinedValue
        case operandCount, notDistinct, overlap, conflict, operation, operand
        /// The most telling fault of a single comparison of a condition.
        case comparison
    }

    private var messages: [Kind: String] = [:]

    mutating func note(_ kind: Kind, _ message: @autoclosure () -> String) {
        if messages[kind] == nil { messages[kind] = message() }
    }

    /// The fault to tell, when the kinds come in this order.
    func first(of kinds: [Kind]) -> String? {
        guard !messages.isEmpty else { return nil }
        for kind in kinds { if let message = messages[kind] { return message } }
        return nil
    }
}
