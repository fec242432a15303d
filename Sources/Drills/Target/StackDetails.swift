import AWSClients
import AWSQueryClients

/// Reads what judges a stack's wiring but carries no drill: tables, queues, topics, log groups, roles.
///
/// What is refused becomes a gap and ends nothing.
struct StackDetails: Sendable {
    var connection: AWSConnection

    func add(to map: inout StackMap) async {
        var gaps: [DiscoveryGap] = []
        func read<Value>(
            _ what: String, _ call: () async throws(AWSCallError) -> Value?
        ) async -> Value? {
            do throws(AWSCallError) {
                return try await call()
            } catch {
                gaps.append(DiscoveryGap(what: what, reason: error.description))
                return nil
            }
        }
        func physical(_ type: String) -> [String] { map.resources.filter { $0.type == type }.map(\.physicalID) }

        let tables = TableClient(connection: connection)
        for name in physical("AWS::DynamoDB::Table") + physical("AWS::DynamoDB::GlobalTable") {
            let table = await read("table \(name)") { () async throws(AWSCallError) in
                try await tables.table(named: name)
            }
            if let table { map.tables.append(table) }
        }
        let queues = QueueClient(connection: connection)
        for url in physical("AWS::SQS::Queue") {
            let queue = await read("queue \(url)") { () async throws(AWSCallError) in try await queues.queue(url: url) }
            if let queue { map.queues.append(queue) }
        }
        let topics = NotificationClient(connection: connection)
        for arn in Self.unique(map.topicARNs + map.alarms.flatMap(\.alarmActions).filter { $0.contains(":sns:") }) {
            let topic = await read("topic \(arn)") { () async throws(AWSCallError) in try await topics.topic(arn) }
            if let topic { map.topics.append(topic) }
        }
        let logs = LogsClient(connection: connection)
        for name in Self.unique(physical("AWS::Logs::LogGroup") + map.functions.map(\.logGroup)) {
            let group = await read("log group \(name)") { () async throws(AWSCallError) in
                try await logs.group(named: name)
            }
            if let group { map.logGroups.append(group) }
        }
        let roles = RoleClient(connection: connection)
        let named = map.functions.map(\.roleARN).compactMap { $0.split(separator: "/").last.map(String.init) }
        for name in Self.unique(physical("AWS::IAM::Role") + named) {
            let role = await read("role \(name)") { () async throws(AWSCallError) in try await roles.role(named: name) }
            if let role { map.roles.append(role) }
        }
        map.gaps += gaps
    }

    /// Each name once, in the order given.
    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
