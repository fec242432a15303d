/// A JSON value whose strings may hold expressions.
///
/// A string that is nothing but one numeric expression (`"{{ random.int(1, 9) }}"`) is sent as a number, one that is
/// nothing but a variable is sent as what was captured: a captured number stays a number.
package indirect enum JSONTemplate: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's literal as written: valid JSON number syntax.
    case number(String)
    case string(Template)
    case array([JSONTemplate])
    /// In the order written.
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONTemplate
        package init(name: String, value: JSONTemplate) {
            self.name = name
            self.value = value
        }
    }

    /// Every template in it, in order.
    package var templates: [Template] {
        switch self {
        case .null, .bool, .number: []
        case .string(let template): [template]
        case .array(let elements): elements.flatMap(\.templates)
        case .object(let members): members.flatMap(\.value.templates)
        }
    }
}
