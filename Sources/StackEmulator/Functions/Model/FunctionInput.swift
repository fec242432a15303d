import EmulatedServices
import EmulatorCore
import ExactJSON

/// The members of CreateFunction, UpdateFunctionConfiguration and a template's `AWS::Lambda::Function`, checked.
struct FunctionInput: Sendable {
    var input: JSONValue

    /// What a template's function may say here.
    static let supportedProperties: Set<String> = [
        "Architectures", "Code", "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FunctionName",
        "Handler", "KmsKeyArn", "LoggingConfig", "MemorySize", "PackageType", "RecursiveLoop",
        "ReservedConcurrentExecutions", "Role", "Runtime", "RuntimeManagementConfig", "Tags", "Timeout",
        "TracingConfig",
    ]

    /// Members that would change what a function does and have no effect here, each with what its use says.
    private static let refused: [(member: String, isUsed: @Sendable (JSONValue) -> Bool)] = [
        ("Layers", { $0.arrayValue?.isEmpty == false }), ("FileSystemConfigs", { $0.arrayValue?.isEmpty == false }),
        ("ImageConfig", { $0.objectValue?.isEmpty == false }),
        ("VpcConfig", { $0["SubnetIds"]?.arrayValue?.isEmpty == false }),
        ("SnapStart", { ($0["ApplyOn"]?.stringValue ?? "None") != "None" }), ("CodeSigningConfigArn", { !$0.isNull }),
        ("CapacityProviderConfig", { !$0.isNull }), ("DurableConfig", { !$0.isNull }),
    ]

    /// Puts what the input says into a configuration.
    ///
    /// - Throws: `ValidationException` and `InvalidParameterValueException` in Lambda's words; the keys' errors.
    func apply(to function: inout LambdaFunction, keys: KeyService) throws(AWSServiceError) {
        try refuse()
        try text("Description", "description", 256) { function.description = $0 }
        try text("Handler", "handler", 128) { function.handler = $0 }
        if let role = input["Role"]?.stringValue {
            guard role.hasPrefix("arn:"), role.contains(":role/") else {
                throw .lambdaValidation(
                    role, "role",
                    #"satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#
                )
            }
            function.role = role
        }
        if let runtime = input["Runtime"]?.stringValue { function.runtime = try Self.runtime(runtime) }
        try number("Timeout", "timeout", 1...900) { function.timeoutSeconds = $0 }
        try number("MemorySize", "memorySize", 128...10_240) { function.memorySize = $0 }
        if let storage = input["EphemeralStorage"] {
            try FunctionInput(input: storage).number("Size", "ephemeralStorage.size", 512...10_240) {
                function.ephemeralStorage = $0
            }
        }
        if let architectures = input["Architectures"]?.arrayValue?.compactMap(\.stringValue), !architectures.isEmpty {
            guard architectures.count == 1, ["x86_64", "arm64"].contains(architectures[0]) else {
                throw .lambdaValidation(
                    "[\(architectures.joined(separator: ", "))]", "architectures",
                    "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
                )
            }
            function.architectures = architectures
        }
        if let mode = input["TracingConfig"]?["Mode"]?.stringValue {
            guard ["Active", "PassThrough"].contains(mode) else {
                throw .lambdaValidation(mode, "tracingConfig.mode", "satisfy enum value set: [Active, PassThrough]")
            }
            function.tracingMode = mode
        }
        if let target = input["DeadLetterConfig"] {
            let arn = target["TargetArn"]?.stringValue ?? ""
            if !arn.isEmpty { try DestinationARN.check(arn, kinds: ["sqs", "sns"]) }
            function.deadLetterTarget = arn.isEmpty ? nil : arn
        }
        try logging(&function)
        try variables(&function, keys)
    }

