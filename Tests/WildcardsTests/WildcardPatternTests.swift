import Testing
import Wildcards

@Suite("Wildcard pattern")
struct WildcardPatternTests {
    @Test(
        "a text fits or does not",
        arguments: [
            ("api-4xx-errors-dev", "*-4xx-*", true), ("api-4xx-errors-dev", "api-5xx-*", false), ("abc", "a?c", true),
            ("abc", "a?", false), ("", "*", true), ("", "", true), ("aaab", "*a*b", true), ("abcabd", "*abd", true),
            ("arn:aws:x:api/dev/GET/items", "arn:aws:x:api/dev/*", true), ("aXbXc", "a*b*c", true),
            ("aXbX", "a*b*c", false), ("", "?", false), ("x", "", false), ("a*c", "a*c", true), ("ab", "ab*?", false),
            ("arn:aws:x", "arn:*:x", true),
            (String(repeating: "a", count: 2000), String(repeating: "a*", count: 200) + "b", false),
        ])
    func fits(text: String, pattern: String, expected: Bool) {
        #expect(WildcardPattern(pattern).matches(text) == expected)
    }
}
