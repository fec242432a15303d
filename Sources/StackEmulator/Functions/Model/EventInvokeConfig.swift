import EmulatorCore
import ExactJSON
import Timekeeping

/// What happens to asynchronous invocations of a function, version or alias.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
struct EventInvokeConfig: Sendable, Equatable {
    static let mostRetries = 2
    static let longestAge = 21_600

    /// 0 to 2; nil for the default of 2.
    var maximumRetryAttempts: Int?
    /// Seconds, 60 to 21,600; nil for the default of six hours.
    var maximumEventAge: Int?
    /// ARN of the queue, topic or function that is told of an event that was processed.
    var onSuccess: String?
    /// ARN of the queue, topic or function that is told of an event that failed for good.
    var onFailure: String?
    var lastModified: Timestamp

    init(lastModified: Timestamp) { self.lastModified = lastModified }

    /// Reads PutFunctionEventInvokeConfig's or UpdateFunctionEventInvokeConfig's input, or a template's properties.
    ///
    /// - Throws: `ValidationException` and `InvalidParameterValueException` in Lambda's words.
    mutating func apply(_ input: JSONValue, account: EmulatedAccount) throws(AWSServiceError) {
        if let retries = input.integer("MaximumRetryAttempts") {
            guard (0...Self.mostRetries).contains(retries) else {
                throw .lambdaValidation(
                    "\(retries)", "maximumRetryAttempts",
                    retries < 0 ? "have value greater than or equal to 0" : "have value less than or equal to 2")
            }
            maximumRetryAttempts = retries
        }
        if let age = input.integer("MaximumEventAgeInSeconds") {
            guard (60...Self.longestAge).contains(age) else {
                throw .lambdaValidation(
                    "\(age)", "maximumEventAgeInSeconds",
                    age < 60 ? "have value greater than or equal to 60" : "have value less than or equal to 21600")
            }
            maximumEventAge = age
        }
        guard let destinations = input["DestinationConfig"], !destinations.isNull else { return }
        onSuccess = try Self.destination(destinations["OnSuccess"], account)
        onFailure = try Self.destination(destinations["OnFailure"], account)
    }

    private static func destination(
        _ value: JSONValue?, _ account: EmulatedAccount
    ) throws(AWSServiceError) -> String? {
        guard let arn = value?["Destination"]?.stringValue, !arn.isEmpty else { return nil }
        try DestinationARN.check(arn, kinds: ["sqs", "sns", "lambda"])
        return arn
    }

    func json(functionARN: String) -> JSONValue {
        var destinations: [String: JSONValue] = ["OnSuccess": [:], "OnFailure": [:]]
        if let onSuccess { destinations["OnSuccess"] = ["Destination": .string(onSuccess)] }
        if let onFailure { destinations["OnFailure"] = ["Destination": .string(onFailure)] }
        var members: [String: JSONValue] = [
            "FunctionArn": .string(functionARN), "LastModified": .double(lastModified.secondsSinceEpoch),
            "DestinationConfig": .object(destinations),
        ]
        if let maximumRetryAttempts { members["MaximumRetryAttempts"] = .integer(maximumRetryAttempts) }
        if let maximumEventAge { members["MaximumEventAgeInSeconds"] = .integer(maximumEventAge) }
        return .object(members)
    }
}

/// The ARN of something that takes in records about events.
enum DestinationARN {
    /// The service that an ARN belongs to.
    static func service(of arn: String) -> Substring {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" ? parts[2] : ""
    }

    /// - Throws: `InvalidParameterValueException` for an ARN of another service than those named, or for none.
    static func check(_ arn: String, kinds: [String]) throws(AWSServiceError) {
        let service = service(of: arn)
        guard !service.isEmpty else {
            throw .lambdaValidation(
                arn, "destination",
                #"satisfy regular expression pattern: ^$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"#
            )
        }
        guard kinds.contains(String(service)) else {
            throw .invalidLambda(
                "The destination \(arn) is not emulated: destinations are those of \(kinds.joined(separator: ", ")).")
        }
        if service == "sqs", arn.hasSuffix(".fifo") {
            throw .invalidLambda(
                "The provided destination config DestinationConfig is invalid: FIFO queues are not supported.")
        }
    }
}
