import Foundation
import StackTemplate
import Testing

/// How often each kind of random text is tried; more for a long run.
private let iterations = ProcessInfo.processInfo.environment["FIREDRILL_FUZZ_ITERATIONS"].flatMap { Int($0) } ?? 60

/// A small generator with a seed, so that a failure can be seen again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Any text at all") struct TemplateFuzzTests {
    private static let json = #"""
        {"AWSTemplateFormatVersion": "2010-09-09",
         "Parameters": {"P": {"Type": "Number", "Default": 3, "MinValue": 1, "AllowedPattern": "[0-9]+"},
           "L": {"Type": "CommaDelimitedList", "Default": "a,b"},
           "S": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/greeting"}},
         "Rules": {"R": {"RuleCondition": {"Fn::Equals": [{"Ref": "P"}, 3]}, "Assertions": [{"Assert":
           {"Fn::Not": [{"Fn::EachMemberIn": [{"Ref": "L"}, ["c", "d"]]}]}, "AssertDescription": "no"}]}},
         "Mappings": {"M": {"a": {"x": 1, "y": ["z"]}}},
         "Conditions": {"C": {"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Condition": "D"}]},
           "D": {"Fn::Or": [{"Fn::Equals": [{"Ref": "S"}, "hello"]}, {"Fn::Not": [{"Condition": "D2"}]}]},
           "D2": {"Fn::Equals": ["\ud83d\ude00", "x"]}},
         "Resources": {"A": {"Type": "AWS::SNS::Topic", "Condition": "C", "Metadata": {"k": [1, {"Ref": "P"}]},
             "Properties": {"V": {"Fn::Cidr": ["10.0.0.0/16", {"Ref": "P"}, 8]}, "W": {"Fn::Sub": ["${P}-${x}${!y}",
               {"x": {"Fn::Select": [0, {"Fn::Split": ["|", "a|b"]}]}}]}, "X": "{{resolve:ssm:/greeting:3}}",
               "Y": {"Fn::If": ["C", {"Fn::FindInMap": ["M", "a", "x"]}, {"Ref": "AWS::NoValue"}]}}},
           "B": {"Type": "AWS::SQS::Queue", "DependsOn": ["A"], "DeletionPolicy": "Retain", "Properties": {
             "V": {"Fn::GetAtt": ["A", "Arn"]}, "W": {"Fn::Join": [",", {"Fn::GetAZs": ""}]},
             "X": {"Fn::ImportValue": "network-vpc"}, "Y": {"Fn::Base64": {"Fn::ToJsonString": {"a": 1}}}}}},
         "Outputs": {"O": {"Value": {"Ref": "B"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-o"}}}}}
        """#

    /// Errors are fine, anything else ends the process. Says whether the text was a template.
    private func survives(_ text: String) -> Bool {
        do throws(TemplateError) {
            _ = try FakeAccount.resolve(text)
            return true
        } catch {
            return false
        }
    }

    @Test("random bytes are refused without a trap", arguments: [1, 2, 3] as [UInt64])
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("{}[]!&*:,-'\"|>%@`#?~ \n\tRefSubFn::GetAtt0aé".utf8)
        for _ in 0..<iterations * 30 {
            let length = Int.random(in: 0...60, using: &random)
            let bytes = (0..<length).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random) : alphabet.randomElement(using: &random) ?? 0
            }
            _ = survives(String(decoding: bytes, as: UTF8.self))
        }
        #expect(!survives("\u{0}"), "seed \(seed)")
    }

    @Test("a mutated template is read or refused without a trap", arguments: [11, 12, 13, 14] as [UInt64])
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Every function and section, in YAML; then in JSON, where other characters count.
        let original = Array(seed.isMultiple(of: 2) ? BuiltInTemplate.text.utf8 : Self.json.utf8)
        let snippets = [
            "!Ref ", "!GetAtt A.B", "!Sub '${", "!If [", "{", "]", ": ", "\n", "- ", "~", "&a ", "*a",
            "99999999999999999999", "'", "\"", "\\ud800", "{\"Ref\": \"", "{{resolve:", "Fn::", ",",
        ]
        var read = 0
        for _ in 0..<iterations {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1:
                    bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...40, using: &random)))
                case 2: bytes.insert(contentsOf: (snippets.randomElement(using: &random) ?? "").utf8, at: position)
                default: bytes.swapAt(position, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            if survives(String(decoding: bytes, as: UTF8.self)) { read += 1 }
        }
        // Many mutations hit a comment or a description; all being refused would mean that nothing was tested.
        #expect(read > 0, "seed \(seed)")
    }

    @Test(
        "absurd nesting is refused",
        arguments: [
            ("[", "", 100_000), ("{a: ", "", 100_000), ("- ", "", 50_000), ("!Not [", "", 100_000), ("[", "]", 500),
        ])
    func nesting(open: String, close: String, count: Int) {
        let text = String(repeating: open, count: count) + String(repeating: close, count: count)
        #expect(!survives(text))
        #expect(!survives("Resources: " + text))
    }

    @Test("what is mutated is a template to begin with")
    func originals() {
        #expect(survives(Self.json))
        #expect(survives(BuiltInTemplate.text))
    }

    @Test("aliases cannot multiply")
    func aliases() {
        let levels = (1...40).map { "  a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
        #expect(!survives("Mappings:\n  a0: &a0 [x, x]\n\(levels)Resources: {A: {Type: T}}\n"))
    }
}
