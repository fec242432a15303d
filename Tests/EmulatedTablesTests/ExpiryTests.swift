import EmulatorCore
import ExactJSON
import Foundation
import Synchronization
import Testing
import Timekeeping

@testable import EmulatedTables

@Suite struct ExpiryTests {
    static let now = 1_770_000_000

    /// Real time that tests set themselves, so that a restart finds later time.
    final class Watch: Sendable {
        private let seconds = Mutex(ExpiryTests.now)
        func set(_ value: Int) { seconds.withLock { $0 = value } }
        var moment: Timestamp { Timestamp(millisecondsSinceEpoch: Int64(seconds.withLock { $0 }) * 1000) }
    }

    static func service(_ watch: Watch, directory: String? = nil) throws -> (TableService, VirtualClock) {
        let clock = VirtualClock(realTime: { watch.moment })
        return (try TableService(account: EmulatedAccount(), clock: clock, directory: directory), clock)
    }

    static func create(_ service: TableService) async throws {
        _ = try await service.call(
            "CreateTable",
            [
                "TableName": "items", "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [["AttributeName": "id", "KeyType": "HASH"]],
                "AttributeDefinitions": [["AttributeName": "id", "AttributeType": "S"]],
            ])
        _ = try await service.call(
            "UpdateTimeToLive",
            ["TableName": "items", "TimeToLiveSpecification": ["AttributeName": "until", "Enabled": true]])
    }

    static func put(_ service: TableService, _ id: String, until: String) async throws {
        _ = try await service.call(
            "PutItem", ["TableName": "items", "Item": ["id": ["S": .string(id)], "until": ["N": .string(until)]]])
    }

    static func ids(_ service: TableService) async throws -> [String] {
        let items = try await service.call("Scan", ["TableName": "items"])["Items"]?.arrayValue ?? []
        return items.compactMap { $0["id"]?["S"]?.stringValue }.sorted()
    }

    @Test("each item goes when its own moment has passed, however it was written")
    func moments() async throws {
        let (service, clock) = try Self.service(Watch())
        try await Self.create(service)
        try await Self.put(service, "late", until: "\(Self.now + 1000)")
        try await Self.put(service, "soon", until: "\(Self.now + 10).5")
        try await Self.put(service, "put off", until: "\(Self.now + 10)")
        try await Self.put(service, "ancient", until: "1")
        try await Self.put(service, "beyond", until: "1e100")
        try await Self.put(service, "put off", until: "\(Self.now + 500)")
        await clock.advance(by: .seconds(10))
        #expect(try await Self.ids(service) == ["ancient", "beyond", "late", "put off", "soon"])
        await clock.advance(by: .seconds(2))
        #expect(try await Self.ids(service) == ["ancient", "beyond", "late", "put off"])
        await clock.advance(by: .seconds(490))
        #expect(try await Self.ids(service) == ["ancient", "beyond", "late"])
        await clock.advance(by: .seconds(86_400))
        #expect(try await Self.ids(service) == ["ancient", "beyond"])
    }

    @Test("more items than one round removes all go")
    func many() async throws {
        let (service, clock) = try Self.service(Watch())
        try await Self.create(service)
        for number in 0..<600 { try await Self.put(service, "k\(number)", until: "\(Self.now - number)") }
        await clock.advance(by: .seconds(2))
        #expect(try await Self.ids(service).isEmpty)
        let described = try await service.call("DescribeTable", ["TableName": "items"])
        #expect(described["Table"]?["ItemCount"] == 0)
        #expect(described["Table"]?["TableSizeBytes"] == 0)
    }

    @Test("what expired while nobody ran goes after the start")
    func restart() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "expiry-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let watch = Watch()
        do {
            let (service, _) = try Self.service(watch, directory: directory)
            try await Self.create(service)
            try await Self.put(service, "a", until: "\(Self.now + 10)")
            try await Self.put(service, "b", until: "\(Self.now + 1000)")
        }
        watch.set(Self.now + 100)
        let (service, clock) = try Self.service(watch, directory: directory)
        #expect(try await Self.ids(service) == ["a", "b"])
        await clock.advance(by: .seconds(2))
        #expect(try await Self.ids(service) == ["b"])
        await clock.advance(by: .seconds(1000))
        #expect(try await Self.ids(service).isEmpty)
    }

    @Test("a table's size follows its writes")
    func sizes() async throws {
        let (service, _) = try Self.service(Watch())
        try await Self.create(service)
        func size() async throws -> [JSONValue?] {
            let table = try await service.call("DescribeTable", ["TableName": "items"])["Table"]
            return [table?["ItemCount"], table?["TableSizeBytes"]]
        }
        #expect(try await size() == [0, 0])
        // Names and values: id + ab, until + two digits for a byte, and one more.
        try await Self.put(service, "ab", until: "1234")
        #expect(try await size() == [1, 12])
        try await Self.put(service, "ab", until: "12")
        #expect(try await size() == [1, 11])
        _ = try await service.call("DeleteItem", ["TableName": "items", "Key": ["id": ["S": "ab"]]])
        #expect(try await size() == [0, 0])
    }
}
