import EmulatorCore
import ExactJSON
import Testing

@testable import EmulatedTables

/// Grammar and meaning:
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
@Suite struct ExpressionTests {
    static let item: JSONValue = [
        "id": ["S": "a"], "n": ["N": "5"], "phrase": ["S": "hello"], "flag": ["BOOL": true], "nothing": ["NULL": true],
        "tags": ["SS": ["x", "y"]], "elems": ["L": [["N": "1"], ["S": "two"], ["M": ["deep": ["S": "end"]]]]],
        "tree": ["M": ["core": ["M": ["n": ["N": "7"]]], "odd name": ["N": "1"]]], "bytes": ["B": "AQID"],
    ]
    static let names: JSONValue = ["#odd": "odd name"]
    static let values: JSONValue = [
        ":five": ["N": "5.0"], ":six": ["N": "6"], ":hell": ["S": "hell"], ":x": ["S": "x"], ":t": ["BOOL": true],
        ":string": ["S": "S"], ":one": ["N": "1"], ":list": ["L": [["S": "z"]]], ":set": ["SS": ["x", "q"]],
        ":two": ["S": "two"], ":bad": ["S": "Q"], ":map": ["M": ["k": ["S": "v"]]],
    ]

    static func scope() throws -> ExpressionScope { try ExpressionScope(names: names, values: values) }
    static func parsedItem() throws -> Item { try Item(json: item, member: "Item") }

    @Test(
        "conditions hold as documented",
        arguments: [
            ("n = :five", true), ("n <> :five", false), ("n < :six", true), ("n >= :six", false),
            ("absent <> :five", true), ("absent = :five", false), ("absent < :five", false), ("phrase < :five", false),
            ("n BETWEEN :one AND :six", true), ("n IN (:one, :five)", true), ("n IN (:one)", false),
            ("attribute_exists(tree.core.n)", true), ("attribute_exists(tree.core.m)", false),
            ("attribute_not_exists(elems[3])", true), ("attribute_exists(elems[2].deep)", true),
            ("attribute_type(phrase, :string)", true), ("attribute_type(n, :string)", false),
            ("begins_with(phrase, :hell)", true), ("contains(phrase, :hell)", true), ("contains(tags, :x)", true),
            ("contains(elems, :two)", true), ("contains(n, :x)", false), ("size(phrase) = :five", true),
            ("size(tags) < :five", true), ("size(absent) < :five", false), ("flag = :t", true),
            ("NOT n = :five", false), ("not (n = :six) AND phrase > :hell", true),
            ("n = :six OR n = :five AND flag = :t", true), ("(n = :six OR n = :five) and NOT flag = :t", false),
            ("tree.#odd = :one", true), ("elems[0] = :one", true), ("n<:six AND(n>:one)", true),
        ])
    func conditions(text: String, expected: Bool) throws {
        var scope = try Self.scope()
        let condition = try ConditionExpression(text, kind: "ConditionExpression", scope: &scope)
        #expect(condition.holds(for: try Self.parsedItem()) == expected)
    }

