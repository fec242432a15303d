import ExactJSON
import Testing

@testable import StackEmulator

@Suite struct JSONSchemaTests {
    // Which instances fit is decided by JSON Schema draft 4's specification.
    @Test(
        "instances fit or do not",
        arguments: [
            (#"{"type": "object", "required": ["a"]}"#, [#"{"a": 1}"#], ["{}", "[]", "null"]),
            (
                #"{"properties": {"a": {"type": "integer"}}}"#, ["{}", #"{"a": 1.0}"#, "3"],
                [#"{"a": 1.5}"#, #"{"a": "1"}"#]
            ),
            (#"{"additionalProperties": false, "properties": {"a": {}}}"#, [#"{"a": null}"#], [#"{"b": 1}"#]),
            (#"{"type": ["string", "null"], "maxLength": 2}"#, ["null", #""äö""#], [#""abc""#, "1"]),
            (#"{"enum": [1, "a", null]}"#, ["1.0", #""a""#, "null"], ["2", "true"]),
            (#"{"minimum": 1, "maximum": 3, "exclusiveMaximum": true}"#, ["1", "2.9"], ["0.9", "3"]),
            (#"{"multipleOf": 0.1}"#, ["0.3", "7"], ["0.35"]),
            (#"{"pattern": "^a+$"}"#, [#""aa""#, "5"], [#""ab""#]),
            (
                #"{"type": "array", "items": {"type": "number"}, "minItems": 1, "uniqueItems": true}"#, ["[1]"],
                ["[]", "[1, 1]", #"["a"]"#]
            ),
            (#"{"anyOf": [{"type": "string"}, {"minimum": 5}]}"#, [#""a""#, "6"], ["4"]),
            (#"{"oneOf": [{"type": "integer"}, {"minimum": 5}]}"#, ["4", "5.5"], ["6", "4.5"]),
            (#"{"not": {"type": "string"}}"#, ["1"], [#""a""#]),
            (
                ##"{"definitions": {"p": {"minimum": 0}}, "properties": {"a": {"$ref": "#/definitions/p"}}}"##,
                [#"{"a": 0}"#], [#"{"a": -1}"#]
            ),
            (
                ##"{"properties": {"next": {"$ref": "#"}}, "required": ["v"]}"##, [#"{"v": 1, "next": {"v": 2}}"#],
                [#"{"v": 1, "next": {}}"#]
            ),
        ] as [(String, [String], [String])])
    func fits(_ schema: String, _ good: [String], _ bad: [String]) throws {
        let schema = JSONSchema(try JSONValue(parsing: schema))
        for text in good { #expect(schema.problems(in: try JSONValue(parsing: text)) == [], "\(text)") }
        for text in bad { #expect(!schema.problems(in: try JSONValue(parsing: text)).isEmpty, "\(text)") }
    }

    @Test("a model may refer to another one, and to itself without an end") func references() throws {
        let models: [String: JSONValue] = [
            "Inner": ["schema": #"{"type": "string"}"#],
            "Outer": ["schema": #"{"items": {"$ref": "https://apigateway.amazonaws.com/restapis/a1/models/Inner"}}"#],
            "Loop": ["schema": ##"{"$ref": "#"}"##], "Lost": ["schema": #"{"$ref": "nowhere"}"#],
        ]
        let outer = try #require(JSONSchema(model: "Outer", of: models))
        #expect(outer.problems(in: ["a"]) == [])
        #expect(outer.problems(in: [1]).count == 1)
        #expect(try #require(JSONSchema(model: "Loop", of: models)).problems(in: 1) == [])
        #expect(try #require(JSONSchema(model: "Lost", of: models)).problems(in: 1).count == 1)
        #expect(JSONSchema(model: "None", of: models) == nil)
    }
}
