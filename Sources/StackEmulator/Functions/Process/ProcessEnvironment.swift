import AWSSigning
import EmulatorCore

/// The variables that a function's process sees.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
enum ProcessEnvironment {
    static func variables(
        of function: LambdaFunction, log: FunctionLog, own: [String: String], runtimeAPI: String, endpoint: String,
        account: EmulatedAccount, base: [String: String]
    ) -> [String: String] {
        var variables = base.merging(function.code.command.variables) { _, new in new }
        // A function's own variables come first, the reserved ones below cannot be overridden.
        variables.merge(own) { _, new in new }
        let credentials = credentials(of: function.name)
        variables.merge([
            "AWS_LAMBDA_RUNTIME_API": runtimeAPI,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(function.memorySize),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": log.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log.stream,
            "AWS_LAMBDA_LOG_FORMAT": function.logging.format.rawValue,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "AWS_REGION": account.region,
            "AWS_DEFAULT_REGION": account.region,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": credentials.secretAccessKey,
            "AWS_SESSION_TOKEN": credentials.sessionToken ?? "",
            "LAMBDA_TASK_ROOT": function.code.command.workingDirectory ?? folder(of: function.code.command.executable),
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "_HANDLER": function.handler,
            "TZ": ":UTC",
        ]) { _, new in new }
        // Runtimes that bring their own executable have none.
        if !function.runtime.hasPrefix("provided") {
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(function.runtime)"
        }
        if let level = function.logging.applicationLevel { variables["AWS_LAMBDA_LOG_LEVEL"] = level }
        return variables
    }

    private static func folder(of path: String) -> String {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return path.hasPrefix("/") ? "/" + folder : folder
    }

    /// What a function signs its calls with.
    static func credentials(of function: String) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: accessKey(of: function), secretAccessKey: "emulated-secret-of-\(function)",
            sessionToken: "emulated-session-of-\(function)")
    }

    /// The access key of the role that a function runs under; it tells the function's calls from others.
    static func accessKey(of function: String) -> String {
        "ASIA" + Identifiers.stable(function, length: 16, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }
}
