import DurableDocuments
import EmulatedMonitoring
import EmulatedObjects
import EmulatedServices
import EmulatedStacks
import EmulatedTables
import EmulatorCore
import ExactJSON
import NIOCore
import NIOPosix
import StackTemplate
import Synchronization
import Timekeeping

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A stack, running on this machine from its CloudFormation template, behind one port that speaks AWS's wire protocols.
package final class Emulator: Sendable {
    private struct State {
        var dispatcher: Dispatcher?
        var listener: HTTPListener?
    }

    private let configuration: EmulatorConfiguration
    private let account: EmulatedAccount
    private let clock: VirtualClock
    private let nursery = TaskNursery()
    private let date: HTTPDate
    private let state = Mutex(State())

    package init(configuration: EmulatorConfiguration) {
        self.configuration = configuration
        account = EmulatedAccount(id: configuration.accountID, region: configuration.region)
        clock = VirtualClock(realTime: configuration.realTime)
        date = HTTPDate(realTime: configuration.realTime)
    }

    /// Creates the stack and opens the port; requests are answered as soon as `run` is called.
    ///
    /// - Throws: `EmulatorError` for a template, a function's command or a port that does not work; nothing is left open.
    package func start() async throws(EmulatorError) -> EmulatorAddress {
        let listener = HTTPListener(
            group: MultiThreadedEventLoopGroup.singleton, nursery: nursery,
            maximumBodyBytes: S3Protocol.maximumBodyBytes, date: date
        ) { [weak self] in self?.answer($0) ?? .now(ServerResponse(status: 503)) }
        let port = try await bind(listener)
        do throws(EmulatorError) {
            let address = try await build(port: port)
            state.withLock { $0.listener = listener }
            return address
        } catch {
            await listener.close()
            throw error
        }
    }

    /// Serves until the task is cancelled; then ends all functions' processes and closes all connections.
    package func run() async throws {
        let listener = state.withLock { $0.listener }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.nursery.run() }
            group.addTask { await self.clock.run() }
        }
        await listener?.close()
        try Task.checkCancellation()
    }

    private func answer(_ request: ServerRequest) -> ServerAnswer {
        guard let dispatcher = state.withLock({ $0.dispatcher }) else {
            return .now(ServerResponse(status: 503, headers: ["Retry-After": "1"]))
        }
        return dispatcher.answer(request)
    }

    private func bind(_ listener: HTTPListener) async throws(EmulatorError) -> Int {
        do {
            return try await listener.bind(host: configuration.host, port: configuration.port)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw EmulatorError(
                code: .port, message: "port \(configuration.port) is in use; choose another one, or 0 for any free one")
        } catch let error as IOError where error.errnoCode == EACCES {
            throw EmulatorError(
                code: .port, message: "port \(configuration.port) may not be used; choose one above 1023")
        } catch {
            throw EmulatorError(
                code: .port, message: "port \(configuration.port) of \(configuration.host) cannot be opened: \(error)")
        }
    }

    private func build(port: Int) async throws(EmulatorError) -> EmulatorAddress {
        let endpointURL = "http://\(ListenAddress(configuration.host).localHost):\(port)"
        let keys: KeyService
        let parameters: ParameterService
        let objects: ObjectService
        let queues: QueueService
        let topics: TopicService
        let access: AccessService
        do throws(DocumentStoreError) {
            let documents = try DocumentStore(directory: configuration.dataDirectory)
            keys = try KeyService(account: account, clock: clock, documents: documents)
            parameters = try ParameterService(account: account, clock: clock, keys: keys, documents: documents)
            objects = try ObjectService(
                account: account, clock: clock, directory: configuration.dataDirectory.map { "\($0)/objects" },
                documents: documents)
            queues = try QueueService(account: account, clock: clock, documents: documents) { endpointURL }
            topics = try TopicService(
                account: account, clock: clock, queues: queues, documents: documents
            ) { endpointURL }
            access = try AccessService(account: account, clock: clock, documents: documents)
        } catch {
            throw EmulatorError(code: .storage, message: error.message, location: error.location)
        }
        keys.provide(
            alias: EncryptedVariables.defaultKeyAlias,
            description: "Default key that protects my Lambda functions when no other key is defined")
        parameters.provide(
            BootstrapParameter.name, value: BootstrapParameter.version,
            description: "The version of the resources that the CDK's bootstrap stack makes")
        let logs = LogsService(account: account, clock: clock)
        let notifications = AlarmNotifications(account: account, topics: topics)
        let metrics = CloudWatchService(account: account, clock: clock, actions: notifications.carryOut)
        logs.publishMetrics(to: metrics)
        let tables: TableService
        do throws(TablesError) {
            tables = try TableService(account: account, clock: clock, directory: configuration.dataDirectory)
        } catch {
            throw EmulatorError(code: .storage, message: error.message, location: configuration.dataDirectory)
        }
        let reader = ObjectReader(objects: objects)
        let code = FunctionCodeStore(
            locations: configuration.code, commands: configuration.functions, fallbacks: configuration.bundledFunctions
        ) { bucket, key, version throws(AWSServiceError) in
            try await reader.bytes(bucket: bucket, key: key, version: version)
        }
        let lambda = LambdaService(
            LambdaService.Surroundings(
                account: account, clock: clock, realTime: configuration.realTime, keys: keys, logs: logs,
                metrics: metrics, nursery: nursery, eventLoops: MultiThreadedEventLoopGroup.singleton, date: date,
                switches: configuration.switches, baseEnvironment: configuration.baseEnvironment, code: code,
                destinations: InvocationDestinations(queues: queues, topics: topics)))
        lambda.setEndpoint(endpointURL)
        notifications.invokeFunctions(of: lambda)
        let signatures = SignatureGate(
            credentials: KnownCredentials(configuration.credentials) { [weak lambda] id in
                lambda?.credentials(id)
            }, realTime: configuration.realTime)
        let mappings = EventSourceRegistry(
            tables: tables,
            surroundings: EventSourceMapping.Surroundings(
                streams: tables.streams, functions: lambda,
                failures: FailureDestination(destinations: lambda.surroundings.destinations, clock: clock),
                checkpoints: try CheckpointStore(directory: configuration.dataDirectory)))
        topics.connect(TopicNotifications(functions: lambda, nursery: nursery).deliveries)
        let gateway = APIGatewayService(
            surroundings: stageSurroundings(
                signatures: signatures, lambda: lambda, logs: logs, metrics: metrics))
        let store = StackStore(clock: clock)
        var operations = StackOperation.Surroundings(
            account: account, clock: clock, store: store,
            catalog: ResourceCatalog([
                TableResources(tables: tables), KeyResources(keys: keys), AccessResources(access: access),
                StorageResources(objects: objects, parameters: parameters),
                MonitoringResources(metrics: metrics), LogResources(logs: logs), QueueResources(queues: queues),
                TopicResources(topics: topics), FunctionResources(lambda: lambda, mappings: mappings),
                GatewayResources(gateway: gateway),
            ]), notice: { [tell = configuration.notice] notice in tell("not emulated: \(notice)") })
        operations.lookups.storedParameter = { name in
            // A template gets no secure parameters; CloudFormation refuses them.
            guard let found = try? parameters.value(of: name), found.type != "SecureString" else { return nil }
            return found.value
        }
        let archive = configuration.dataDirectory.map(StackArchive.init)
        let notices = try await InitialStacks(
            configuration: configuration, operations: operations, archive: archive
        ).create()
        let stacks = CloudFormationService(
            CloudFormationService.Surroundings(
                operations: operations, run: { [nursery] work in await nursery.finish(work) },
                fetchTemplate: { url throws(AWSServiceError) in try await reader.text(ofURL: url) },
                changed: { [tell = configuration.notice] record in
                    do throws(AWSServiceError) { try archive?.record(record) } catch { tell(error.message) }
                }))
        let dispatcher = Dispatcher(
            gateway: gateway,
            gatewayCalls: APIGatewayRESTService(gateway: gateway),
            lambda: LambdaRESTService(functions: lambda, mappings: mappings),
            json: JSONProtocol(
                services: Self.jsonServices(
                    tables: tables, metrics: metrics, logs: logs, keys: keys, queues: queues,
                    parameters: parameters)),
            query: QueryProtocol(services: [
                "2010-05-15": .init(service: stacks, namespace: CloudFormationService.namespace),
                "2011-06-15": .init(
                    service: STSService(account: account, clock: clock), namespace: STSService.namespace,
                    types: STSService.memberTypes),
                "2010-05-08": .init(
                    service: access, namespace: AccessService.namespace, types: AccessService.memberTypes),
                QueueFormService.version: .init(
                    service: QueueFormService(queues: queues), namespace: QueueFormService.namespace,
                    types: QueueFormService.memberTypes, errorCode: QueueFormService.errorCode),
                "2010-03-31": .init(service: topics, namespace: TopicService.namespace),
                "2010-08-01": .init(
                    service: metrics, namespace: CloudWatchService.namespace, types: CloudWatchService.memberTypes,
                    errorCode: CloudWatchService.queryErrorCode),
            ]), objects: S3Protocol(objects: objects, realTime: configuration.realTime),
            clock: ClockEndpoint(clock: clock, mode: configuration.clockMode),
            signatures: configuration.requiresSignature ? signatures : nil)
        metrics.start()
        lambda.start()
        state.withLock { $0.dispatcher = dispatcher }
        return EmulatorAddress(
            port: port, endpointURL: endpointURL,
            apiURLs: gateway.stageNames.map { "\(endpointURL)/_aws/execute-api/\($0.api)/\($0.stage)" },
            region: account.region, accountID: account.id, stackName: configuration.stackName,
            isLoopback: ListenAddress(configuration.host).isLoopback, notices: notices)
    }

    private func stageSurroundings(
        signatures: SignatureGate, lambda: LambdaService, logs: LogsService,
        metrics: CloudWatchService
    ) -> StageRuntime.Surroundings {
        let account = account
        return StageRuntime.Surroundings(
            account: account, clock: clock, functions: lambda, logs: logs, metrics: metrics, nursery: nursery,
            eventLoops: MultiThreadedEventLoopGroup.singleton, switches: configuration.switches, signatures: signatures
        ) { function, method in
            lambda.allows(function: function, service: "apigateway.amazonaws.com", sourceARN: method)
        }
    }

    private static func jsonServices(
        tables: TableService, metrics: CloudWatchService, logs: LogsService, keys: KeyService, queues: QueueService,
        parameters: ParameterService
    ) -> [String: JSONProtocol.Service] {
        [
            "DynamoDB_20120810": .init(
                service: tables, version: "1.0", errorNamespace: "com.amazonaws.dynamodb.v20120810", hasChecksum: true),
            "DynamoDBStreams_20120810": .init(
                service: tables.streams, version: "1.0", errorNamespace: "com.amazonaws.dynamodb.v20120810",
                hasChecksum: true),
            "GraniteServiceVersion20100801": .init(
                service: metrics, version: "1.0", errorNamespace: "com.amazonaws.cloudwatch.v2010_08_01",
                queryErrorCode: CloudWatchService.queryErrorCode, types: CloudWatchService.memberTypes),
            "Logs_20140328": .init(service: logs, version: "1.1", errorNamespace: ""),
            "TrentService": .init(service: keys, version: "1.1", errorNamespace: ""),
            "AmazonSSM": .init(service: parameters, version: "1.1", errorNamespace: ""),
            "AmazonSQS": .init(
                service: queues, version: "1.0", errorNamespace: "com.amazonaws.sqs",
                queryErrorCode: QueueFormService.errorCode),
        ]
    }
}

/// What the CDK looks for before it deploys: it refuses an account whose bootstrap resources are too old.
enum BootstrapParameter {
    static let name = "/cdk-bootstrap/hnb659fds/version"
    /// Assets ask for 6 and more, the newest features for 21.
    static let version = "30"
}
