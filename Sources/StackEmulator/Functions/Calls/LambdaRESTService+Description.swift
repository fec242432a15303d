import EmulatorCore
import ExactJSON

extension LambdaRESTService {
    /// What a change that was just made looks like on AWS, where it takes a moment; the next call sees it done.
    enum Phase: Sendable { case settled, creating, updating }

    /// A version's configuration. Its variables are shown only to a caller who may decrypt them.
    func description(
        of function: LambdaFunction, caller: Caller, phase: Phase = .settled, isQualified: Bool = false
    ) -> JSONValue {
        let arn = isQualified ? "\(function.arn):\(function.version)" : function.qualifiedARN
        var members: [String: JSONValue] = [
            "FunctionName": .string(function.name), "FunctionArn": .string(arn),
            "Runtime": .string(function.runtime), "Role": .string(function.role), "Handler": .string(function.handler),
            "CodeSize": .integer(function.code.size), "CodeSha256": .string(function.code.sha256),
            "Description": .string(function.description), "Timeout": .integer(function.timeoutSeconds),
            "MemorySize": .integer(function.memorySize), "Version": .string(function.version), "PackageType": "Zip",
            "LastModified": .string(function.lastModified.iso8601.replacing("Z", with: "+0000")),
            "Architectures": .array(function.architectures.map(JSONValue.string)),
            "TracingConfig": ["Mode": .string(function.tracingMode)],
            "EphemeralStorage": ["Size": .integer(function.ephemeralStorage)],
            "LoggingConfig": Self.logging(function.logging), "RevisionId": .string(function.revisionID),
            "SnapStart": ["ApplyOn": "None", "OptimizationStatus": "Off"],
            "RuntimeVersionConfig": [
                "RuntimeVersionArn": .string(
                    "arn:aws:lambda:\(functions.surroundings.account.region)::runtime:emulated")
            ],
        ]
        switch phase {
        case .settled:
            members["State"] = "Active"
            members["LastUpdateStatus"] = "Successful"
        case .creating:
            members["State"] = "Pending"
            members["StateReason"] = "The function is being created."
            members["StateReasonCode"] = "Creating"
        case .updating:
            members["State"] = "Active"
            members["LastUpdateStatus"] = "InProgress"
            members["LastUpdateStatusReason"] = "The function is being created."
            members["LastUpdateStatusReasonCode"] = "Creating"
        }
        if let key = function.kmsKeyARN { members["KMSKeyArn"] = .string(key) }
        if let target = function.deadLetterTarget { members["DeadLetterConfig"] = ["TargetArn": .string(target)] }
        if let environment = function.environment {
            members["Environment"] = self.environment(environment, of: function, caller: caller)
        }
        return .object(members)
    }

    private static func logging(_ logging: FunctionLogging) -> JSONValue {
        var members: [String: JSONValue] = [
            "LogFormat": .string(logging.format.rawValue), "LogGroup": .string(logging.group),
        ]
        if let level = logging.applicationLevel { members["ApplicationLogLevel"] = .string(level) }
        if let level = logging.systemLevel { members["SystemLogLevel"] = .string(level) }
        return .object(members)
    }

    private func environment(
        _ environment: EncryptedVariables, of function: LambdaFunction, caller: Caller
    ) -> JSONValue {
        let refusal =
            "Lambda was unable to decrypt your environment variables because the KMS access was denied. "
            + "Please check your KMS permissions. KMS Exception: "
        guard caller.mayDecrypt || function.kmsKeyARN == nil else {
            return [
                "Error": ["ErrorCode": "AccessDeniedException", "Message": .string(refusal + "AccessDeniedException")]
            ]
        }
        do throws(AWSServiceError) {
            let variables = try environment.decrypted(by: functions.surroundings.keys)
            return ["Variables": .object(variables.mapValues(JSONValue.string))]
        } catch {
            return ["Error": ["ErrorCode": .string(error.code), "Message": .string(refusal + error.code)]]
        }
    }
}
