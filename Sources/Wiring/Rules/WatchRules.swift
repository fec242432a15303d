import AWSClients

/// Is everything that can fail watched by an alarm?
enum WatchRules {
    static let all = [unwatched, clientErrors, iteratorAge, queue]

    static let unwatched = WiringRule(
        "alarm.unwatched", .error, "an alarm watches each serving function's errors and each API's 5xx",
        because: "What no alarm watches fails until a user complains."
    ) { subject, _ in
        let functions = subject.servingFunctions.filter { function in
            !subject.watches {
                $0.namespace == "AWS/Lambda" && $0.name == "Errors" && $0.isOf("FunctionName", function.name)
            }
        }
        let apis = subject.servingAPIs.filter { !subject.watches("5XXError", of: $0) }
        return functions.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID), "no alarm watches AWS/Lambda Errors {FunctionName=\(function.name)}",
                remedy: "add an alarm on the function's Errors")
        } + apis.map { unwatched("5XXError", $0, in: subject) }
    }

    static let clientErrors = WiringRule(
        "alarm.unwatchedClientErrors", .advice, "an alarm watches each API's 4xx",
        because:
            "Refused requests are seldom the callers' fault alone: a broken deployment, a lost permission or a wrong "
            + "route answers 4xx too."
    ) { subject, promises in
        subject.servingAPIs.filter { !subject.watches("4XXError", of: $0) }.map { api in
            let promised = promises.alarms.contains { $0.fault == .clientError }
            return unwatched("4XXError", api, in: subject, severity: promised ? .error : nil)
        }
    }

    private static func unwatched(
        _ metric: String, _ api: GatewayAPI, in subject: WiringSubject, severity: WiringSeverity? = nil
    ) -> WiringRule.Sighting {
        WiringRule.Sighting(
            WiringPlace(api.logicalID), "no alarm watches AWS/ApiGateway \(metric) {ApiName=\(api.name)}",
            remedy: "add an alarm on the API's \(metric)", severity: severity)
    }

    static let iteratorAge = WiringRule(
        "alarm.unwatchedIteratorAge", .advice, "an alarm watches how far behind a stream's handler is",
        because:
            "A handler that is too slow or stuck on one record makes no errors; only IteratorAge grows, and after 24 "
            + "hours records are lost."
    ) { subject, _ in
        subject.streamMappings.compactMap { mapping in
            guard let function = subject.function(named: mapping.function),
                !subject.watches({
                    $0.namespace == "AWS/Lambda" && $0.name == "IteratorAge" && $0.isOf("FunctionName", function.name)
                })
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(mapping.logicalID),
                "no alarm watches AWS/Lambda IteratorAge {FunctionName=\(function.name)}",
                remedy: "add an alarm on the Maximum of IteratorAge, for instance 60000 milliseconds")
        }
    }

    static let queue = WiringRule(
        "queue.unwatched", .advice, "an alarm watches the queue of what was given up",
        because: "Records in it were not processed and never will be by themselves; after the retention they are gone."
    ) { subject, _ in
        let targets = Set(subject.mappings.compactMap(\.onFailure))
        return subject.queues.compactMap { queue in
            let telling = [
                "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent",
            ]
            guard targets.contains(queue.arn),
                !subject.watches({
                    $0.namespace == "AWS/SQS" && telling.contains($0.name) && $0.dimensions["QueueName"] == queue.name
                })
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(queue.logicalID),
                "no alarm watches AWS/SQS ApproximateNumberOfMessagesVisible {QueueName=\(queue.name)}",
                remedy: "add an alarm on the Maximum of ApproximateNumberOfMessagesVisible, at 1")
        }
    }
}

extension MetricIdentity {
    /// Whether a dimension has a value, or no dimension narrows the metric down at all.
    fileprivate func isOf(_ dimension: String, _ value: String) -> Bool {
        dimensions.isEmpty || dimensions[dimension] == value
    }
}

extension WiringSubject {
    /// The APIs that have a stage and methods.
    var servingAPIs: [GatewayAPI] { apis.filter { api in stages.contains { $0.api == api.id } } }

    /// Whether an alarm watches a metric that fits.
    func watches(_ fits: (MetricIdentity) -> Bool) -> Bool {
        alarms.contains { $0.metrics.contains { fits($0.identity) } }
    }

    /// Whether an alarm watches an API's metric under a set of dimensions that is published.
    fileprivate func watches(_ metric: String, of api: GatewayAPI) -> Bool {
        alarms.contains { alarm in
            alarm.metrics.contains { watched in
                watched.identity.namespace == "AWS/ApiGateway" && watched.identity.name == metric
                    && watched.identity.dimensions["ApiName"] == api.name
                    && MetricCatalogue.metric(watched)?.dimensionSets.contains(Set(watched.identity.dimensions.keys))
                        == true
                    && DimensionCheck(subject: self, watched: watched).problems.isEmpty
            }
        }
    }
}
