// swift-tools-version: 6.2
import PackageDescription

/// Settings of every room: warnings are errors, imports are internal unless a signature needs them.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A room: a target under `Sources/<name>` with the rooms and products it knows.
func room(_ name: String, knows: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: knows, resources: resources, swiftSettings: strict)
}

func program(_ name: String, knows: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: knows, swiftSettings: strict)
}

func tests(_ name: String, of rooms: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: rooms, resources: resources, swiftSettings: strict)
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let xmlCoder = Target.Dependency.product(name: "XMLCoder", package: "XMLCoder")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "firedrill",
    products: [
        .executable(name: "firedrill", targets: ["firedrill"]),
        .executable(name: "items-api", targets: ["items-api"]),
        .executable(name: "items-stream", targets: ["items-stream"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/CoreOffice/XMLCoder", exact: "0.18.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // Shared ground: values that cross the wire.
        room("ExactJSON"),
        room("Timekeeping"),
        room("Wildcards"),
        room("HTTPExchange", knows: ["Timekeeping"]),
        room("MetricMath", knows: ["Timekeeping"]),

        // Load.
        .target(name: "CLibcurl", linkerSettings: [.linkedLibrary("curl")]),
        room("ScenarioModel", knows: [yams]),
        room("LoadMetrics", knows: ["Timekeeping", histogram]),
        room(
            "LoadEngine",
            knows: ["ScenarioModel", "LoadMetrics", "HTTPExchange", "Timekeeping", "ExactJSON", "CLibcurl"]),

        // AWS as a caller sees it.
        room("AWSSigning", knows: ["HTTPExchange", "Timekeeping", crypto]),
        room("AWSClients", knows: ["AWSSigning", "HTTPExchange", "Timekeeping", "ExactJSON"]),
        room("AWSQueryClients", knows: ["AWSClients", "AWSSigning", "HTTPExchange", xmlCoder]),

        room(
            "AWSIdentity",
            knows: [
                "AWSClients", "AWSQueryClients", "AWSSigning", "ExactJSON", "HTTPExchange", "Timekeeping", crypto,
            ]),

        // The stack and its handlers.
        room("StackTemplate", knows: ["ExactJSON", yams], resources: [.embedInCode("template.yaml")]),
        room(
            "LambdaRuntime",
            knows: ["ExactJSON", "HTTPExchange", "Timekeeping", asyncHTTPClient, nioCore, nioHTTP1, nioPosix]),
        room("ItemsService", knows: ["AWSClients", "ExactJSON", "HTTPExchange", "LambdaRuntime", "Timekeeping"]),
        program("items-api", knows: ["ItemsService", "LambdaRuntime", "AWSClients"]),
        program("items-stream", knows: ["ItemsService", "LambdaRuntime"]),

        // The emulator.
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CArchive"),
        room("EmulatorCore", knows: ["ExactJSON", "Timekeeping"]),
        room("EmulatedTables", knows: ["EmulatorCore", "ExactJSON", "Timekeeping", grdb]),
        room(
            "EmulatedMonitoring",
            knows: ["DurableDocuments", "EmulatorCore", "ExactJSON", "MetricMath", "Timekeeping"]),
        room("EmulatedStacks", knows: ["EmulatorCore", "ExactJSON", "StackTemplate", "Timekeeping"]),
        room("DurableDocuments", knows: ["EmulatorCore", "ExactJSON", grdb]),
        room(
            "EmulatedObjects",
            knows: ["DurableDocuments", "EmulatorCore", "ExactJSON", "HTTPExchange", "Timekeeping", "CZlib", crypto]),
        room(
            "EmulatedServices",
            knows: [
                "DurableDocuments", "EmulatorCore", "ExactJSON", "HTTPExchange", "StackTemplate", "Timekeeping",
                "Wildcards", crypto,
            ]),
        room(
            "StackEmulator",
            knows: [
                "AWSSigning", "EmulatorCore", "EmulatedTables", "EmulatedMonitoring", "EmulatedServices",
                "EmulatedStacks",
                "EmulatedObjects", "DurableDocuments", "LambdaRuntime", "StackTemplate", "HTTPExchange", "ExactJSON",
                "Timekeeping", "Wildcards", "CArchive", "CZlib", crypto, grdb, nioCore, nioPosix, nioHTTP1, subprocess,
            ]),

        // The wiring, judged before any traffic.
        room(
            "Wiring",
            knows: [
                "AWSClients", "AWSQueryClients", "ExactJSON", "HTTPExchange", "ScenarioModel", "StackTemplate",
                "Wildcards", xmlCoder,
            ]),

        // Verdicts and reports.
        room("Verdicts", knows: ["LoadMetrics", "ScenarioModel"]),
        room(
            "Drills",
            knows: [
                "LoadEngine", "LoadMetrics", "ScenarioModel", "AWSClients", "AWSQueryClients", "HTTPExchange",
                "Timekeeping", "ExactJSON", "MetricMath", "Wildcards", "Wiring",
            ]),
        room(
            "Reporting",
            knows: ["ExactJSON", "HTTPExchange", "LoadMetrics", "Timekeeping", "Verdicts", "Wiring", mustache],
            resources: [.embedInCode("Resources")]),
        program(
            "firedrill",
            knows: [
                "AWSIdentity", "AWSSigning", "Drills", "Reporting", "Verdicts", "StackEmulator", "StackTemplate",
                "LoadEngine", "ScenarioModel", "Wiring",
                argumentParser, subprocess,
            ]),

        // Tests, one target a room.
        tests("ExactJSONTests", of: ["ExactJSON"]),
        tests("TimekeepingTests", of: ["Timekeeping"]),
        tests("WildcardsTests", of: ["Wildcards"]),
        tests("ScenarioModelTests", of: ["ScenarioModel"]),
        tests("LoadMetricsTests", of: ["LoadMetrics"]),
        tests(
            "LoadEngineTests",
            of: ["LoadEngine", "LoadMetrics", "ScenarioModel", "HTTPExchange", "ExactJSON"]),
        tests("AWSSigningTests", of: ["AWSSigning", "HTTPExchange", "ExactJSON", "Timekeeping"]),
        tests("AWSClientsTests", of: ["AWSClients", "AWSQueryClients", "AWSSigning", "HTTPExchange", "ExactJSON"]),
        tests(
            "AWSIdentityTests",
            of: ["AWSIdentity", "AWSClients", "AWSSigning", "ExactJSON", "HTTPExchange", "Timekeeping"]),
        tests("StackTemplateTests", of: ["StackTemplate", "ExactJSON"]),
        tests(
            "ItemsServiceTests",
            of: [
                "ItemsService", "LambdaRuntime", "AWSClients", "ExactJSON", "HTTPExchange", "Timekeeping", nioCore,
                nioPosix, nioEmbedded,
            ]),
        tests("EmulatorCoreTests", of: ["EmulatorCore", "Timekeeping"]),
        tests("EmulatedTablesTests", of: ["EmulatedTables", "EmulatorCore", "ExactJSON", "Timekeeping"]),
        tests(
            "EmulatedMonitoringTests",
            of: ["EmulatedMonitoring", "EmulatorCore", "ExactJSON", "MetricMath", "Timekeeping"]),
        tests(
            "EmulatedStacksTests", of: ["EmulatedStacks", "EmulatorCore", "ExactJSON", "StackTemplate", "Timekeeping"]),
        tests("DurableDocumentsTests", of: ["DurableDocuments", "EmulatorCore", "ExactJSON"]),
        tests(
            "EmulatedObjectsTests",
            of: ["EmulatedObjects", "DurableDocuments", "EmulatorCore", "ExactJSON", "HTTPExchange", "Timekeeping"]),
        tests(
            "EmulatedServicesTests",
            of: ["EmulatedServices", "DurableDocuments", "EmulatorCore", "ExactJSON", "HTTPExchange", "Timekeeping"]),
        tests(
            "StackEmulatorTests",
            of: [
                "StackEmulator", "EmulatorCore", "StackTemplate", "HTTPExchange", "ExactJSON", "Timekeeping", nioCore,
                nioHTTP1,
                nioPosix,
            ]),
        tests("VerdictsTests", of: ["Verdicts", "LoadMetrics", "ScenarioModel"]),
        tests(
            "DrillsTests",
            of: [
                "Drills", "EmulatedMonitoring", "LoadMetrics", "ScenarioModel", "AWSClients", "ExactJSON",
                "Timekeeping", "Wiring",
            ]),
        tests(
            "WiringTests",
            of: ["Wiring", "AWSClients", "AWSSigning", "ExactJSON", "HTTPExchange", "ScenarioModel", "StackTemplate"]),
        tests(
            "ReportingTests", of: ["Reporting", "ExactJSON", "LoadMetrics", "StackTemplate", "Verdicts", "Wiring"]),
        tests(
            "EndToEndTests", of: ["firedrill", "items-api", "items-stream", "ExactJSON", "StackTemplate", subprocess]),
    ],
    swiftLanguageModes: [.v6]
)
