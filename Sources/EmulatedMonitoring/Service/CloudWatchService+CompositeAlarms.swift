import EmulatorCore
import ExactJSON

extension CloudWatchService {
    /// PutCompositeAlarm: the alarms of the rule must exist; the rule is evaluated at once.
    func putCompositeAlarm(_ input: CallInput) async throws(AWSServiceError) -> JSONValue {
        let condition = try CompositeCondition(input)
        let configuration = try AlarmConfiguration(input, subject: .composite(condition))
        let tags = try input.tags()
        let name = configuration.name
        let arn = account.arn("cloudwatch", "alarm:\(name)")
        let now = clock.now
        let transitions = try alarms.withLock { store throws(AWSServiceError) in
            let unknown = condition.referredAlarms.filter { $0 != name && store.alarms[$0] == nil }
            guard unknown.isEmpty else {
                throw .init(
                    "ValidationError",
                    "Could not save the composite alarm as alarms [\(unknown.joined(separator: ", "))] in the alarm rule "
                        + "do not exist")
            }
            let word = store.alarms[name] == nil ? "created" : "updated"
            try store.put(configuration, tags: tags, arn: arn, at: now)
            let change = store.evaluateComposite(name, at: now) {
                "\(arn) was \(word) and its alarm rule evaluates to \($0.rawValue)"
            }
            let changes = [change].compactMap(\.self)
            return changes + store.settle(after: changes, at: now)
        }
        await carryOut(transitions)
        return .object([:])
    }
}
