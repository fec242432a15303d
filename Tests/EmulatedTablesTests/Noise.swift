import ExactJSON

/// Texts that look like expressions, or nearly.
enum ExpressionNoise {
    private static let tokens = [
        "SET", "REMOVE", "ADD", "DELETE", "set", "AND", "OR", "NOT", "BETWEEN", "IN", "a", "b", "c", "d", "e", "#a",
        "#c",
        "#none", ":s", ":n", ":l", ":e", ":m", ":none", "(", ")", "(", ")", "[", "]", ".", ",", "=", "<>", "<", "<=",
        ">",
        ">=", "+", "-", "0", "1", "99999999999999999999", "size(", "contains(", "begins_with(", "attribute_exists(",
        "attribute_not_exists(", "attribute_type(", "if_not_exists(", "list_append(", "_", "\u{E9}", "'", "\"", "#",
        ":", "\n",
        "table",
    ]

    static func text(_ generator: inout SplitMix) -> String {
        let count = Int.random(in: 0..<24, using: &generator)
        let space = Bool.random(using: &generator) ? " " : ""
        return (0..<count).map { _ in tokens.randomElement(using: &generator) ?? "" }.joined(separator: space)
    }
}

/// JSON that looks like attribute values, or nearly.
enum ValueNoise {
    private static let numbers = [
        "0", "-0", "1", "-1.50", "1e125", "1e126", "-9.9e-130", "1e-131", "1e999999999999",
        "12345678901234567890123456789012345678",
        "123456789012345678901234567890123456789", "", "-", ".", "1e", "+.5", "0x1", "NaN", "1_0", "\u{661}",
    ]
    private static let texts = [
        "", "a", "\u{0}", "\u{10FFFF}", "e\u{301}", "\u{E9}", "=", "AA==", "A", "AAA", "\u{1F600}",
    ]

    static func value(_ generator: inout SplitMix, depth: Int) -> JSONValue {
        func text() -> String { texts.randomElement(using: &generator) ?? "" }
        func number() -> String { numbers.randomElement(using: &generator) ?? "" }
        func several(_ make: () -> JSONValue) -> JSONValue {
            .array((0..<Int.random(in: 0..<4, using: &generator)).map { _ in make() })
        }
        switch Int.random(in: 0..<16, using: &generator) {
        case 0: return ["S": .string(text())]
        case 1: return ["N": .string(number())]
        case 2: return ["B": .string(text())]
        case 3: return ["BOOL": .bool(Bool.random(using: &generator))]
        case 4: return ["NULL": .bool(Bool.random(using: &generator))]
        case 5: return ["SS": several { .string(text()) }]
        case 6: return ["NS": several { .string(number()) }]
        case 7: return ["BS": several { .string(text()) }]
        case 8,
            9 where depth > 0:
            // A long way down as well as a few levels.
            if Int.random(in: 0..<8, using: &generator) == 0 {
                return (0..<40).reduce(["S": "x"]) { inner, _ in ["L": [inner]] }
            }
            let count = Int.random(in: 0..<3, using: &generator)
            return ["L": .array((0..<count).map { _ in value(&generator, depth: depth - 1) })]
        case 10 where depth > 0:
            let count = Int.random(in: 0..<3, using: &generator)
            var members: [String: JSONValue] = [:]
            for _ in 0..<count { members[text()] = value(&generator, depth: depth - 1) }
            return ["M": .object(members)]
        case 11: return ["S": .string(text()), "N": .string(number())]
        case 12: return [:]
        case 13: return .string(text())
        case 14: return ["X": .null]
        default: return ["S": .number("1e400")]
        }
    }
}

/// Calls that look like DynamoDB's, or nearly.
enum CallNoise {
    static let table: JSONValue = [
        "TableName": "noise", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [["AttributeName": "p", "KeyType": "HASH"], ["AttributeName": "r", "KeyType": "RANGE"]],
        "AttributeDefinitions": [
            ["AttributeName": "p", "AttributeType": "S"], ["AttributeName": "r", "AttributeType": "N"],
            ["AttributeName": "t", "AttributeType": "S"],
        ],
        "GlobalSecondaryIndexes": [
            [
                "IndexName": "byText", "KeySchema": [["AttributeName": "t", "KeyType": "HASH"]],
                "Projection": ["ProjectionType": "ALL"],
            ]
        ],
        "StreamSpecification": ["StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"],
    ]

