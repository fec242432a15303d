@testable import AWSClients
import LoadMetrics
import Testing
@testable import Wiring

@testable import Drills

@Suite("Wiring of a discovered stack")
struct StackMapWiringTests {
    private func errors(_ stack: StackMap, ttl: Double = 30, judgesAlarms: Bool = true) -> [String] {
        let promises = WiringPromises(
            cache: .init(path: "/items/{{ id }}", ttlSeconds: ttl),
            stream: .init(needsOldImage: true, withinSeconds: 30), alarms: [], requests: [], judgesAlarms: judgesAlarms)
        return WiringRules.findings(in: stack.wiring(region: "us-west-2"), promises: promises)
            .filter { $0.severity == .error }.map(\.id)
    }

    @Test("a stack that is wired right has no error") func healthyHasNone() {
        #expect(errors(healthyStack()) == [])
    }

    struct Break: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var finding: String
        var change: @Sendable (inout StackMap) -> Void
    }

    static let breaks: [Break] = [
        Break(testDescription: "mapping disabled", finding: "mapping.disabled") { $0.mappings[0].state = "Disabled" },
        Break(testDescription: "mapping of a queue alone", finding: "mapping.missing") {
            $0.mappings[0].sourceARN = "arn:aws:sqs:us-west-2:1:queue"
        },
        Break(testDescription: "cache key removed", finding: "cache.key") { stack in
            for index in stack.methods.indices { stack.methods[index].cacheKeyParameters = [] }
        },
        Break(testDescription: "no cache cluster", finding: "cache.off") { $0.stage.cacheClusterEnabled = false },
        Break(testDescription: "TTL of zero", finding: "cache.off") {
            $0.stage.methodSettings["*/*"]?.cacheTTLSeconds = 0
        },
        Break(testDescription: "another TTL", finding: "cache.ttl") {
            $0.stage.methodSettings["*/*"]?.cacheTTLSeconds = 300
        },
        Break(testDescription: "wrong API name", finding: "alarm.dimension") {
            $0.alarms[0] = alarm("api-4xx", "AWS/ApiGateway", "4XXError", ["ApiName": "other", "Stage": "dev"], 10)
        },
        Break(testDescription: "wrong stage", finding: "alarm.dimension") {
            $0.alarms[0] = alarm(
                "api-4xx", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-dev", "Stage": "prod"], 10)
        },
        Break(testDescription: "a dimension set that is not published", finding: "alarm.dimension") {
            $0.alarms[0] = alarm("api-4xx", "AWS/ApiGateway", "4XXError", ["Stage": "dev"], 10)
        },
        Break(testDescription: "a misspelt metric", finding: "alarm.metric") {
            $0.alarms[0] = alarm("api-4xx", "AWS/ApiGateway", "4xxError", ["ApiName": "serverless-api-dev"], 10)
        },
        Break(testDescription: "both function alarms on one function", finding: "alarm.unwatched") {
            $0.alarms[3] = alarm("stream-lambda", "AWS/Lambda", "Errors", ["FunctionName": "api-handler-dev"], 1)
        },
        Break(testDescription: "a topic of another region", finding: "alarm.topic") {
            $0.alarms[1] = alarm(
                "api-5xx", "AWS/ApiGateway", "5XXError", ["ApiName": "serverless-api-dev"], 5,
                changes: ["AlarmActions": ["arn:aws:sns:eu-west-1:1:elsewhere"]])
        },
        Break(testDescription: "actions switched off", finding: "alarm.disabled") {
            $0.alarms[1] = alarm(
                "api-5xx", "AWS/ApiGateway", "5XXError", ["ApiName": "serverless-api-dev"], 5,
                changes: ["ActionsEnabled": false])
        },
    ]

    @Test("each break is named", arguments: breaks) func namesBreak(item: Break) {
        var stack = healthyStack()
        item.change(&stack)
        #expect(errors(stack).contains(item.finding))
    }

    @Test("only functions that serve, and only where alarms are drilled, must be watched") func judgesWhatServes() {
        var stack = healthyStack()
        stack.functions.append(
            FunctionConfiguration(
                name: "custom-resource-provider", arn: "arn:x", timeoutSeconds: 3, logGroup: "g", kmsKeyARN: nil))
        #expect(errors(stack) == [])
        stack.alarms = []
        #expect(errors(stack) == ["alarm.unwatched", "alarm.unwatched", "alarm.unwatched"])
        #expect(errors(stack, judgesAlarms: false) == [])
    }

    @Test("a mapping of an alias counts, one of a queue does not") func findsConsumers() {
        var stack = healthyStack()
        stack.mappings[0].functionARN += ":live"
        #expect(stack.streamConsumers.map(\.function.name) == ["stream-handler-dev"])
        stack.mappings[0].sourceARN = "arn:aws:sqs:us-west-2:1:queue"
        #expect(stack.streamConsumers.isEmpty)
    }

    @Test(
        "a path finds its method as API Gateway routes",
        arguments: [
            ("GET", "/items", "/items"), ("GET", "/items/", "/items"), ("GET", "/items/a%20b", "/items/{id}"),
            ("PUT", "/items/{{ id }}", "/items/{id}"), ("GET", "/items?limit=5", "/items"), ("GET", "/other", nil),
            ("DELETE", "/items/a", nil),
        ] as [(String, String, String?)])
    func routes(verb: String, path: String, expected: String?) {
        #expect(healthyStack().method(verb, path: path)?.path == expected)
    }
}
