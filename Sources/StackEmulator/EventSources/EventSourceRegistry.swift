import DurableDocuments
import EmulatedTables
import EmulatorCore
import ExactJSON
import Synchronization

/// The event source mappings that there are.
final class EventSourceRegistry: Sendable {
    private let tables: TableService
    private let surroundings: EventSourceMapping.Surroundings
    private let documents: DocumentStore
    private let mappings = Mutex<[String: EventSourceMapping]>([:])

    init(tables: TableService, documents: DocumentStore, surroundings: EventSourceMapping.Surroundings) {
        self.documents = documents
        self.tables = tables
        self.surroundings = surroundings
    }

    /// All mappings, by id.
    var all: [EventSourceMapping] { mappings.withLock { $0.values.sorted { $0.id < $1.id } } }

    func mapping(_ id: String) throws(AWSServiceError) -> EventSourceMapping {
        guard let mapping = mappings.withLock({ $0[id] }) else { throw .noLambdaResource }
        return mapping
    }

    /// Makes a mapping and starts it.
    ///
    /// - Parameters:
    ///   - id: a UUID; one that was there before goes on where it was, given a data directory.
    ///   - input: CreateEventSourceMapping's members, or a template's properties.
    /// - Throws: Lambda's errors; nothing of the mapping is left then.
    func create(
        id: String, input: JSONValue, tags: [String: String] = [:]
    ) async throws(AWSServiceError) -> EventSourceMapping {
        let source = input["EventSourceArn"]?.stringValue ?? ""
        try Self.check(source)
        guard let position = input["StartingPosition"]?.stringValue, !position.isEmpty else {
            throw .invalidLambda(
                "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null."
            )
        }
        let settings = try EventSourceSettings(
            id: id, functionARN: try functionARN(input["FunctionName"]?.stringValue ?? ""), properties: input)
        let mapping = EventSourceMapping(settings, tags: tags, surroundings: surroundings)
        let existing = mappings.withLock { mappings -> String? in
            let existing = mappings.values.first {
                $0.streamARN == source && $0.settings.functionARN == settings.functionARN
            }
            if existing == nil { mappings[id] = mapping }
            return existing?.id
        }
        if let existing {
            throw AWSServiceError(
                "ResourceConflictException",
                "The event source arn (\" \(source) \") and function (\" \(settings.functionARN) \") provided mapping "
                    + "already exists. Please update or delete the existing mapping with UUID \(existing)", status: 409)
        }
        do throws(AWSServiceError) {
            try await mapping.prepare()
        } catch {
            mappings.withLock { $0[id] = nil }
            mapping.close()
            throw error.code == "ResourceNotFoundException" ? Self.noStream(source) : error
        }
        keep(mapping)
        tables.onStreamRecords(streamARN: source) { [weak mapping] in mapping?.poke() }
        mapping.poke()
        return mapping
    }

    /// Changes a mapping; what the input does not name stays.
    func update(_ id: String, input: JSONValue) async throws(AWSServiceError) -> EventSourceMapping {
        let mapping = try mapping(id)
        var settings = mapping.settings
        if let name = input["FunctionName"]?.stringValue { settings.functionARN = try functionARN(name) }
        try settings.apply(input)
        await mapping.update(settings)
        keep(mapping)
        return mapping
    }

    func setTags(of mapping: EventSourceMapping, _ change: (inout [String: String]) -> Void) {
        mapping.setTags(change)
        keep(mapping)
    }

    /// Ends a mapping; one that is gone already is no error.
    func remove(_ id: String) {
        guard let mapping = mappings.withLock({ $0.removeValue(forKey: id) }) else { return }
        mapping.close()
        documents.record([.init(Self.collection, id, nil)])
    }

    // MARK: Over restarts

    private static let collection = "lambda.mapping"

    private func keep(_ mapping: EventSourceMapping) {
        let settings = mapping.settings
        let own: [String: JSONValue] = [
            "FunctionName": .string(settings.functionARN), "Enabled": .bool(settings.isEnabled),
            "Tags": .object(mapping.tags.mapValues(JSONValue.string)),
        ]
        documents.record([
            .init(Self.collection, mapping.id, .object(settings.members.merging(own) { _, own in own }))
        ])
    }

    /// Makes the mappings of an earlier process again; each goes on behind what its function has seen.
    ///
    /// - Returns: What is to be told: mappings whose function or stream is gone.
    func restore() async throws(DocumentStoreError) -> [String] {
        var notices: [String] = []
        for (id, input) in try documents.documents(in: Self.collection).sorted(by: { $0.key < $1.key }) {
            do throws(AWSServiceError) {
                let tags = (input["Tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
                _ = try await create(id: id, input: input, tags: tags)
            } catch {
                notices.append(
                    "the event source mapping \(id), kept from before, cannot be made again: \(error.message)")
            }
        }
        return notices
    }

    private func functionARN(_ name: String) throws(AWSServiceError) -> String {
        let functions = surroundings.functions
        let function = try FunctionIdentifier(name, account: functions.surroundings.account)
        let record = try functions.record(function)
        _ = try record.target(function.qualifier)
        return record.qualifiedARN(function.qualifier)
    }

    private static func check(_ source: String) throws(AWSServiceError) {
        switch DestinationARN.service(of: source) {
        case "dynamodb" where source.contains("/stream/"): return
        case "":
            throw .lambdaValidation(
                source, "eventSourceArn",
                "satisfy regular expression pattern: arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"
            )
        default:
            throw .invalidLambda("The event source \(source) is not emulated; DynamoDB streams are.")
        }
    }

    private static func noStream(_ arn: String) -> AWSServiceError {
        .invalidLambda("Stream not found: \(arn)")
    }
}