    @Test(
        "malformed conditions are refused with AWS's words",
        arguments: [
            ("", "The expression can not be empty"), ("n =", "Syntax error; token: \"<EOF>\""),
            ("n = :five :six", "Syntax error; token: \":six\""), ("n ! :five", "Syntax error; token: \"!\""),
            ("name = :five", "Attribute name is a reserved keyword; reserved keyword: name"),
            ("n = :none", "An expression attribute value used in expression is not defined; attribute value: :none"),
            (
                "#none = :five",
                "An expression attribute name used in the document path is not defined; attribute name: #none"
            ),
            ("bogus(n, :five)", "Invalid function name; function: bogus"),
            ("size(n)", "The function is not allowed to be used this way in an expression; function: size"),
            ("attribute_exists(:five)", "Operator or function requires a document path"),
            ("attribute_exists(n, n)", "Incorrect number of operands"),
            ("attribute_type(n, :bad)", "Invalid attribute type name found; type: Q"),
            (
                "begins_with(phrase, :five)",
                "Incorrect operand type for operator or function; operator or function: begins_with"
            ),
            ("n < :t", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
            ("n = n", "The first operand must be distinct"),
            ("n BETWEEN :six AND :one", "requires upper bound to be greater than or equal to lower bound"),
            ("n BETWEEN :x AND :one", "requires same data type"), ("(n = :five", "Syntax error; token: \"<EOF>\""),
            ("attribute_exists(attribute_exists(n))", "The function is not allowed to be used this way"),
        ])
    func refusedConditions(text: String, words: String) throws {
        var scope = try Self.scope()
        let error = #expect(throws: AWSServiceError.self) {
            _ = try ConditionExpression(text, kind: "ConditionExpression", scope: &scope)
        }
        #expect(error?.code == "ValidationException")
        #expect(error?.message.hasPrefix("Invalid ConditionExpression: ") == true)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "updates change exactly what they name",
        arguments: [
            ("SET n = n + :one", "n", ["N": "6"]), ("SET n = :six - n", "n", ["N": "1"]),
            ("SET fresh = n, n = :one", "fresh", ["N": "5"]), ("SET n = if_not_exists(absent, :six)", "n", ["N": "6"]),
            ("SET n = if_not_exists(n, :six) + :one", "n", ["N": "6"]),
            (
                "SET tail = list_append(:list, elems)", "tail",
                ["L": [["S": "z"], ["N": "1"], ["S": "two"], ["M": ["deep": ["S": "end"]]]]]
            ),
            ("SET fresh = list_append(if_not_exists(fresh, :list), :list)", "fresh", ["L": [["S": "z"], ["S": "z"]]]),
            ("SET elems[1] = :x", "elems", ["L": [["N": "1"], ["S": "x"], ["M": ["deep": ["S": "end"]]]]]),
            (
                "SET elems[9] = :x, elems[7] = :two", "elems",
                ["L": [["N": "1"], ["S": "two"], ["M": ["deep": ["S": "end"]]], ["S": "two"], ["S": "x"]]]
            ),
            ("SET elems[2].deep = :x REMOVE elems[0]", "elems", ["L": [["S": "two"], ["M": ["deep": ["S": "x"]]]]]),
            ("REMOVE elems[0], elems[1]", "elems", ["L": [["M": ["deep": ["S": "end"]]]]]),
            (
                "SET tree.core.n = :map", "tree",
                ["M": ["core": ["M": ["n": ["M": ["k": ["S": "v"]]]]], "odd name": ["N": "1"]]]
            ),
            ("remove tree.core", "tree", ["M": ["odd name": ["N": "1"]]]), ("ADD n :six", "n", ["N": "11"]),
            ("ADD fresh :six", "fresh", ["N": "6"]), ("ADD tags :set", "tags", ["SS": ["q", "x", "y"]]),
            ("DELETE tags :set", "tags", ["SS": ["y"]]), ("DELETE absent :set", "absent", nil),
            ("REMOVE absent", "absent", nil), ("REMOVE phrase", "phrase", nil),
        ] as [(String, String, JSONValue?)])
    func updates(text: String, attribute: String, expected: JSONValue?) throws {
        var scope = try Self.scope()
        let before = try Self.parsedItem()
        let after = try UpdateExpression(text, scope: &scope).apply(to: before)
        #expect(after[attribute]?.json == expected)
        let untouched = before.keys.filter { name in !text.contains(name) }
        for name in untouched { #expect(after[name] == before[name], "\(name)") }
    }

    @Test("a set that loses its last member is gone")
    func emptySet() throws {
        var scope = try ExpressionScope(names: nil, values: [":all": ["SS": ["x", "y"]]])
        let after = try UpdateExpression("DELETE tags :all", scope: &scope).apply(to: try Self.parsedItem())
        #expect(after["tags"] == nil)
    }

    @Test(
        "malformed updates are refused with AWS's words",
        arguments: [
            ("SET n = :one SET m = :one", "The \"SET\" section can only be used once"),
            ("SET n = :one, n = :six", "Two document paths overlap with each other"),
            ("SET tree.a = :one, tree = :map", "Two document paths overlap with each other"),
            ("SET tree.a = :one, tree[0] = :one", "Two document paths conflict with each other"),
            ("SET n", "Syntax error"), ("n = :one", "Syntax error; token: \"n\""), ("ADD n", "Syntax error"),
            ("ADD n :x", "; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
            ("DELETE tags :six", "; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
            ("SET n = n + :x", "operator or function: +, operand type: S"),
            ("SET n = list_append(:x, elems)", "operator or function: list_append, operand type: S"),
            ("SET n = bogus(n)", "Invalid function name; function: bogus"),
            ("SET n = if_not_exists(n)", "Incorrect number of operands"), ("SET elems[x] = :one", "Syntax error"),
            ("SET n = :one,", "Syntax error; token: \"<EOF>\""),
        ])
    func refusedUpdates(text: String, words: String) throws {
        var scope = try Self.scope()
        let error = #expect(throws: AWSServiceError.self) { _ = try UpdateExpression(text, scope: &scope) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(
        "updates that the item does not allow fail",
        arguments: [
            ("SET n = absent", "refers to an attribute that does not exist in the item"),
            ("SET n = phrase + :one", "An operand in the update expression has an incorrect data type"),
            ("SET absent.a = :one", "The document path provided in the update expression is invalid for update"),
            ("SET phrase.a = :one", "The document path provided in the update expression is invalid for update"),
            ("REMOVE absent.a", "The document path provided in the update expression is invalid for update"),
            ("ADD phrase :one", "An operand in the update expression has an incorrect data type"),
            ("DELETE n :set", "An operand in the update expression has an incorrect data type"),
        ])
    func failing(text: String, words: String) throws {
        var scope = try Self.scope()
        let update = try UpdateExpression(text, scope: &scope)
        let item = try Self.parsedItem()
        let error = #expect(throws: AWSServiceError.self) { _ = try update.apply(to: item) }
        #expect(error?.message.contains(words) == true)
    }

    @Test("a projection keeps the named parts, and lists close up")
    func projection() throws {
        var scope = try Self.scope()
        let projection = try ProjectionExpression(
            "elems[2].deep, elems[0], tree.core.n, absent.x, phrase", scope: &scope)
        #expect(
            projection.apply(to: try Self.parsedItem()).json == [
                "elems": ["L": [["N": "1"], ["M": ["deep": ["S": "end"]]]]], "phrase": ["S": "hello"],
                "tree": ["M": ["core": ["M": ["n": ["N": "7"]]]]],
            ])
        #expect(throws: AWSServiceError.self) { _ = try ProjectionExpression("tree, tree.core", scope: &scope) }
    }

    @Test("names and values that no expression uses are refused")
    func unused() throws {
        var scope = try ExpressionScope(names: ["#a": "x", "#b": "y"], values: [":v": ["S": "v"]])
        _ = try ConditionExpression("#a = :v", kind: "ConditionExpression", scope: &scope)
        let error = #expect(throws: AWSServiceError.self) { try scope.checkUse() }
        #expect(error?.message == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
        let purposeless = TableInput(["ExpressionAttributeValues": [":v": ["S": "v"]]])
        let expressions = ["UpdateExpression", "ConditionExpression"]
        let second = #expect(throws: AWSServiceError.self) {
            try ExpressionScope.checkPurpose(purposeless, names: expressions, values: expressions)
        }
        #expect(
            second?.message
                == "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression "
                + "and ConditionExpression are null")
    }

