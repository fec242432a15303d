import EmulatorCore
import Testing

@testable import EmulatedStacks

@Suite("Names that CloudFormation makes up")
struct ResourceNamesTests {
    private func names(_ logicalID: String, generation: Int = 0) -> ResourceNames {
        ResourceNames(
            account: EmulatedAccount(id: "123456789012", region: "us-west-2"), stackName: "shop",
            stackID: "arn:aws:cloudformation:us-west-2:123456789012:stack/shop/1", logicalID: logicalID,
            generation: generation)
    }

    @Test("are the same on every start, others for another resource and for each replacement")
    func stability() {
        #expect(names("Queue").generated == names("Queue").generated)
        #expect(names("Queue").generated.hasPrefix("shop-Queue-"))
        #expect(names("Queue").generated.utf8.count == "shop-Queue-".utf8.count + 12)
        #expect(names("Queue").uuid != names("Topic").uuid)
        #expect(names("Queue").generated != names("Queue", generation: 1).generated)
        #expect(names("Queue").stable(6) != names("Queue").stable(6, salt: "root"))
    }
}
