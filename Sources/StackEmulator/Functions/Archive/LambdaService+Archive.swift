import DurableDocuments
import EmulatorCore
import ExactJSON

/// Functions over restarts: each is a document, its archive a file of the code store. Environments are not kept.
extension LambdaService {
    static let functionCollection = "lambda.function"
    static let eventCollection = "lambda.event"

    /// Returns when all that was changed so far is on the disk, given a data directory.
    func settle() async throws(AWSServiceError) { try await surroundings.documents.settle() }

    /// Keeps a function as it is now, or forgets it when it has been deleted.
    func keep(_ name: String, _ state: FunctionRecord.State) {
        guard surroundings.documents.isDurable else { return }
        let document: JSONValue? =
            state.isDeleted ? Optional.none : state.document(reserved: concurrency.reserved(of: name))
        surroundings.documents.record([.init(Self.functionCollection, name, document)])
    }

    /// Makes the functions of an earlier process again, before any request is answered.
    ///
    /// - Returns: What is to be told: functions whose code cannot be had, or that nothing here can run. They stay in the
    ///   data directory.
    func restore() async throws(DocumentStoreError) -> [String] {
        var notices: [String] = []
        var archives: Set<String> = []
        for (name, document) in try surroundings.documents.documents(in: Self.functionCollection)
            .sorted(by: { $0.key < $1.key })
        {
            let configurations = [document["latest"]] + (document["versions"]?.arrayValue ?? [])
            var functions = configurations.compactMap { $0.flatMap { LambdaFunction(document: $0) } }
            archives.formUnion(functions.map(\.code.sha256))
            guard functions.count == configurations.count else {
                notices.append("the function \(name), kept from before, cannot be read")
                continue
            }
            do throws(AWSServiceError) {
                for index in functions.indices { functions[index].code = try await restored(functions[index]) }
                try adopt(functions, document)
            } catch {
                notices.append("the function \(name), kept from before, cannot be made again: \(error.message)")
            }
        }
        surroundings.code.removeArchives(except: archives)
        return notices
    }

    private func adopt(_ functions: [LambdaFunction], _ document: JSONValue) throws(AWSServiceError) {
        guard let latest = functions.first else { return }
        let record = try add(latest)
        if let reserved = document["reserved"]?.intValue { _ = concurrency.reserve(reserved, for: record.name) }
        try record.change { state in
            state.restore(document)
            for version in functions.dropFirst() {
                guard let number = Int(version.version) else { continue }
                state.versions[number] = FunctionTarget(version, metrics: record.metrics)
            }
        }
        permissionsChanged()
    }

    /// The code of a kept version: its archive where there is one, or else found anew, as a folder is.
    private func restored(_ function: LambdaFunction) async throws(AWSServiceError) -> FunctionCodeState {
        var source = function.code.source
        var original = source
        if let bytes = surroundings.code.archive(function.code.sha256) {
            if case .success(.zip) = source { original = .success(.zip(bytes)) }
            source = .success(.zip(bytes))
        }
        var state = try await code(of: function, from: source)
        state.source = original
        return state
    }

    // MARK: Events

    /// Takes in an asynchronous invocation; returns when it can no longer be lost.
    func takeIn(_ function: FunctionIdentifier, _ request: InvocationRequest) async throws(AWSServiceError) {
        try enqueue(function, request)
        try await settle()
    }

    func keep(_ event: QueuedEvent) {
        surroundings.documents.record([.init(Self.eventCollection, event.request.requestID, event.document)])
    }

    func forget(_ event: QueuedEvent) {
        surroundings.documents.record([.init(Self.eventCollection, event.request.requestID, nil)])
    }

    /// The events that an earlier process had not done with; each is due at once.
    func keptEvents() throws(DocumentStoreError) -> [QueuedEvent] {
        try surroundings.documents.documents(in: Self.eventCollection).values.compactMap { QueuedEvent(document: $0) }
            .sorted { $0.receivedAt < $1.receivedAt }
    }
}
