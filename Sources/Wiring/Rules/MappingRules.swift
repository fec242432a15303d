/// Does what a stream carries reach a function, and what becomes of records that it cannot take?
enum MappingRules {
    static let all = [
        missing, disabled, source, permission, viewType, retries, batch, onFailure, window, position, visibility,
        retention,
    ]

    static let missing = WiringRule(
        "mapping.missing", .error, "a function follows the table's stream",
        because: "The scenario probes the stream; without a mapping writes reach no handler."
    ) { subject, promises in
        guard promises.stream != nil, subject.streamMappings.isEmpty else { return [] }
        return [
            WiringRule.Sighting(
                WiringPlace(subject.tables.first?.logicalID ?? "stack"),
                "no event source mapping feeds a function of stack \(subject.name) from a table's stream: writes reach no "
                    + "handler",
                remedy: "add an AWS::Lambda::EventSourceMapping with the table's StreamArn as its EventSourceArn")
        ]
    }

    static let disabled = WiringRule(
        "mapping.disabled", .error, "an event source mapping is enabled",
        because:
            "A mapping that is off makes no errors and no datapoints: what it should carry is silently left behind."
    ) { subject, _ in
        subject.mappings.filter { !$0.isEnabled }.map { mapping in
            let function = subject.function(named: mapping.function)?.name ?? mapping.function
            return WiringRule.Sighting(
                WiringPlace(mapping.logicalID, "Enabled"),
                "the event source mapping \(mapping.logicalID) to \(function) is disabled: the function is never invoked",
                remedy: "set Enabled: true on the AWS::Lambda::EventSourceMapping")
        }
    }

    static let source = WiringRule(
        "mapping.source", .error, "a mapping reads from a stream or queue and invokes a function that exist",
        because: "A mapping between the wrong two things moves nothing that anybody waits for."
    ) { subject, _ in
        subject.mappings.flatMap { mapping -> [WiringRule.Sighting] in
            var sightings: [WiringRule.Sighting] = []
            func add(_ path: String, _ words: String, _ remedy: String) {
                sightings.append(
                    WiringRule.Sighting(
                        WiringPlace(mapping.logicalID, path), "the mapping \(mapping.logicalID) \(words)",
                        remedy: remedy))
            }
            let tableARN = mapping.source.contains(":dynamodb:") && !mapping.source.contains("/stream/")
            if tableARN {
                add(
                    "EventSourceArn", "reads from \(mapping.source), which is a table and no stream",
                    "use the table's StreamArn")
            } else if mapping.isStream,
                let table = subject.tables.first(where: { $0.hasStream(mapping.source) }), table.viewType == nil
            {
                add(
                    "EventSourceArn", "follows the stream of \(table.name), which has none",
                    "give the table a StreamSpecification")
            } else if mapping.source.contains(".StreamArn") {
                add(
                    "EventSourceArn", "follows the stream of a table that has none",
                    "give the table a StreamSpecification")
            }
            if subject.function(named: mapping.function) == nil, !mapping.function.hasPrefix("arn:") {
                add(
                    "FunctionName",
                    "invokes \(mapping.function), which is no function of this stack"
                        + NearestName.hint(mapping.function, among: subject.functions.map(\.name)),
                    "name a function of this stack")
            }
            if let target = mapping.onFailure, !target.hasPrefix("arn:") {
                add(
                    "DestinationConfig", "gives records up to \(target), which is no ARN",
                    "use the ARN of a queue or a topic")
            }
            if mapping.source.isEmpty,
                subject.resource(mapping.logicalID)?.properties["SelfManagedEventSource"] == nil
            {
                add("EventSourceArn", "reads from nothing", "give it the EventSourceArn of a stream or a queue")
            }
            if !mapping.source.hasPrefix("arn:"), !mapping.source.isEmpty, !mapping.source.contains(".StreamArn") {
                add(
                    "EventSourceArn", "reads from \(mapping.source), which is no ARN",
                    "use the table's StreamArn or the queue's Arn")
            }
            return sightings
        }
    }

