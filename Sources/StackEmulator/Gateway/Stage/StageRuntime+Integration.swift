import EmulatorCore
import ExactJSON
import NIOCore
import NIOHTTP1
import Timekeeping

extension StageRuntime {
    enum Called: Sendable {
        case answered(InvocationResult)
        case failed(AWSServiceError)
        case timedOut
    }

    /// Calls the function of a proxy integration and turns what it returns into the answer.
    func proxy(_ exchange: Exchange, _ plan: MethodPlan, _ function: String, _ limit: Duration) async -> ServerResponse
    {
        var exchange = exchange
        let event = event(of: exchange, plan)
        exchange.log?.trace("Endpoint request body after transformations: \(String(decoding: event, as: UTF8.self))")
        let (called, record) = await call(function, event, limit, &exchange)
        var integration = record
        guard case .answered(let result) = called else { return refuse(called, exchange, integration) }
        if result.functionError != nil {
            integration.error = "The Lambda function returned an error."
            exchange.log?.error(
                "Lambda execution failed with status 200 due to customer function error: "
                    + Self.functionErrorMessage(result.payload))
            return refuse(GatewayRefusal(.default5XX), exchange, integration)
        }
        guard let output = ProxyOutput(result.payload) else {
            integration.error = "Execution failed due to configuration error: Malformed Lambda proxy response"
            exchange.log?.error("Execution failed due to configuration error: Malformed Lambda proxy response")
            return refuse(GatewayRefusal(.default5XX), exchange, integration)
        }
        integration.functionStatus = output.status
        let decodes = output.isBase64 && binaryMediaTypes.contains(exchange.request.headers.first(name: "Accept"))
        let response = output.response(decodesBase64: decodes)
        store(response, exchange)
        return finish(exchange, response, integration)
    }

    private static func functionErrorMessage(_ payload: [UInt8]) -> String {
        let json = try? JSONValue(parsing: payload)
        return json?["errorMessage"]?.stringValue ?? String(decoding: payload.prefix(200), as: UTF8.self)
    }

    /// Calls the function behind an integration's templates.
    func integrate(
        _ exchange: Exchange, _ plan: MethodPlan, _ function: String, _ mapping: MappedIntegration, _ limit: Duration
    ) async -> ServerResponse {
        var exchange = exchange
        var scope = scope(of: exchange, body: bodyText(of: exchange))
        let payload: String
        switch requestBody(mapping, exchange, &scope) {
        case .success(let text): payload = text
        case .failure(let refusal): return refuse(refusal.refusal, logged(exchange, refusal.log))
        }
        exchange.log?.trace("Endpoint request body after transformations: \(payload)")
        if mapping.isEvent { return await enqueue(payload, function, mapping, scope, exchange) }
        let (called, integration) = await call(function, Array(payload.utf8), limit, &exchange)
        guard case .answered(let result) = called else { return refuse(called, exchange, integration) }
        let body = String(decoding: result.payload, as: UTF8.self)
        exchange.log?.trace("Endpoint response body before transformations: \(body)")
        // A pattern is held against the error's message; a function that did not fail has none.
        let message = result.functionError == nil ? "" : Self.functionErrorMessage(result.payload)
        return map(body, result: message, mapping, scope, exchange, integration)
    }

    /// Leaves the payload with Lambda's queue, which tries it again and tells destinations as it does for any event.
    private func enqueue(
        _ payload: String, _ function: String, _ mapping: MappedIntegration, _ scope: MappingScope,
        _ exchange: Exchange
    ) async -> ServerResponse {
        do throws(AWSServiceError) {
            let functions = surroundings.functions
            let request = InvocationRequest(payload: Array(payload.utf8), traceID: exchange.trace)
            try await functions.takeIn(
                FunctionIdentifier(function, account: surroundings.account), request)
            let integration = IntegrationRecord(
                latency: .zero, lambdaStatus: 202, requestID: request.requestID)
            return map("", result: "", mapping, scope, exchange, integration)
        } catch {
            return refuse(.failed(error), exchange, IntegrationRecord())
        }
    }

    /// Answers a mock integration.
    func answer(_ mock: MappedIntegration, _ plan: MethodPlan, _ exchange: Exchange) -> ServerResponse {
        var exchange = exchange
        var scope = scope(of: exchange, body: bodyText(of: exchange))
        let text: String
        switch requestBody(mock, exchange, &scope) {
        case .success(let body): text = body
        case .failure(let refusal): return refuse(refusal.refusal, logged(exchange, refusal.log))
        }
        exchange.log?.trace("Endpoint request body after transformations: \(text)")
        guard let status = MockStatus.read(text) else {
            exchange.log?.error(
                "Execution failed due to configuration error: Unable to transform request: no statusCode in \(text)")
            return refuse(GatewayRefusal(.apiConfigurationError), exchange)
        }
        return map("", result: String(status), mock, scope, exchange, IntegrationRecord())
    }

    private struct Untransformed: Error {
        var refusal: GatewayRefusal
        var log: String
    }

    private func logged(_ exchange: Exchange, _ line: String) -> Exchange {
        var exchange = exchange
        exchange.log?.error(line)
        return exchange
    }

    private func requestBody(
        _ mapping: MappedIntegration, _ exchange: Exchange, _ scope: inout MappingScope
    ) -> Result<String, Untransformed> {
        switch mapping.payload(contentType: exchange.request.headers.first(name: "Content-Type")) {
        case .passedOn: return .success(scope.body)
        case .unsupportedMediaType:
            return .failure(
                Untransformed(refusal: GatewayRefusal(.unsupportedMediaType), log: "Unsupported Media Type"))
        case .template(let template):
            do throws(TemplateProblem) { return .success(try template.render(&scope)) } catch {
                return .failure(
                    Untransformed(
                        refusal: GatewayRefusal(.apiConfigurationError),
                        log: "Execution failed: Unable to transform request: \(error.message)"))
            }
        }
    }

