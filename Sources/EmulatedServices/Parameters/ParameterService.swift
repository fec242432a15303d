package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import Foundation
import Synchronization
import Timekeeping

/// Systems Manager's parameter store; secure parameters are encrypted by KMS.
package final class ParameterService: EmulatedService {
    static let collection = "ssm.parameter"

    struct State {
        var parameters: [String: Parameter] = [:]
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let keys: KeyService
    let documents: DocumentStore
    let state = Mutex(State())

    package init(
        account: EmulatedAccount, clock: VirtualClock, keys: KeyService, documents: DocumentStore
    ) throws(DocumentStoreError) {
        self.account = account
        self.clock = clock
        self.keys = keys
        self.documents = documents
        let kept = try documents.documents(in: Self.collection)
        state.withLock { state in
            for (name, json) in kept { state.parameters[name] = Parameter(name: name, json) }
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "PutParameter": return try await put(input)
        case "GetParameter": return try get(input)
        case "GetParameters": return try getSeveral(input)
        case "GetParametersByPath": return try getByPath(input)
        case "GetParameterHistory": return try history(input)
        case "DescribeParameters": return try describe(input)
        case "DeleteParameter":
            let name = ParameterName(try input.required("Name")).name
            guard try await delete([name]).isEmpty == false else { throw Self.notFound }
            return [:]
        case "DeleteParameters":
            let names = input.texts("Names")
            try Self.checkNames(names)
            let deleted = try await delete(names.map { ParameterName($0).name })
            return [
                "DeletedParameters": .array(deleted.map(JSONValue.string)),
                "InvalidParameters": .array(
                    names.filter { !deleted.contains(ParameterName($0).name) }.map(JSONValue.string)),
            ]
        case "LabelParameterVersion": return try await label(input)
        case "UnlabelParameterVersion": return try await unlabel(input)
        case "AddTagsToResource", "RemoveTagsFromResource": return try await changeTags(operation, input)
        case "ListTagsForResource":
            return ["TagList": try parameter(tagged: input).tags.json()]
        default: throw .unknownOperation(operation)
        }
    }

    // MARK: For the stack's resources and templates

    /// A parameter's value, a secure one decrypted.
    ///
    /// - Parameter name: perhaps with `:version` behind it.
    /// - Throws: `ParameterNotFound`, `ParameterVersionNotFound`, or KMS's error.
    package func value(of name: String) throws(AWSServiceError) -> (value: String, type: String) {
        let (parameter, version) = try find(name)
        return (try plaintext(version, of: parameter.name), version.kind.rawValue)
    }

    /// Makes a parameter that AWS's tools expect, unless it is there.
    package func provide(_ name: String, value: String, description: String) {
        let now = clock.now
        state.withLock { state in
            guard state.parameters[name] == nil else { return }
            let version = Parameter.Version(
                number: 1, kind: .string, value: value, modified: now, description: description)
            let parameter = Parameter(name: name, versions: [version], tags: ResourceTags())
            state.parameters[name] = parameter
            documents.record([.init(Self.collection, name, parameter.json)])
        }
    }

    // MARK: Pieces

    static let notFound = AWSServiceError("ParameterNotFound", "")

    func arn(of name: String) -> String {
        account.arn("ssm", "parameter" + (name.hasPrefix("/") ? name : "/\(name)"))
    }

    /// The parameter and version that a name with a selector means.
    func find(_ text: String) throws(AWSServiceError) -> (Parameter, Parameter.Version) {
        let wanted = ParameterName(text)
        guard let parameter = state.withLock({ $0.parameters[wanted.name] }) else { throw Self.notFound }
        guard let selector = wanted.selector else { return (parameter, parameter.newest) }
        guard let version = parameter.version(selector) else {
            throw AWSServiceError(
                "ParameterVersionNotFound",
                Int(selector) == nil
                    ? "Systems Manager could not find label \(selector) on \(wanted.name). Verify the label and try again."
                    : "Systems Manager could not find version \(selector) of \(wanted.name). Verify the version and try again."
            )
        }
        return (parameter, version)
    }

    /// Changes a parameter that must be there and waits until the change is kept.
    func change<R: Sendable>(
        _ name: String, _ body: (inout Parameter) throws(AWSServiceError) -> R
    ) async throws(AWSServiceError) -> R {
        let result: Result<(R, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            guard var parameter = state.parameters[name] else { return .failure(Self.notFound) }
            do throws(AWSServiceError) {
                let value = try body(&parameter)
                state.parameters[name] = parameter
                return .success((value, documents.record([.init(Self.collection, name, parameter.json)])))
            } catch { return .failure(error) }
        }
        let (value, commit) = try result.get()
        try await commit.wait()
        return value
    }

    /// Deletes parameters; returns the names of those that were there.
    package func delete(_ names: [String]) async throws(AWSServiceError) -> [String] {
        let (deleted, commit) = state.withLock { state in
            let deleted = names.filter { state.parameters.removeValue(forKey: $0) != nil }
            return (deleted, documents.record(deleted.map { .init(Self.collection, $0, nil) }))
        }
        try await commit.wait()
        return deleted
    }

    /// KMS binds a secure value to its parameter.
    func context(_ name: String) -> JSONValue { ["PARAMETER_ARN": .string(arn(of: name))] }

    func plaintext(_ version: Parameter.Version, of name: String) throws(AWSServiceError) -> String {
        guard version.kind == .secure else { return version.value }
        let blob = Array(Data(base64Encoded: version.value) ?? Data())
        do throws(AWSServiceError) {
            return String(decoding: try keys.open(blob, context: context(name)).plaintext, as: UTF8.self)
        } catch {
            throw AWSServiceError("InvalidKeyId", "\(error.message) (Service: AWSKMS; Error Code: \(error.code))")
        }
    }

    static func checkNames(_ names: [String]) throws(AWSServiceError) {
        guard (1...10).contains(names.count) else {
            throw .validation(
                "1 validation error detected: Value '[\(names.joined(separator: ", "))]' at 'names' failed to satisfy "
                    + "constraint: Member must have length \(names.isEmpty ? "greater than or equal to 1" : "less than or equal to 10")"
            )
        }
    }
}
