import EmulatedStacks
import EmulatorCore
import NIOCore
import NIOPosix
import Synchronization

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
        } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL {
            throw EmulatorError(code: .port, message: Self.noAddress(configuration.host))
        } catch is SocketAddressError.UnknownHost {
            throw EmulatorError(code: .port, message: Self.noAddress(configuration.host))
        } catch {
            throw EmulatorError(
                code: .port, message: "port \(configuration.port) of \(configuration.host) cannot be opened: \(error)")
        }
    }

    private static func noAddress(_ host: String) -> String {
        "this machine has no address \(host) to listen on; choose 127.0.0.1, or 0.0.0.0 to let other machines in"
    }

    private func build(port: Int) async throws(EmulatorError) -> EmulatorAddress {
        let address = ListenAddress(configuration.host)
        let services = try AccountServices(
            configuration: configuration, account: account, clock: clock,
            endpointURL: "http://\(address.localHost):\(port)", nursery: nursery, date: date)
        let operations = services.stackOperations()
        let archive = configuration.dataDirectory.map(StackArchive.init)
        let lost = try await services.restore()
        let notices = try await InitialStacks(
            configuration: configuration, operations: operations, archive: archive
        ).create()
        let dispatcher = services.dispatcher(stacks: stacks(operations, archive, services))
        try services.start()
        state.withLock { $0.dispatcher = dispatcher }
        return EmulatorAddress(
            port: port, endpointURL: services.endpointURL,
            apiURLs: services.gateway.stageNames.map {
                "\(services.endpointURL)/_aws/execute-api/\($0.api)/\($0.stage)"
            }, region: account.region, accountID: account.id, stackName: configuration.stackName,
            isLoopback: address.isLoopback, notices: notices, losses: lost)
    }

    private func stacks(
        _ operations: StackOperation.Surroundings, _ archive: StackArchive?, _ services: AccountServices
    ) -> CloudFormationService {
        let reader = ObjectReader(objects: services.objects)
        return CloudFormationService(
            CloudFormationService.Surroundings(
                operations: operations, run: { [nursery] work in await nursery.finish(work) },
                fetchTemplate: { url throws(AWSServiceError) in try await reader.text(ofURL: url) },
                changed: { [tell = configuration.notice] record in
                    do throws(AWSServiceError) { try archive?.record(record) } catch { tell(error.message) }
                }))
    }
}
