import EmulatorCore
import ExactJSON
import NIOHTTP1

extension APIGatewayService {
    /// Calls a method as it is defined now, without a deployment, and says what happened.
    func testInvoke(
        api: String, resource: String, verb: String, _ input: JSONValue
    ) async throws(AWSServiceError) -> JSONValue {
        let record = try record(api)
        _ = try record.definition.method(verb, at: resource)
        let path = input["pathWithQueryString"]?.stringValue ?? record.definition.path(of: resource)
        let source = StageRuntime.Source(
            apiID: api, apiName: record.definition.name,
            stage: ["stageName": "test-invoke-stage", "variables": input["stageVariables"] ?? [:]], deploymentID: "",
            isTest: true)
        let runtime = StageRuntime(
            source, definition: record.definition, replacing: nil, surroundings: surroundings)
        var headers = HTTPHeaders()
        for (name, value) in input["headers"]?.objectValue ?? [:] { headers.add(name: name, value: value.javaText) }
        for (name, values) in input["multiValueHeaders"]?.objectValue ?? [:] {
            for value in values.arrayValue ?? [] { headers.add(name: name, value: value.javaText) }
        }
        let request = ServerRequest(
            method: verb == "ANY" ? "GET" : verb, target: path, headers: headers,
            body: Array((input["body"]?.stringValue ?? "").utf8), peer: "test-invoke-source-ip")
        guard let (exchange, answer) = runtime.test(request, path: request.path, resource: resource, verb: verb) else {
            throw GatewayFault.notFound("Invalid Method identifier specified")
        }
        let response: ServerResponse
        switch answer {
        case .now(let ready): response = ready
        case .later(let work), .soon(let work): response = await work()
        case .handedOver(let register):
            response = await withCheckedContinuation { continuation in
                register { continuation.resume(returning: $0) }
            }
        }
        let latency = ContinuousClock.now - exchange.startedInstant
        var values: [String: [JSONValue]] = [:]
        for (name, value) in response.headers { values[name, default: []].append(.string(value)) }
        var log = exchange.log ?? ExecutionLog(requestID: exchange.requestID, level: .info, traces: true)
        runtime.complete(&log, response, nil, exchange)
        return [
            "status": .integer(response.status), "body": .string(String(decoding: response.body, as: UTF8.self)),
            "headers": .object(values.mapValues { $0.last ?? .null }),
            "multiValueHeaders": .object(values.mapValues(JSONValue.array)),
            "log": .string(log.lines.joined(separator: "\n")),
            "latency": .integer(latency.wholeNanoseconds / 1_000_000),
        ]
    }
}
