import EmulatorCore
import ExactJSON
import Timekeeping

/// What a composite alarm watches, and who may silence it.
struct CompositeCondition: Sendable, Equatable {
    /// An alarm that holds back the composite alarm's actions while it is in ALARM.
    struct Suppressor: Sendable, Equatable {
        /// As it was given: a name or an ARN.
        var text: String
        var alarmName: String
        /// Seconds that actions wait for the suppressor to go into ALARM.
        var waitPeriod: Int
        /// Seconds that actions stay suppressed after the suppressor left ALARM.
        var extensionPeriod: Int
    }

    /// The rule as it was written.
    var text: String
    var rule: AlarmRule
    var suppressor: Suppressor?

    /// Reads and checks the input of `PutCompositeAlarm`.
    init(_ input: CallInput) throws(AWSServiceError) {
        text = try input.requiredString("AlarmRule")
        rule = try AlarmRuleParser.parse(text)
        let wait = try input.integer("ActionsSuppressorWaitPeriod")
        let extensionPeriod = try input.integer("ActionsSuppressorExtensionPeriod")
        guard let suppressorText = try input.string("ActionsSuppressor") else {
            guard wait == nil, extensionPeriod == nil else {
                throw .init(
                    "ValidationError",
                    "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an ActionsSuppressor.")
            }
            return
        }
        guard let wait, let extensionPeriod, wait >= 0, extensionPeriod >= 0, wait <= 86_400, extensionPeriod <= 86_400
        else {
            throw .init(
                "ValidationError",
                "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with an ActionsSuppressor, "
                    + "in seconds.")
        }
        let name = suppressorText.firstRange(of: ":alarm:").map { String(suppressorText[$0.upperBound...]) }
        suppressor = Suppressor(
            text: suppressorText, alarmName: name ?? suppressorText, waitPeriod: wait, extensionPeriod: extensionPeriod)
    }

    /// All alarms that the composite alarm refers to.
    var referredAlarms: [String] { rule.children + [suppressor?.alarmName].compactMap(\.self) }
}

/// Why a composite alarm's actions are held back at the moment.
struct ActionSuppression: Sendable {
    enum Cause: String, Sendable {
        case alarm = "Alarm"
        case waitPeriod = "WaitPeriod"
        case extensionPeriod = "ExtensionPeriod"
    }

    var cause: Cause
    /// When a period ends; nil while the suppressor is in ALARM.
    var until: Timestamp?
    /// What is carried out when nothing holds it back any more.
    var held: [AlarmActionRequest]

    var reason: String { "Actions suppressed by \(cause.rawValue)" }
}
