/// What a composite alarm asks of other alarms
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
indirect enum AlarmRule: Sendable, Equatable {
    case constant(Bool)
    /// The alarm of this name is in the state.
    case state(AlarmState, String)
    /// Of the named alarms, at least this many are in the state, or are not.
    case atLeast(Int, AlarmState, negated: Bool, [String])
    case not(AlarmRule)
    case and(AlarmRule, AlarmRule)
    case or(AlarmRule, AlarmRule)

    /// Whether the rule holds.
    ///
    /// - Parameter state: that of an alarm; nil when it does not exist (any more), and then it is in no state.
    func holds(_ state: (String) -> AlarmState?) -> Bool {
        switch self {
        case .constant(let value): value
        case .state(let wanted, let name): state(name) == wanted
        case .atLeast(let count, let wanted, let negated, let names):
            names.count { name in state(name).map { ($0 == wanted) != negated } ?? false } >= count
        case .not(let rule): !rule.holds(state)
        case .and(let left, let right): left.holds(state) && right.holds(state)
        case .or(let left, let right): left.holds(state) || right.holds(state)
        }
    }

    /// The names of the alarms in the order of the rule, each once.
    var children: [String] {
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }
    }

    private var names: [String] {
        switch self {
        case .constant: []
        case .state(_, let name): [name]
        case .atLeast(_, _, _, let names): names
        case .not(let rule): rule.names
        case .and(let left, let right), .or(let left, let right): left.names + right.names
        }
    }
}
