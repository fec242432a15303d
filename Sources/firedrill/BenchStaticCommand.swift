import ArgumentParser
import LoadEngine
import Verdicts

/// `firedrill bench-static`: the engine alone against one URL, for the benchmarks.
struct BenchStaticCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-static", abstract: "Sends one GET over and over and prints the engine's own cost.",
        shouldDisplay: false)

    @Argument(help: "The URL to get.")
    var url: String

    @Option(help: "Keep-alive connections.")
    var connections = 64

    @Option(help: "Seconds to run.")
    var seconds = 5.0

    @Option(help: "Worker threads.")
    var threads = 1

    func validate() throws {
        guard (1...100_000).contains(connections), (1...256).contains(threads), seconds > 0, seconds <= 86_400 else {
            throw ValidationError("--connections 1 to 100000, --threads 1 to 256, --seconds up to a day")
        }
    }

    func run() async throws {
        do throws(LoadError) {
            let load = try StaticLoad(
                url: url, connections: connections, duration: .milliseconds(Int(seconds * 1000)), threads: threads)
            Console.print(try await load.run().json)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(error)")
        }
    }
}