    static let permission = WiringRule(
        "mapping.permission", .error,
        "a function's role may read what its mapping reads from and write where it gives up",
        because:
            "A mapping polls with the function's role. Without the permission no record arrives, or what is given up is "
            + "lost (https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html)."
    ) { subject, _ in
        subject.mappings.flatMap { mapping -> [WiringRule.Sighting] in
            guard let function = subject.function(named: mapping.function), let role = subject.role(of: function) else {
                return []
            }
            var wanted: [(action: String, on: String, path: String)] = []
            if mapping.isStream {
                wanted = ["DescribeStream", "GetRecords", "GetShardIterator"]
                    .map { ("dynamodb:\($0)", mapping.source, "EventSourceArn") }
            } else if mapping.source.contains(":sqs:") {
                wanted = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
                    .map { ("sqs:\($0)", mapping.source, "EventSourceArn") }
            }
            if let target = mapping.onFailure {
                let path = "DestinationConfig"
                if target.contains(":sqs:") { wanted.append(("sqs:SendMessage", target, path)) }
                if target.contains(":sns:") { wanted.append(("sns:Publish", target, path)) }
            }
            return wanted.filter { role.permits($0.action, on: $0.on) == false }.map { missing in
                WiringRule.Sighting(
                    WiringPlace(role.logicalID),
                    "the role of \(function.name) does not allow \(missing.action) on \(missing.on), which the mapping "
                        + "\(mapping.logicalID) needs",
                    remedy: "allow \(missing.action) on it in a policy of \(role.logicalID)")
            }
        }
    }

    static let viewType = WiringRule(
        "stream.viewType", .advice, "a stream's records carry the images that its handler needs",
        because: "A handler sees only what the view type lets through; what is missing cannot be asked for afterwards."
    ) { subject, promises in
        subject.tables.compactMap { table in
            guard let view = table.viewType, subject.streamMappings.contains(where: { table.hasStream($0.source) })
            else {
                return nil
            }
            let lacksNew = view == "KEYS_ONLY" || view == "OLD_IMAGE"
            let lacksOld = view == "KEYS_ONLY" || view == "NEW_IMAGE"
            guard lacksNew || lacksOld else { return nil }
            let missing = lacksNew && lacksOld ? "no image at all" : lacksNew ? "no new image" : "no old image"
            let promised = promises.stream.map { lacksNew || ($0.needsOldImage && lacksOld) } ?? false
            return WiringRule.Sighting(
                WiringPlace(table.logicalID, "StreamSpecification", "StreamViewType"),
                "the stream of \(table.name) is \(view): a record carries \(missing)"
                    + (promised ? ", and what the scenario looks for stands there" : ""),
                remedy: "set StreamViewType: NEW_AND_OLD_IMAGES", severity: promised ? .error : nil)
        }
    }

    static let retries = WiringRule(
        "mapping.retries", .advice, "a stream's mapping gives up on a record before the day is over",
        because:
            "Without a limit one record that the function cannot take blocks its shard for 24 hours, and all behind it."
    ) { subject, _ in
        subject.streamMappings.filter { $0.retries < 0 && !(0..<86_400).contains($0.recordAgeSeconds) }.map { mapping in
            WiringRule.Sighting(
                WiringPlace(mapping.logicalID, "MaximumRetryAttempts"),
                "the mapping \(mapping.logicalID) tries a failing batch again until it expires",
                remedy: "set MaximumRetryAttempts (3, for instance) or MaximumRecordAgeInSeconds")
        }
    }

    static let batch = WiringRule(
        "mapping.batch", .advice, "one bad record does not take its whole batch along",
        because:
            "A failing batch is tried again as a whole. Split in halves, or with the failed items reported, only the "
            + "bad record is given up."
    ) { subject, _ in
        subject.streamMappings.filter { $0.batchSize > 1 }.flatMap { mapping -> [WiringRule.Sighting] in
            var sightings: [WiringRule.Sighting] = []
            if !mapping.bisects {
                sightings.append(
                    WiringRule.Sighting(
                        WiringPlace(mapping.logicalID, "BisectBatchOnFunctionError"),
                        "the mapping \(mapping.logicalID) does not split a failing batch of up to \(mapping.batchSize) records",
                        remedy: "set BisectBatchOnFunctionError: true"))
            }
            if !mapping.reportsItems {
                sightings.append(
                    WiringRule.Sighting(
                        WiringPlace(mapping.logicalID, "FunctionResponseTypes"),
                        "the mapping \(mapping.logicalID) does not read which items of a batch failed: a handler that reports "
                            + "them is not heard",
                        remedy: "set FunctionResponseTypes: [ReportBatchItemFailures], if the handler reports them"))
            }
            return sightings
        }
    }

