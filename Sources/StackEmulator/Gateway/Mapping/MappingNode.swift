import ExactJSON

/// What a mapping template is made of.
indirect enum MappingNode: Sendable, Equatable {
    case text(String)
    /// A reference in the text; `source` is printed when it has no value, unless it is quiet.
    case output(MappingReference, source: String, isQuiet: Bool)
    case set(MappingReference, MappingExpression)
    case branch([Branch], otherwise: [MappingNode])
    case loop(variable: String, MappingExpression, [MappingNode])
    case leaveLoop
    case stop

    struct Branch: Sendable, Equatable {
        var condition: MappingExpression
        var body: [MappingNode]
    }
}

/// An expression of a mapping template.
indirect enum MappingExpression: Sendable, Equatable {
    case literal(JSONValue)
    /// A text in double quotes, whose references are filled in.
    case text([MappingNode])
    case reference(MappingReference)
    case list([MappingExpression])
    case range(MappingExpression, MappingExpression)
    case map([MapEntry])
    case not(MappingExpression)
    case negative(MappingExpression)
    case binary(MappingOperator, MappingExpression, MappingExpression)

    struct MapEntry: Sendable, Equatable {
        var key: MappingExpression
        var value: MappingExpression
    }
}

enum MappingOperator: Sendable, Equatable {
    case or, and, equal, unequal, less, lessOrEqual, greater, greaterOrEqual, add, subtract, multiply, divide, remainder

    /// How strongly it binds.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .unequal: 3
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 4
        case .add, .subtract: 5
        case .multiply, .divide, .remainder: 6
        }
    }
}

/// `$name.member.method(argument)[index]`.
struct MappingReference: Sendable, Equatable {
    enum Access: Sendable, Equatable {
        case member(String)
        case call(String, [MappingExpression])
        case element(MappingExpression)
    }

    var name: String
    var accesses: [Access]
}

/// Why a mapping template cannot be used, or could not be filled in.
struct TemplateProblem: Error, Sendable, Equatable {
    var message: String
}