    private func refuse() throws(AWSServiceError) {
        for (member, isUsed) in Self.refused {
            if let value = input[member], isUsed(value) { throw .invalidLambda("\(member) is not emulated.") }
        }
        if input["PackageType"]?.stringValue == "Image" {
            throw .invalidLambda("Functions from images are not emulated.")
        }
    }

    private func text(
        _ member: String, _ name: String, _ most: Int, _ set: (String) -> Void
    ) throws(AWSServiceError) {
        guard let value = input[member]?.stringValue else { return }
        guard value.utf8.count <= most else {
            throw .lambdaValidation(value, name, "have length less than or equal to \(most)")
        }
        set(value)
    }

    private func number(
        _ member: String, _ name: String, _ range: ClosedRange<Int>, _ set: (Int) -> Void
    ) throws(AWSServiceError) {
        guard let value = input[member], !value.isNull else { return }
        guard let number = input.integer(member) else {
            throw AWSServiceError("SerializationException", "\(member) is no whole number.")
        }
        guard range.contains(number) else {
            throw .lambdaValidation(
                "\(number)", name,
                number < range.lowerBound
                    ? "have value greater than or equal to \(range.lowerBound)"
                    : "have value less than or equal to \(range.upperBound)")
        }
        set(number)
    }

    private static func runtime(_ name: String) throws(AWSServiceError) -> String {
        let families = ["nodejs", "python", "java", "dotnet", "go1", "ruby", "provided"]
        guard families.contains(where: { name.hasPrefix($0) }), name.utf8.count <= 32 else {
            throw .invalidLambda(
                "Value \(name) at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[nodejs22.x, nodejs24.x, python3.9, python3.10, python3.11, python3.12, python3.13, python3.14, "
                    + "java21, java25, dotnet8, dotnet10, ruby3.3, ruby3.4, provided.al2, provided.al2023] or be a "
                    + "valid ARN")
        }
        return name
    }

    private func logging(_ function: inout LambdaFunction) throws(AWSServiceError) {
        guard let config = input["LoggingConfig"], !config.isNull else { return }
        if let name = config["LogFormat"]?.stringValue {
            guard let format = FunctionLogging.Format(rawValue: name) else {
                throw .lambdaValidation(name, "loggingConfig.logFormat", "satisfy enum value set: [JSON, Text]")
            }
            function.logging.format = format
        }
        if let group = config["LogGroup"]?.stringValue, !group.isEmpty { function.logging.group = group }
        let levels = (config["ApplicationLogLevel"]?.stringValue, config["SystemLogLevel"]?.stringValue)
        if function.logging.format == .text, levels.0 != nil || levels.1 != nil {
            throw .invalidLambda(
                "To set ApplicationLogLevel or SystemLogLevel, the value for LogFormat must be 'JSON'.")
        }
        if function.logging.format == .json {
            function.logging.applicationLevel = levels.0 ?? function.logging.applicationLevel ?? "INFO"
            function.logging.systemLevel = levels.1 ?? function.logging.systemLevel ?? "INFO"
        } else {
            function.logging.applicationLevel = nil
            function.logging.systemLevel = nil
        }
    }

    private func variables(_ function: inout LambdaFunction, _ keys: KeyService) throws(AWSServiceError) {
        let stated = input["KMSKeyArn"]?.stringValue ?? input["KmsKeyArn"]?.stringValue
        var open: [String: String]?
        if let environment = input["Environment"], !environment.isNull {
            open = try EnvironmentVariables.checked(environment["Variables"])
        } else if let stated, stated != function.kmsKeyARN ?? "", let sealed = function.environment {
            // Another key takes the same variables over.
            open = try sealed.decrypted(by: keys)
        }
        if let stated { function.kmsKeyARN = stated.isEmpty ? nil : stated }
        guard let open else { return }
        function.environment =
            open.isEmpty
            ? nil
            : try EncryptedVariables(
                open, functionARN: function.arn, key: function.kmsKeyARN ?? EncryptedVariables.defaultKeyAlias,
                keys: keys)
    }
}
