import Testing

@testable import AWSIdentity

@Suite("Shell words")
struct ShellWordsTests {
    @Test(
        "split as Python's shlex splits them",
        arguments: [
            ("", []), ("  ", []), ("a  b\tc", ["a", "b", "c"]), ("profile \"my own\"", ["profile", "my own"]),
            ("'a b'c\"d e\"", ["a bcd e"]), (#"a\ b"#, ["a b"]), (#""a\"b\c""#, [#"a"b\c"#]), (#"'a\b'"#, [#"a\b"#]),
            ("''", [""]), ("a '' b", ["a", "", "b"]),
        ] as [(String, [String])])
    func splits(text: String, words: [String]) { #expect(ShellWords.split(text) == words) }

    @Test("an open quotation is no command line", arguments: ["'a", "\"a", "a\\", "\"a\\"])
    func refuses(text: String) { #expect(ShellWords.split(text) == nil) }
}