    /// Makes the answer of what an integration returned.
    private func map(
        _ body: String, result: String, _ mapping: MappedIntegration, _ requestScope: MappingScope,
        _ exchange: Exchange,
        _ integration: IntegrationRecord
    ) -> ServerResponse {
        guard let chosen = mapping.response(to: result) else {
            let line =
                "Execution failed due to configuration error: No match for output mapping and no default output "
                + "mapping configured. Endpoint Response Status Code: \(result)"
            return refuse(GatewayRefusal(.apiConfigurationError), logged(exchange, line), integration)
        }
        var scope = requestScope
        scope.body = body
        var headers = HTTPHeaders()
        let type = exchange.request.headers.first(name: "Accept").map { String($0.prefix { $0 != "," && $0 != ";" }) }
        let template =
            type.flatMap { own in chosen.templates[own].map { (own, $0) } }
            ?? chosen.templates["application/json"].map { ("application/json", $0) }
            ?? chosen.templates.min { $0.key < $1.key }.map { ($0.key, $0.value) }
        var text = body
        if let (_, template) = template {
            do throws(TemplateProblem) { text = try template.render(&scope) } catch {
                let line = "Execution failed: Unable to transform response: \(error.message)"
                return refuse(GatewayRefusal(.apiConfigurationError), logged(exchange, line), integration)
            }
        }
        let sources = ValueMapping.Sources(
            request: exchange.request, pathParameters: exchange.pathParameters, context: scope.context,
            stageVariables: stage.variables, responseHeaders: [("Content-Type", "application/json")], responseBody: body
        )
        for header in chosen.headers {
            if let value = header.value.value(sources), Self.isHeaderValue(value) {
                headers.add(name: header.name, value: value)
            }
        }
        let override = scope.context["responseOverride"]
        for (name, value) in (override?["header"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key })
        where Self.isHeaderValue(value.javaText) && Self.isHeaderName(name) {
            headers.replaceOrAdd(name: name, value: value.javaText)
        }
        if !headers.contains(name: "Content-Type") {
            headers.add(name: "Content-Type", value: template?.0 ?? "application/json")
        }
        var status = override?["status"]?.scalarText.flatMap { Int($0) } ?? chosen.status
        if !(200...599).contains(status) { status = 500 }
        let bytes = chosen.convertsToBinary ? Base64.decode(text) ?? Array(text.utf8) : Array(text.utf8)
        let response = ServerResponse(status: status, headers: headers, body: bytes)
        store(response, exchange)
        return finish(exchange, response, integration)
    }

    static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    }

    static func isHeaderValue(_ value: String) -> Bool {
        !value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }
    }

    // MARK: Calling

    /// The gateway's own answer to a call that brought none.
    private func refuse(_ called: Called, _ exchange: Exchange, _ integration: IntegrationRecord) -> ServerResponse {
        var integration = integration
        switch called {
        case .timedOut:
            integration.error = surroundings.switches.integrationTimeoutMessage
            let line = "Execution failed due to a timeout error"
            return refuse(GatewayRefusal(.integrationTimeout), logged(exchange, line), integration)
        case .failed(let error):
            // The function was not invoked at all: throttled, or its environment cannot be opened.
            integration.lambdaStatus = error.status
            integration.error = "\(error.code): \(error.message)"
            let line = "Execution failed due to configuration error: \(error.message)"
            return refuse(GatewayRefusal(.apiConfigurationError), logged(exchange, line), integration)
        case .answered: return refuse(GatewayRefusal(.apiConfigurationError), exchange, integration)
        }
    }

    /// Waits for the function no longer than the gateway does; the function itself runs on to its own end.
    private func call(
        _ function: String, _ event: [UInt8], _ limit: Duration, _ exchange: inout Exchange
    ) async -> (Called, IntegrationRecord) {
        exchange.log?.info("Sending request to \(function)")
        let began = ContinuousClock.now
        let outcome = OneShot<Called>()
        let functions = surroundings.functions
        let trace = exchange.trace
        let isStarted = surroundings.nursery.start(here: true) {
            do throws(AWSServiceError) {
                outcome.fulfill(.answered(try await functions.invoke(function, payload: event, traceID: trace)))
            } catch {
                outcome.fulfill(.failed(error))
            }
        }
        if !isStarted { return (.timedOut, IntegrationRecord()) }
        let timer = surroundings.eventLoops.any().scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
            _ = outcome.fulfill(.timedOut)
        }
        let called = await outcome.value
        timer.cancel()
        var record = IntegrationRecord(latency: ContinuousClock.now - began)
        if case .answered(let result) = called {
            record.lambdaStatus = 200
            record.requestID = result.requestID
            exchange.log?.info(
                "Received response. Status: 200, Integration latency: \((record.latency ?? .zero).wholeNanoseconds / 1_000_000) ms"
            )
        }
        return (called, record)
    }

    private func event(of exchange: Exchange, _ plan: MethodPlan) -> [UInt8] {
        ProxyEvent(
            request: exchange.request, path: String(exchange.path), resourceID: plan.resourceID,
            resourcePath: plan.resourcePath, pathParameters: exchange.pathParameters, stage: stage.name,
            stageVariables: stage.variables, apiID: source.apiID, accountID: surroundings.account.id,
            deploymentID: source.deploymentID, domainName: domainName, requestID: exchange.requestID,
            extendedRequestID: exchange.extendedRequestID, traceID: exchange.trace, requestTime: exchange.started,
            isBinary: binaryMediaTypes.contains(exchange.request.headers.first(name: "Content-Type")),
            accessKey: exchange.accessKey
        ).json.serialized()
    }
}
