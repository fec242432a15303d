import EmulatorCore
import ExactJSON

extension TableService {
    private static let mostKeysOfARead = 100
    private static let mostWrites = 25
    private static let answerBytes = 16 << 20

    private static let duplicates = AWSServiceError.validation("Provided list of item keys contains duplicates")

    private static func missingItems(of call: String) -> AWSServiceError {
        .validation("The requestItems parameter is required for \(call)")
    }

    /// BatchGetItem: up to 100 keys; what would make the answer larger than 16 MB is left unprocessed.
    func batchGetItem(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        guard let requests = try input.object("RequestItems"), !requests.isEmpty else {
            throw Self.missingItems(of: "BatchGetItem")
        }
        let detail = try ConsumedCapacity.detail(input)
        var responses: [String: JSONValue] = [:]
        var unprocessed: [String: JSONValue] = [:]
        var capacities: [JSONValue] = []
        var count = 0
        var bytes = 0
        for (name, request) in requests.sorted(by: { $0.key < $1.key }) {
            let request = TableInput(request)
            guard let keys = try request.array("Keys"), !keys.isEmpty else { throw TableInput.missing("Keys") }
            guard keys.count <= Self.mostKeysOfARead else {
                throw .validation(
                    "1 validation error detected: Value at 'RequestItems.\(name).member.Keys' failed to satisfy "
                        + "constraint: Member must have length less than or equal to \(Self.mostKeysOfARead)")
            }
            count += keys.count
            guard count <= Self.mostKeysOfARead else {
                throw .validation("Too many items requested for the BatchGetItem call")
            }
            try Self.checkProjection(request)
            var scope = try ExpressionScope(names: request["ExpressionAttributeNames"], values: nil)
            let projection = try projection(request, &scope)
            try scope.checkUse()
            let isConsistent = try request.bool("ConsistentRead") ?? false
            let table = try table(named: name)
            var parsed: [ItemKey] = []
            for key in keys { parsed.append(try table.schema.key(named: try Item(json: key, member: "Keys"))) }
            guard Set(parsed).count == parsed.count else { throw Self.duplicates }

            var items: [JSONValue] = []
            var left: [JSONValue] = []
            var units = 0.0
            for (key, members) in zip(parsed, keys) {
                guard bytes < Self.answerBytes else {
                    left.append(members)
                    continue
                }
                let item = try database.read { db in try ItemStore(table: table.number).item(key, db) }
                if let item, bytes + item.storedSize > Self.answerBytes {
                    bytes = Self.answerBytes
                    left.append(members)
                    continue
                }
                units += ConsumedCapacity.read(bytes: item?.storedSize ?? 0, isConsistent: isConsistent)
                guard let item else { continue }
                bytes += item.storedSize
                items.append((projection?.apply(to: item) ?? item).json)
            }
            responses[name] = .array(items)
            if !left.isEmpty {
                var rest = request.value.objectValue ?? [:]
                rest["Keys"] = .array(left)
                unprocessed[name] = .object(rest)
            }
            if let capacity = ConsumedCapacity(table, units: units).json(detail) { capacities.append(capacity) }
        }
        var answer: [String: JSONValue] = ["Responses": .object(responses), "UnprocessedKeys": .object(unprocessed)]
        if detail != .none { answer["ConsumedCapacity"] = .array(capacities) }
        return .object(answer)
    }

    /// BatchWriteItem: up to 25 puts and deletes, checked whole before the first is written.
    func batchWriteItem(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        guard let requests = try input.object("RequestItems"), !requests.isEmpty else {
            throw Self.missingItems(of: "BatchWriteItem")
        }
        let detail = try ConsumedCapacity.detail(input)
        let now = clock.now.millisecondsSinceEpoch
        var jobs: [ItemWrite] = []
        for (name, list) in requests.sorted(by: { $0.key < $1.key }) {
            let table = try table(named: name)
            guard let list = list.arrayValue else { throw TableInput.malformed("RequestItems") }
            guard (1...Self.mostWrites).contains(list.count) else {
                let shown = String(decoding: JSONValue.array(list).serialized(), as: UTF8.self)
                throw .validation(
                    "1 validation error detected: Value '{\(name)=\(shown)}' at 'requestItems' failed to satisfy constraint: Map "
                        + "value must satisfy constraint: [Member must have length less than or equal to 25, Member must "
                        + "have length greater than or equal to 1]")
            }
            for element in list { jobs.append(try write(element, table, now)) }
        }
        guard jobs.count <= Self.mostWrites else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
        for jobs in Dictionary(grouping: jobs, by: \.table.number).values {
            guard Set(jobs.map(\.key)).count == jobs.count else { throw Self.duplicates }
        }
        let outcomes = try await run(jobs, now: now)
        var answer: [String: JSONValue] = ["UnprocessedItems": .object([:])]
        if detail != .none {
            let all = zip(jobs, outcomes).map { ConsumedCapacity($0.table, $1) }
            answer["ConsumedCapacity"] = .array(ConsumedCapacity.list(all).compactMap { $0.json(detail) })
        }
        if try Self.tellsItemCollection(input) {
            let metrics = Dictionary(grouping: jobs, by: \.table.name).mapValues { $0.compactMap(Self.itemCollection) }
            answer["ItemCollectionMetrics"] = .object(
                metrics.filter { !$0.value.isEmpty }.mapValues { .array($0) })
        }
        return .object(answer)
    }

    private func write(_ element: JSONValue, _ table: TableRecord, _ now: Int64) throws(AWSServiceError) -> ItemWrite {
        let input = TableInput(element)
        let put = try input.object("PutRequest")
        let delete = try input.object("DeleteRequest")
        switch (put, delete) {
        case (let put?, nil):
            let item = try TableInput(.object(put)).requiredItem("Item")
            let key = try table.schema.key(of: item)
            try Self.checkSize(item)
            if let mismatch = table.indexMismatch(of: item) { throw mismatch }
            return ItemWrite(
                table: table, key: key, keyMembers: table.schema.keyMembers(of: item), change: .put(item), now: now)
        case (nil, let delete?):
            let members = try TableInput(.object(delete)).requiredItem("Key")
            return ItemWrite(
                table: table, key: try table.schema.key(named: members), keyMembers: members, change: .delete, now: now)
        default:
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
                    + "datatypes")
        }
    }
}
