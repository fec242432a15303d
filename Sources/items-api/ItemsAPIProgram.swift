import AWSClients
import ItemsService
import LambdaRuntime

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The function behind the API.
@main enum ItemsAPIProgram {
    static func main() async {
        let status = await SharedThread.run {
            await LambdaProgram.run(environment: LambdaProgram.processEnvironment()) { surroundings in
                guard let aws = AWSClientConfiguration(environment: surroundings.environment) else {
                    throw ItemsError(code: .configuration, message: "AWS_REGION or the AWS credentials are not set")
                }
                let connection = AWSConnection(
                    configuration: aws, transport: surroundings.transport, now: surroundings.now)
                return ItemsAPIHandler(
                    configuration: try ItemsConfiguration(environment: surroundings.environment, needsTable: true),
                    table: DynamoDBItemTable(connection: connection),
                    effects: FaultEffects(exit: { exit($0) }, sleep: { try await Task.sleep(for: $0) }),
                    now: surroundings.now, random: { .random(in: 0...(.max)) }, log: surroundings.log)
            }
        }
        exit(status)
    }
}
