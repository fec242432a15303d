import NIOCore
import NIOPosix
import Subprocess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How a process came to its end.
enum ProcessEnd: Sendable, Equatable {
    case exited(Int32)
    case signaled(Int32)
    case notStarted(String)

    /// The words that Lambda has for it.
    var reason: String {
        switch self {
        case .exited(0): "Runtime exited without providing a reason"
        case .exited(let code): "Runtime exited with error: exit status \(code)"
        case .signaled(SIGKILL): "Runtime exited with error: signal: killed"
        case .signaled(SIGSEGV): "Runtime exited with error: signal: segmentation fault"
        case .signaled(SIGABRT): "Runtime exited with error: signal: aborted"
        case .signaled(SIGILL), .signaled(SIGTRAP): "Runtime exited with error: signal: illegal instruction"
        case .signaled(SIGTERM): "Runtime exited with error: signal: terminated"
        case .signaled(let number): "Runtime exited with error: signal: \(number)"
        case .notStarted(let message): "Couldn't find valid bootstrap(s): \(message)"
        }
    }
}

/// Runs a command as a process group of its own and reads what it writes.
enum FunctionProcess {
    /// Runs the command to its end; cancelling the task kills the whole process group.
    ///
    /// - Parameters:
    ///   - environment: All variables that the process sees.
    ///   - eventLoop: Reads standard output and standard error, which share a pipe, so that their order is kept.
    ///   - started: Called with the process id, which is also the id of its group.
    ///   - output: Called on the event loop with what was written, piece by piece.
    static func run(
        _ command: FunctionCommand, environment: [String: String], eventLoop: any EventLoop,
        started: @Sendable (Int32) -> Void, output: @escaping @Sendable (ByteBuffer) -> Void
    ) async -> ProcessEnd {
        var descriptors: [Int32] = [-1, -1]
        guard pipe(&descriptors) == 0 else { return .notStarted("no pipe: \(String(cString: strerror(errno)))") }
        let (readEnd, writeEnd) = (descriptors[0], descriptors[1])
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let reader: any Channel
        do {
            reader = try await NIOPipeBootstrap(group: eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(OutputReader(output))
                    }
                }
                .takingOwnershipOfDescriptor(input: readEnd).get()
        } catch {
            close(readEnd)
            close(writeEnd)
            return .notStarted("no pipe: \(error)")
        }
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        let end: ProcessEnd
        do {
            let result = try await Subprocess.run(
                .path(.init(command.executable)), arguments: Arguments(command.arguments),
                environment: .custom(variables), workingDirectory: command.workingDirectory.map { .init($0) },
                platformOptions: options, input: .none,
                output: .fileDescriptor(.init(rawValue: writeEnd), closeAfterSpawningProcess: true),
                error: .combinedWithOutput
            ) { execution in
                let id = execution.processIdentifier.value
                started(id)
                return id
            }
            // What the process has left behind in its group goes with it.
            kill(-result.closureResult, SIGKILL)
            end =
                switch result.terminationStatus {
                case .exited(let code): .exited(code)
                case .signaled(let number): .signaled(number)
                }
        } catch {
            end = .notStarted("\(error)")
        }
        await drain(reader)
        return end
    }

    /// Reads what is still in the pipe. A grandchild that left the group may hold it open: that is not waited for long.
    private static func drain(_ reader: any Channel) async {
        let drained = OneShot<Void>()
        reader.closeFuture.whenComplete { _ in _ = drained.fulfill(()) }
        let timer = reader.eventLoop.scheduleTask(in: .milliseconds(100)) { _ = drained.fulfill(()) }
        await drained.value
        timer.cancel()
        try? await reader.close().get()
    }
}
