import ItemsService
import LambdaRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The function on the table's stream.
@main enum ItemsStreamProgram {
    static func main() async {
        let status = await SharedThread.run {
            await LambdaProgram.run(environment: LambdaProgram.processEnvironment()) { surroundings in
                ItemsStreamHandler(
                    configuration: try ItemsConfiguration(environment: surroundings.environment, needsTable: false),
                    now: surroundings.now, log: surroundings.log)
            }
        }
        exit(status)
    }
}
