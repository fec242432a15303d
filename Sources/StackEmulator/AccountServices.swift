import DurableDocuments
import EmulatedMonitoring
import EmulatedObjects
import EmulatedServices
import EmulatedStacks
import EmulatedTables
import EmulatorCore
import NIOPosix

/// The services of one account, connected with each other.
struct AccountServices: Sendable {
    let configuration: EmulatorConfiguration
    let account: EmulatedAccount
    let clock: VirtualClock
    /// Where clients and handlers reach all services.
    let endpointURL: String
    let keys: KeyService
    let parameters: ParameterService
    let objects: ObjectService
    let queues: QueueService
    let topics: TopicService
    let access: AccessService
    let logs: LogsService
    let metrics: CloudWatchService
    let tables: TableService
    let lambda: LambdaService
    let mappings: EventSourceRegistry
    let gateway: APIGatewayService
    let signatures: SignatureGate

    /// - Throws: `EmulatorError` when the data directory cannot be used.
    init(
        configuration: EmulatorConfiguration, account: EmulatedAccount, clock: VirtualClock, endpointURL: String,
        nursery: TaskNursery, date: HTTPDate
    ) throws(EmulatorError) {
        self.configuration = configuration
        self.account = account
        self.clock = clock
        self.endpointURL = endpointURL
        let directory = configuration.dataDirectory
        let documents: DocumentStore
        do throws(DocumentStoreError) {
            documents = try DocumentStore(directory: directory)
            keys = try KeyService(account: account, clock: clock, documents: documents)
            parameters = try ParameterService(account: account, clock: clock, keys: keys, documents: documents)
            objects = try ObjectService(
                account: account, clock: clock, directory: directory.map { "\($0)/objects" }, documents: documents)
            queues = try QueueService(account: account, clock: clock, documents: documents) { endpointURL }
            topics = try TopicService(account: account, clock: clock, queues: queues, documents: documents) {
                endpointURL
            }
            access = try AccessService(account: account, clock: clock, documents: documents)
        } catch {
            throw EmulatorError(code: .storage, message: error.message, location: error.location)
        }
        do throws(TablesError) {
            tables = try TableService(account: account, clock: clock, directory: directory)
        } catch {
            throw EmulatorError(code: .storage, message: error.message, location: directory)
        }
        logs = LogsService(account: account, clock: clock)
        let notifications = AlarmNotifications(account: account, topics: topics)
        metrics = CloudWatchService(
            account: account, clock: clock,
            evaluationRange: EvaluationRange(extraPeriods: configuration.switches.evaluationRangeExtraPeriods),
            documents: documents, actions: notifications.carryOut)
        logs.publishMetrics(to: metrics)
        lambda = LambdaService(
            LambdaService.Surroundings(
                account: account, clock: clock, realTime: configuration.realTime, keys: keys, logs: logs,
                metrics: metrics, nursery: nursery, eventLoops: MultiThreadedEventLoopGroup.singleton, date: date,
                switches: configuration.switches, baseEnvironment: configuration.baseEnvironment,
                code: Self.codeStore(configuration, objects),
                destinations: InvocationDestinations(queues: queues, topics: topics), documents: documents,
                notice: OnceTold(configuration.notice)))
        lambda.setEndpoint(endpointURL)
        notifications.invokeFunctions(of: lambda)
        topics.connect(TopicNotifications(functions: lambda, nursery: nursery).deliveries)
        mappings = EventSourceRegistry(
            tables: tables, documents: documents,
            surroundings: EventSourceMapping.Surroundings(
                streams: tables.streams, functions: lambda,
                failures: FailureDestination(destinations: lambda.surroundings.destinations, clock: clock),
                checkpoints: try CheckpointStore(directory: directory)))
        signatures = SignatureGate(
            credentials: KnownCredentials(configuration.credentials) { [weak lambda] id in lambda?.credentials(id) },
            realTime: configuration.realTime)
        gateway = APIGatewayService(
            surroundings: StageRuntime.Surroundings(
                account: account, clock: clock, functions: lambda, logs: logs, metrics: metrics, nursery: nursery,
                eventLoops: MultiThreadedEventLoopGroup.singleton, switches: configuration.switches,
                signatures: signatures
            ) { [lambda] function, method in
                lambda.allows(function: function, service: "apigateway.amazonaws.com", sourceARN: method)
            })
        keys.provide(
            alias: EncryptedVariables.defaultKeyAlias,
            description: "Default key that protects my Lambda functions when no other key is defined")
        parameters.provide(
            BootstrapParameter.name, value: BootstrapParameter.version,
            description: "The version of the resources that the CDK's bootstrap stack makes")
    }

    private static func codeStore(
        _ configuration: EmulatorConfiguration, _ objects: ObjectService
    ) -> FunctionCodeStore {
        let reader = ObjectReader(objects: objects)
        return FunctionCodeStore(
            locations: configuration.code, commands: configuration.functions, fallbacks: configuration.bundledFunctions,
            archiveFolder: configuration.dataDirectory.map { "\($0)/code" }
        ) { bucket, key, version throws(AWSServiceError) in
            try await reader.bytes(bucket: bucket, key: key, version: version)
        }
    }

    /// Makes again what a data directory kept of alarms, functions and event source mappings, before any stack is made.
    ///
    /// - Returns: What could not be made again, and why.
    func restore() async throws(EmulatorError) -> [String] {
        do throws(DocumentStoreError) {
            let alarms = try metrics.restore().map { "the alarm \($0), kept from before, cannot be read" }
            return alarms + (try await lambda.restore()) + (try await mappings.restore())
        } catch {
            throw EmulatorError(code: .storage, message: error.message, location: error.location)
        }
    }

    /// Starts what goes on by the clock, and goes on with the events that an earlier process had taken in.
    func start() throws(EmulatorError) {
        do throws(DocumentStoreError) { lambda.resume(try lambda.keptEvents()) } catch {
            throw EmulatorError(code: .storage, message: error.message, location: error.location)
        }
        metrics.start()
        lambda.start()
        ServiceFigures(queues: queues, topics: topics, metrics: metrics).start(on: clock)
    }

    /// What makes stacks of all types that are emulated.
    func stackOperations() -> StackOperation.Surroundings {
        var operations = StackOperation.Surroundings(
            account: account, clock: clock, store: StackStore(clock: clock),
            catalog: ResourceCatalog([
                TableResources(tables: tables), KeyResources(keys: keys), AccessResources(access: access),
                StorageResources(objects: objects, parameters: parameters), MonitoringResources(metrics: metrics),
                LogResources(logs: logs), QueueResources(queues: queues), TopicResources(topics: topics),
                FunctionResources(lambda: lambda, mappings: mappings), GatewayResources(gateway: gateway),
            ]), notice: { [tell = configuration.notice] notice in tell("not emulated: \(notice)") })
        operations.lookups.storedParameter = { [parameters] name in
            // A template gets no secure parameters; CloudFormation refuses them.
            guard let found = try? parameters.value(of: name), found.type != "SecureString" else { return nil }
            return found.value
        }
        return operations
    }
}

/// What the CDK looks for before it deploys: it refuses an account whose bootstrap resources are too old.
enum BootstrapParameter {
    static let name = "/cdk-bootstrap/hnb659fds/version"
    /// Assets ask for 6 and more, the newest features for 21.
    static let version = "30"
}