    static let onFailure = WiringRule(
        "mapping.onFailure", .advice, "records that a mapping gives up on are kept somewhere",
        because: "Without a destination they vanish when the retries are used up."
    ) { subject, _ in
        subject.streamMappings.filter { $0.onFailure == nil }.map { mapping in
            WiringRule.Sighting(
                WiringPlace(mapping.logicalID, "DestinationConfig"),
                "the mapping \(mapping.logicalID) drops the records that it gives up on",
                remedy:
                    "set DestinationConfig.OnFailure.Destination to a queue's ARN, and let the function's role send to it"
            )
        }
    }

    static let window = WiringRule(
        "mapping.window", .error, "a mapping does not hold records back longer than the scenario allows",
        because: "A batch waits for its window to pass before the function sees it."
    ) { subject, promises in
        guard let promise = promises.stream else { return [] }
        return subject.streamMappings.filter { Double($0.windowSeconds) >= promise.withinSeconds }.map { mapping in
            WiringRule.Sighting(
                WiringPlace(mapping.logicalID, "MaximumBatchingWindowInSeconds"),
                "the mapping \(mapping.logicalID) gathers records for \(mapping.windowSeconds) s; the scenario wants them "
                    + "processed within \(Words.number(promise.withinSeconds)) s",
                remedy: "shorten MaximumBatchingWindowInSeconds")
        }
    }

    static let position = WiringRule(
        "mapping.position", .advice, "a stream is read from its beginning",
        because: "A new mapping takes minutes to start. With LATEST, records written until then are never seen."
    ) { subject, _ in
        subject.streamMappings.filter { $0.startingPosition == "LATEST" }.map { mapping in
            WiringRule.Sighting(
                WiringPlace(mapping.logicalID, "StartingPosition"),
                "the mapping \(mapping.logicalID) starts at LATEST: what is written while it starts is left out",
                remedy: "set StartingPosition: TRIM_HORIZON")
        }
    }

    static let retention = WiringRule(
        "queue.retention", .advice, "what was given up is kept until somebody looks",
        because: "After the retention it is gone for good; a weekend is longer than a day."
    ) { subject, _ in
        let targets = Set(subject.mappings.compactMap(\.onFailure))
        return subject.queues.filter { targets.contains($0.arn) && $0.retentionSeconds < 259_200 }.map { queue in
            WiringRule.Sighting(
                WiringPlace(queue.logicalID, "MessageRetentionPeriod"),
                "queue \(queue.name) keeps what was given up for \(Words.duration(seconds: queue.retentionSeconds))",
                remedy: "set MessageRetentionPeriod: 1209600, two weeks")
        }
    }

    static let visibility = WiringRule(
        "mapping.visibility", .advice, "a queue hides a message longer than its function works on it",
        because: "A message that comes back while it is being processed is processed twice; AWS advises six times the "
            + "function's timeout (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."
    ) { subject, _ in
        subject.mappings.compactMap { mapping in
            guard let queue = subject.queues.first(where: { $0.arn == mapping.source }),
                let function = subject.function(named: mapping.function),
                queue.visibilitySeconds < function.timeoutSeconds
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(queue.logicalID, "VisibilityTimeout"),
                "queue \(queue.name) shows a message again after \(queue.visibilitySeconds) s, and \(function.name) may work "
                    + "on it for \(function.timeoutSeconds) s",
                remedy: "set VisibilityTimeout to six times the function's timeout")
        }
    }
}

extension WiringSubject {
    /// The role that a function runs with, if it is of this stack.
    func role(of function: FunctionDefinition) -> RoleDefinition? { roles.first { $0.arn == function.role } }
}
