import EmulatorCore
import ExactJSON
import Timekeeping

extension LambdaFunction {
    /// The version as a data directory keeps it; its variables stay sealed, and its code is found anew by the next process.
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "arn": .string(arn), "version": .string(version),
            "description": .string(description), "role": .string(role), "runtime": .string(runtime),
            "handler": .string(handler), "timeout": .integer(timeoutSeconds), "memory": .integer(memorySize),
            "storage": .integer(ephemeralStorage), "architectures": .array(architectures.map(JSONValue.string)),
            "tracing": .string(tracingMode), "revision": .string(revisionID),
            "modified": .integer(lastModified.nanosecondsSinceEpoch), "code": code.document,
            "logFormat": .string(logging.format.rawValue), "logGroup": .string(logging.group),
        ]
        let optional: [String: String?] = [
            "logicalID": logicalID, "key": kmsKeyARN, "deadLetterTarget": deadLetterTarget,
            "publishedFrom": publishedFrom, "applicationLevel": logging.applicationLevel,
            "systemLevel": logging.systemLevel, "environment": environment?.sealedText,
        ]
        for (name, text) in optional { members[name] = text.map(JSONValue.string) }
        return .object(members)
    }

    /// Nil for a document that an earlier process cannot have written.
    init?(document: JSONValue) {
        func text(_ name: String) -> String? { document[name]?.stringValue }
        guard let name = text("name"), let arn = text("arn"), let revision = text("revision"),
            let code = document["code"].flatMap({ FunctionCodeState(document: $0) })
        else { return nil }
        var logging = FunctionLogging(function: name)
        logging.format = text("logFormat").flatMap { FunctionLogging.Format(rawValue: $0) } ?? .text
        logging.group = text("logGroup") ?? logging.group
        logging.applicationLevel = text("applicationLevel")
        logging.systemLevel = text("systemLevel")
        self.init(
            logicalID: text("logicalID"), name: name, arn: arn, logging: logging, code: code,
            lastModified: Timestamp(nanosecondsSinceEpoch: Int64(document["modified"]?.intValue ?? 0)),
            revisionID: revision)
        version = text("version") ?? LambdaFunction.latest
        description = text("description") ?? ""
        role = text("role") ?? ""
        runtime = text("runtime") ?? runtime
        handler = text("handler") ?? handler
        timeoutSeconds = document["timeout"]?.intValue ?? timeoutSeconds
        memorySize = document["memory"]?.intValue ?? memorySize
        ephemeralStorage = document["storage"]?.intValue ?? ephemeralStorage
        architectures = document["architectures"]?.arrayValue?.compactMap(\.stringValue) ?? architectures
        tracingMode = text("tracing") ?? tracingMode
        kmsKeyARN = text("key")
        deadLetterTarget = text("deadLetterTarget")
        publishedFrom = text("publishedFrom")
        environment = text("environment").flatMap { EncryptedVariables(sealedText: $0, functionARN: arn) }
    }
}

extension FunctionCodeState {
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = ["sha256": .string(sha256), "size": .integer(size)]
        switch source {
        // The archive itself is a file beside the documents.
        case .success(.zip): members["source"] = "zip"
        case .success(.inline(let text)): members["inline"] = .string(text)
        case .success(.local(let path)): members["path"] = .string(path)
        case .success(.object(let bucket, let key, let version, let assetPath)):
            members["bucket"] = .string(bucket)
            members["key"] = .string(key)
            members["objectVersion"] = version.map(JSONValue.string)
            members["assetPath"] = assetPath.map(JSONValue.string)
        case .failure(let error):
            members["error"] = ["code": .string(error.code), "message": .string(error.message)]
        }
        return .object(members)
    }

    /// The command is only known once the code has been found.
    fileprivate init?(document: JSONValue) {
        let source: Result<FunctionCode, AWSServiceError>
        if let text = document["inline"]?.stringValue {
            source = .success(.inline(text))
        } else if let path = document["path"]?.stringValue {
            source = .success(.local(path: path))
        } else if let bucket = document["bucket"]?.stringValue, let key = document["key"]?.stringValue {
            source = .success(
                .object(
                    bucket: bucket, key: key, version: document["objectVersion"]?.stringValue,
                    assetPath: document["assetPath"]?.stringValue))
        } else if let error = document["error"] {
            source = .failure(
                AWSServiceError(error["code"]?.stringValue ?? "", error["message"]?.stringValue ?? ""))
        } else if document["source"] == "zip" {
            source = .success(.zip([]))
        } else {
            return nil
        }
        self.init(
            source: source, command: FunctionCommand(executable: "", arguments: []),
            sha256: document["sha256"]?.stringValue ?? "", size: document["size"]?.intValue ?? 0)
    }
}
