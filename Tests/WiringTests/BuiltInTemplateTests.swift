import Testing

@testable import Wiring

@Suite("The built-in template's wiring")
struct BuiltInTemplateTests {
    @Test("it has no error") func hasNoError() throws {
        let found = try findings()
        #expect(found.filter { $0.severity == .error } == [])
    }
}
