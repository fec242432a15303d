import AWSClients
import ExactJSON

/// The API's operations on the table. Whatever the caller did wrong is an answer; whatever else goes wrong is thrown.
struct ItemsRoutes: Sendable {
    let configuration: ItemsConfiguration
    let table: any ItemTable

    /// Items on a page of the listing.
    private static let pageSizes = 1...100
    private static let defaultPageSize = 50

    func answer(_ event: ProxyEvent) async throws -> ItemsAnswer {
        // By the resource, not the path: `/items/` and `/items` are one, and a percent-encoded slash stays inside an id.
        switch (event.method, event.resource) {
        case ("GET", "/"):
            return ItemsAnswer(200, ["message": "healthy", "stage": .string(configuration.stage)])
        case ("GET", "/items"): return try await refusing { try await list(event) }
        case ("POST", "/items"): return try await refusing(conditionFailed: .idTaken) { try await create(event) }
        case ("GET", "/items/{id}"): return try await withID(event) { try await read($0) }
        case ("PUT", "/items/{id}"): return try await withID(event) { try await update($0, event) }
        case ("DELETE", "/items/{id}"): return try await withID(event) { try await delete($0) }
        default: return .error(404, "there is no \(event.method) \(event.resource)")
        }
    }

    private func withID(
        _ event: ProxyEvent, _ body: (String) async throws -> ItemsAnswer
    ) async throws -> ItemsAnswer {
        guard let id = event.id, !id.isEmpty else { return .error(400, "the id in the path is empty or badly encoded") }
        return try await refusing(conditionFailed: .noSuchItem) { try await body(id) }
    }

    /// Turns the two errors of DynamoDB that are the caller's doing into answers.
    ///
    /// - Parameter conditionFailed: What it means that the call's condition did not hold; nil for calls without one.
    private func refusing(
        conditionFailed: ItemsAnswer? = nil, _ body: () async throws -> ItemsAnswer
    ) async throws -> ItemsAnswer {
        do {
            return try await body()
        } catch let error as AWSCallError {
            switch (error.code, conditionFailed) {
            case ("ConditionalCheckFailedException", let answer?): return answer
            case ("ValidationException", _): return .error(400, error.message)
            default: throw error
            }
        }
    }

    private func list(_ event: ProxyEvent) async throws -> ItemsAnswer {
        let limit = event.query["limit"].map { Int($0) } ?? Self.defaultPageSize
        guard let limit, Self.pageSizes.contains(limit) else {
            let sizes = Self.pageSizes
            return .error(400, "limit must be a whole number from \(sizes.lowerBound) to \(sizes.upperBound)")
        }
        var input: [String: JSONValue] = ["Limit": .integer(limit)]
        if let token = event.query["nextToken"] {
            guard let key = PageToken.decode(token) else { return .error(400, "nextToken is none of this API's") }
            input["ExclusiveStartKey"] = key
        }
        let page = try await call("Scan", input)
        var items: [JSONValue] = []
        for item in page["Items"]?.arrayValue ?? [] {
            items.append(try AttributeValue.decode(item: item.objectValue ?? [:]))
        }
        var members: [String: JSONValue] = ["items": .array(items), "count": .integer(items.count)]
        if let key = page["LastEvaluatedKey"] { members["nextToken"] = .string(PageToken.encode(key)) }
        return ItemsAnswer(200, members)
    }

    private func create(_ event: ProxyEvent) async throws -> ItemsAnswer {
        guard let item = Self.object(event.body) else { return Self.notAnObject }
        guard let id = item["id"]?.stringValue, !id.isEmpty else {
            return .error(400, "the item needs an id, a string that is not empty")
        }
        _ = try await call(
            "PutItem",
            [
                "Item": AttributeValue.encode(item), "ConditionExpression": "attribute_not_exists(#id)",
                "ExpressionAttributeNames": ["#id": "id"],
            ])
        return ItemsAnswer(201, ["message": "item created", "item": .object(item)])
    }

    private func read(_ id: String) async throws -> ItemsAnswer {
        let found = try await call("GetItem", ["Key": Self.key(id), "ConsistentRead": true])
        guard let item = found["Item"]?.objectValue else { return .noSuchItem }
        return ItemsAnswer(200, ["item": try AttributeValue.decode(item: item)])
    }

    private func update(_ id: String, _ event: ProxyEvent) async throws -> ItemsAnswer {
        guard var changes = Self.object(event.body) else { return Self.notAnObject }
        guard changes["id"] == nil || changes["id"] == .string(id) else {
            return .error(400, "the id in the body is not the one in the path")
        }
        changes["id"] = nil
        guard !changes.isEmpty else { return .error(400, "there is nothing to update") }
        let answer = try await call("UpdateItem", Self.update(id, changes))
        guard let item = answer["Attributes"]?.objectValue else {
            throw ItemsError(code: .table, message: "the table did not return the updated item")
        }
        return ItemsAnswer(200, ["message": "item updated", "item": try AttributeValue.decode(item: item)])
    }

    private func delete(_ id: String) async throws -> ItemsAnswer {
        let answer = try await call("DeleteItem", ["Key": Self.key(id), "ReturnValues": "ALL_OLD"])
        guard let item = answer["Attributes"]?.objectValue, !item.isEmpty else { return .noSuchItem }
        return ItemsAnswer(200, ["message": "item deleted", "item": try AttributeValue.decode(item: item)])
    }

    private func call(_ operation: String, _ input: [String: JSONValue]) async throws(AWSCallError) -> JSONValue {
        var input = input
        input["TableName"] = .string(configuration.tableName)
        return try await table.call(operation, .object(input))
    }
}

extension ItemsRoutes {
    private static let notAnObject = ItemsAnswer.error(400, "the body must be a JSON object")

    private static func object(_ body: [UInt8]?) -> [String: JSONValue]? {
        guard let body, let json = try? JSONValue(parsing: body) else { return nil }
        return json.objectValue
    }

    private static func key(_ id: String) -> JSONValue { ["id": ["S": .string(id)]] }

    /// The input that sets each attribute; names and values go in by number, so that no name can break the expression.
    static func update(_ id: String, _ changes: [String: JSONValue]) -> [String: JSONValue] {
        var names: [String: JSONValue] = ["#id": "id"]
        var values: [String: JSONValue] = [:]
        var assignments: [String] = []
        for (index, change) in changes.sorted(by: { $0.key < $1.key }).enumerated() {
            names["#n\(index)"] = .string(change.key)
            values[":v\(index)"] = AttributeValue.encode(change.value)
            assignments.append("#n\(index) = :v\(index)")
        }
        return [
            "Key": key(id), "UpdateExpression": .string("SET \(assignments.joined(separator: ", "))"),
            "ConditionExpression": "attribute_exists(#id)", "ExpressionAttributeNames": .object(names),
            "ExpressionAttributeValues": .object(values), "ReturnValues": "ALL_NEW",
        ]
    }
}