    private static let operations = [
        "PutItem", "PutItem", "GetItem", "UpdateItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem",
        "BatchWriteItem", "TransactWriteItems", "TransactGetItems", "DescribeTable", "UpdateTimeToLive",
    ]

    static func call(_ generator: inout SplitMix) -> (String, JSONValue) {
        let operation = operations.randomElement(using: &generator) ?? "PutItem"
        return (operation, input(operation, &generator))
    }

    private static func input(_ operation: String, _ generator: inout SplitMix) -> JSONValue {
        var members: [String: JSONValue] = ["TableName": "noise"]
        let element = item(&generator)
        switch operation {
        case "PutItem": members["Item"] = element
        case "GetItem", "UpdateItem", "DeleteItem": members["Key"] = key(&generator)
        case "BatchGetItem":
            members = ["RequestItems": ["noise": ["Keys": .array((0..<2).map { _ in key(&generator) })]]]
        case "BatchWriteItem":
            members = [
                "RequestItems": [
                    "noise": [["PutRequest": ["Item": element]], ["DeleteRequest": ["Key": key(&generator)]]]
                ]
            ]
        case "TransactWriteItems":
            members = [
                "TransactItems": [
                    ["Put": ["TableName": "noise", "Item": element]],
                    ["Delete": ["TableName": "noise", "Key": key(&generator)]],
                ]
            ]
        case "TransactGetItems": members = ["TransactItems": [["Get": ["TableName": "noise", "Key": key(&generator)]]]]
        case "UpdateTimeToLive":
            members["TimeToLiveSpecification"] = [
                "Enabled": .bool(Bool.random(using: &generator)), "AttributeName": "n",
            ]
        default: break
        }
        for parameter in [
            "ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression",
            "UpdateExpression",
        ] where Int.random(in: 0..<4, using: &generator) == 0 {
            members[parameter] = .string(ExpressionNoise.text(&generator))
        }
        if operation == "UpdateItem", Bool.random(using: &generator) {
            members["UpdateExpression"] = "SET n = :n, t = :s"
        }
        if operation == "Query", Bool.random(using: &generator) {
            members["KeyConditionExpression"] = "p = :s AND r > :n"
        }
        if Bool.random(using: &generator) {
            members["ExpressionAttributeValues"] = [":s": ["S": "x"], ":n": ["N": "1"]]
        }
        if Int.random(in: 0..<6, using: &generator) == 0 {
            // One member of a kind that it cannot be.
            let name = members.keys.sorted().randomElement(using: &generator) ?? "TableName"
            members[name] = ValueNoise.value(&generator, depth: 2)
        }
        return .object(members)
    }

    private static func key(_ generator: inout SplitMix) -> JSONValue {
        if Int.random(in: 0..<10, using: &generator) == 0 { return ["p": ValueNoise.value(&generator, depth: 1)] }
        let hash = ["x", "y", "\u{0}", "\u{E9}"].randomElement(using: &generator) ?? "x"
        let range = ["0", "1", "-1", "1e100", "-1e-100", "1.0"].randomElement(using: &generator) ?? "0"
        return ["p": ["S": .string(hash)], "r": ["N": .string(range)]]
    }

    private static func item(_ generator: inout SplitMix) -> JSONValue {
        var members = key(&generator).objectValue ?? [:]
        members["v"] = ValueNoise.value(&generator, depth: 4)
        if Bool.random(using: &generator) { members["v"] = ["S": "plain"] }
        if Bool.random(using: &generator) { members["t"] = ["S": "x"] }
        if Int.random(in: 0..<8, using: &generator) == 0 { members["t"] = ValueNoise.value(&generator, depth: 1) }
        return .object(members)
    }
}
