import ExactJSON
import ItemsService
import LambdaRuntime
import Synchronization
import Testing
import Timekeeping

/// The API function with a table in memory, a standing clock and faults that do nothing worse than being noted.
struct APIFixture {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: JSONValue
        /// The body as it goes over the wire.
        var text: String
    }

    static let start = Timestamp(millisecondsSinceEpoch: 1_800_000_000_000)
    static let context = LambdaContext(
        requestID: "request-1", deadline: start + .seconds(15), invokedFunctionARN: "arn:aws:lambda:::function:api")

    let table = InMemoryTable()
    let notes = Notes()
    let handler: ItemsAPIHandler

    init(stage: String = "dev", faults: String = "enabled") {
        let notes = notes
        handler = ItemsAPIHandler(
            configuration: ItemsConfiguration(tableName: "items", stage: stage, faults: faults), table: table,
            effects: FaultEffects(
                exit: { status in notes.add("exit \(status)") },
                sleep: { duration in notes.add("sleep \(duration.inSeconds)") }),
            now: { Self.start }, random: { notes.count() }, log: { notes.add($0) })
    }

    func send(
        _ method: String, _ resource: String, id: String? = nil, query: [String: String]? = nil, body: String? = nil,
        headers: [String: String]? = nil
    ) async throws -> Answer {
        func object(_ members: [String: String]?) -> JSONValue {
            members.map { .object($0.mapValues(JSONValue.string)) } ?? .null
        }
        return try await send(
            event: [
                "resource": .string(resource), "path": .string(resource), "httpMethod": .string(method),
                "headers": object(headers), "queryStringParameters": object(query),
                "pathParameters": object(id.map { ["id": $0] }), "body": body.map(JSONValue.string) ?? .null,
                "isBase64Encoded": false,
            ])
    }

    func send(event: JSONValue) async throws -> Answer {
        let output = try await handler.handle(event.serialized(), context: Self.context)
        let answer = try JSONValue(parsing: output)
        #expect(
            Set(answer.objectValue?.keys.map(\.self) ?? []) == ["statusCode", "headers", "body", "isBase64Encoded"])
        let text = try #require(answer["body"]?.stringValue)
        return Answer(
            status: try #require(answer["statusCode"]?.intValue),
            headers: (answer["headers"]?.objectValue ?? [:]).compactMapValues(\.stringValue),
            body: try JSONValue(parsing: text), text: text)
    }

    func create(_ item: JSONValue) async throws -> Answer { try await send("POST", "/items", body: item.text) }
    func read(_ id: String) async throws -> Answer { try await send("GET", "/items/{id}", id: id) }
}

/// What a function did, line by line.
final class Notes: Sendable {
    private let state = Mutex<(lines: [String], counter: UInt64)>(([], 0))

    var lines: [String] { state.withLock { $0.lines } }

    func add(_ line: String) { state.withLock { $0.lines.append(line) } }

    func count() -> UInt64 {
        state.withLock {
            $0.counter += 1
            return $0.counter
        }
    }
}
