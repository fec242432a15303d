import ExactJSON

extension StageRuntime {
    /// The group that stages write their execution logs into.
    var executionLogGroup: String { "API-Gateway-Execution-Logs_\(source.apiID)/\(stage.name)" }

    func openLog(_ exchange: inout Exchange, _ plan: MethodPlan) {
        guard plan.settings.loggingLevel != .off || source.isTest else { return }
        var log = ExecutionLog(
            requestID: exchange.requestID, level: source.isTest ? .info : plan.settings.loggingLevel,
            traces: source.isTest || plan.settings.dataTraceEnabled)
        log.info("Extended Request Id: \(exchange.extendedRequestID)")
        log.info("Starting execution for request: \(exchange.requestID)")
        log.info("HTTP Method: \(exchange.request.method), Resource Path: \(plan.resourcePath)")
        log.trace(
            "Method request path: \(ExecutionLog.list(exchange.pathParameters.map { ($0.name, String($0.value)) }))")
        log.trace("Method request query string: \(ExecutionLog.list(exchange.request.queryItems))")
        log.trace("Method request headers: \(ExecutionLog.list(exchange.request.headers))")
        log.trace("Method request body before transformations: \(bodyText(of: exchange))")
        exchange.log = log
    }

    /// Writes what a request has left in its log.
    func closeLog(_ exchange: Exchange, _ response: ServerResponse, _ refusal: GatewayRefusal?) {
        guard var log = exchange.log, !source.isTest else { return }
        complete(&log, response, refusal, exchange)
        if !log.lines.isEmpty { write(log.lines, group: executionLogGroup, at: exchange.started) }
    }

    func complete(
        _ log: inout ExecutionLog, _ response: ServerResponse, _ refusal: GatewayRefusal?, _ exchange: Exchange
    ) {
        if let refusal {
            let message = refusal.message ?? refusal.type.message(surroundings.switches)
            if refusal.type == .badRequestBody, let problems = refusal.validationError {
                log.error(
                    "Request body does not match model schema for content type "
                        + "\(exchange.request.headers.first(name: "Content-Type") ?? "application/json"): \(problems)")
            }
            log.info("Gateway response type: \(refusal.type.rawValue) with status code: \(response.status)")
            log.trace("Gateway response body: \(String(decoding: response.body, as: UTF8.self))")
            if refusal.type == .throttled { log.error("Method throttled: \(message)") }
        } else {
            if exchange.cacheUse == .hit { log.info("Cache hit returned for cache key") }
            log.trace("Method response body after transformations: \(String(decoding: response.body, as: UTF8.self))")
            log.trace("Method response headers: \(ExecutionLog.list(response.headers))")
            log.info("Successfully completed execution")
        }
        log.info("Method completed with status: \(response.status)")
    }
}
