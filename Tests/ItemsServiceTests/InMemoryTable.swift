import AWSClients
import ExactJSON
import ItemsService
import Synchronization

/// A table that takes the wire protocol's own inputs and keeps to DynamoDB's documented rules as far as the API uses them.
final class InMemoryTable: ItemTable {
    private struct State {
        var items: [String: [String: JSONValue]] = [:]
        var calls: [(operation: String, input: JSONValue)] = []
        var failure: AWSCallError?
    }

    private let state = Mutex(State())

    var calls: [(operation: String, input: JSONValue)] { state.withLock { $0.calls } }

    /// Makes every later call fail.
    func fail(with code: String, status: Int) {
        state.withLock { $0.failure = Self.error(code, "as told", status: status) }
    }

    /// Puts an item with raw attribute values, as another writer would.
    func put(raw item: [String: JSONValue]) {
        state.withLock { $0.items[item["id"]?["S"]?.stringValue ?? ""] = item }
    }

    func call(_ operation: String, _ input: JSONValue) async throws(AWSCallError) -> JSONValue {
        let result: Result<JSONValue, AWSCallError> = state.withLock { state in
            state.calls.append((operation, input))
            if let failure = state.failure { return .failure(failure) }
            do throws(AWSCallError) {
                return .success(try Self.carryOut(operation, input, &state.items))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func carryOut(
        _ operation: String, _ input: JSONValue, _ items: inout [String: [String: JSONValue]]
    ) throws(AWSCallError) -> JSONValue {
        guard input["TableName"] == "items" else {
            throw error("ResourceNotFoundException", "Requested resource not found")
        }
        let id = (input["Key"] ?? input["Item"])?["id"]?["S"]?.stringValue ?? ""
        if operation != "Scan" { try check(input, id: id, exists: items[id] != nil) }
        switch operation {
        case "GetItem": return items[id].map { ["Item": .object($0)] } ?? [:]
        case "PutItem":
            for value in input["Item"]?.objectValue?.values ?? [:].values { try checkNumbers(value) }
            items[id] = input["Item"]?.objectValue
            return [:]
        case "DeleteItem":
            guard let old = items.removeValue(forKey: id), input["ReturnValues"] == "ALL_OLD" else { return [:] }
            return ["Attributes": .object(old)]
        case "UpdateItem":
            var item = items[id] ?? [:]
            for (name, value) in try assignments(input) { item[name] = value }
            items[id] = item
            return ["Attributes": .object(item)]
        case "Scan":
            let start = input["ExclusiveStartKey"]?["id"]?["S"]?.stringValue
            let rest = items.sorted { $0.key < $1.key }.filter { $0.key > start ?? "" }
            let page = rest.prefix(input["Limit"]?.intValue ?? .max)
            var answer: [String: JSONValue] = [
                "Items": .array(page.map { .object($0.value) }), "Count": .integer(page.count),
            ]
            if page.count < rest.count, let last = page.last {
                answer["LastEvaluatedKey"] = ["id": ["S": .string(last.key)]]
            }
            return .object(answer)
        default: throw error("UnknownOperationException", operation)
        }
    }

    private static func check(_ input: JSONValue, id: String, exists: Bool) throws(AWSCallError) {
        guard !id.isEmpty, id.utf8.count <= 2048 else { throw error("ValidationException", "bad key") }
        let named = input["ExpressionAttributeNames"]?["#id"] == "id"
        switch input["ConditionExpression"]?.stringValue {
        case nil: break
        case "attribute_not_exists(#id)" where named && !exists: break
        case "attribute_exists(#id)" where named && exists: break
        default: throw error("ConditionalCheckFailedException", "The conditional request failed")
        }
    }

    /// `SET #a = :b, #c = :d`, each placeholder declared and used.
    private static func assignments(_ input: JSONValue) throws(AWSCallError) -> [(String, JSONValue)] {
        let text = input["UpdateExpression"]?.stringValue ?? ""
        guard text.hasPrefix("SET ") else { throw error("ValidationException", "Invalid UpdateExpression") }
        var pairs: [(String, JSONValue)] = []
        for assignment in text.dropFirst(4).split(separator: ",") {
            let sides = assignment.split(separator: " ").map(String.init)
            guard sides.count == 3, sides[1] == "=",
                let name = input["ExpressionAttributeNames"]?[sides[0]]?.stringValue,
                let value = input["ExpressionAttributeValues"]?[sides[2]]
            else { throw error("ValidationException", "Invalid UpdateExpression: \(assignment)") }
            try checkNumbers(value)
            pairs.append((name, value))
        }
        guard pairs.count == input["ExpressionAttributeValues"]?.objectValue?.count else {
            throw error("ValidationException", "Value provided in ExpressionAttributeValues unused in expressions")
        }
        return pairs
    }

    /// At most 38 significant digits ("Naming rules and data types" of the DynamoDB developer guide).
    private static func checkNumbers(_ value: JSONValue) throws(AWSCallError) {
        if let literal = value["N"]?.stringValue {
            let mantissa = literal.prefix { $0 != "e" && $0 != "E" }.filter(\.isNumber)
            let trimmed = String(mantissa.drop { $0 == "0" }.reversed()).drop { $0 == "0" }
            guard trimmed.count <= 38 else {
                throw error("ValidationException", "Attempting to store more than 38 significant digits in a Number")
            }
        }
        for nested in value["L"]?.arrayValue ?? [] { try checkNumbers(nested) }
        for nested in value["M"]?.objectValue?.values ?? [:].values { try checkNumbers(nested) }
    }

    private static func error(_ code: String, _ message: String, status: Int = 400) -> AWSCallError {
        AWSCallError(code: code, message: message, status: status, action: "dynamodb:test")
    }
}