    @Test("deep nesting is refused, not followed")
    func deep() throws {
        for text in [
            String(repeating: "(", count: 1000) + "n = :five" + String(repeating: ")", count: 1000),
            String(repeating: "NOT ", count: 900) + "n = :five",
            "n" + String(repeating: "[0]", count: 500) + " = :five",
        ] {
            var scope = try Self.scope()
            let error = #expect(throws: AWSServiceError.self) {
                _ = try ConditionExpression(text, kind: "ConditionExpression", scope: &scope)
            }
            #expect(error?.code == "ValidationException")
        }
    }

    @Test("random expressions never crash", arguments: [UInt64(7), 8, 9])
    func random(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let pieces = [
            "n", "tree", "elems", ".", "[", "]", "0", "99999999999999999999", "(", ")", ",", "=", "<>", "<", "+", "-",
            ":five",
            ":x", ":list", "#odd", "#", ":", "AND", "or", "NOT", "BETWEEN", "IN", "size", "contains", "begins_with",
            "if_not_exists", "list_append", "SET", "REMOVE", "ADD", "DELETE", "é", "\u{0}", "\"",
        ]
        let item = try Self.parsedItem()
        var wellFormed = 0
        for _ in 0..<4000 {
            let count = Int.random(in: 1..<12, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined(separator: " ")
            var scope = try Self.scope()
            if let condition = try? ConditionExpression(text, kind: "FilterExpression", scope: &scope) {
                wellFormed += 1
                _ = condition.holds(for: item)
            }
            if let update = try? UpdateExpression("SET " + text, scope: &scope) { _ = try? update.apply(to: item) }
            if let update = try? UpdateExpression(text, scope: &scope) { _ = try? update.apply(to: item) }
            if let projection = try? ProjectionExpression(text, scope: &scope) {
                wellFormed += 1
                _ = projection.apply(to: item)
            }
        }
        #expect(wellFormed > 0, "seed \(seed)")
    }
}
