package import EmulatorCore
import ExactJSON
import Foundation
import StackTemplate
import Timekeeping

/// The stacks of a data directory: what each was made of, so that the next start makes it again.
///
/// A file is written anew beside the old one and takes its place in one step, so that a process that is killed leaves
/// either the one or the other.
package struct StackArchive: Sendable {
    /// One archived stack.
    package struct Entry: Sendable, Equatable {
        package var name: String
        /// Its ARN, which stays the same over restarts.
        package var id: String
        package var source: StackSource
        package var terminationProtection: Bool

        package init(name: String, id: String, source: StackSource, terminationProtection: Bool) {
            self.name = name
            self.id = id
            self.source = source
            self.terminationProtection = terminationProtection
        }
    }

    private let folder: URL

    /// - Parameter directory: the data directory; the stacks go into its folder `stacks`.
    package init(directory: String) { folder = URL(fileURLWithPath: directory).appendingPathComponent("stacks") }

    /// All stacks, in the order in which they were made.
    ///
    /// - Throws: An error that names the file that cannot be read.
    package func entries() throws(AWSServiceError) -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var entries: [(created: Double, entry: Entry)] = []
        for name in names.sorted() where name.hasSuffix(".json") {
            let file = folder.appendingPathComponent(name)
            guard let data = FileManager.default.contents(atPath: file.path),
                let value = try? JSONValue(parsing: Array(data)), let entry = Entry(value)
            else {
                throw AWSServiceError(
                    "InternalFailure",
                    "the stack file \(file.path) cannot be read; remove it to go on without the stack",
                    status: 500)
            }
            entries.append((value["CreatedAt"]?.doubleValue ?? 0, entry))
        }
        return entries.sorted { $0.created < $1.created }.map(\.entry)
    }

    /// Keeps what a stack's resources were made of and are called, or forgets it when the stack has been deleted.
    ///
    /// The next start tells by it what has changed in the template since, and leaves the rest as calls have made it.
    package func recordResources(_ stack: StackRecord) throws(AWSServiceError) {
        let file = resourceFile(stack.name)
        do {
            if stack.status == .deleteComplete {
                if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
                return
            }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let list = JSONValue.array(stack.resources.map(Self.json))
            try Data(list.serialized()).write(to: file, options: .atomic)
            // Properties may hold what nobody else on the machine shall read.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        } catch {
            throw AWSServiceError(
                "InternalFailure", "the stack \(stack.name) cannot be kept in \(file.path): \(error)", status: 500)
        }
    }

    /// By logical id, what `recordResources` kept of a stack; nothing when it kept none.
    package func resources(of stackName: String) -> [String: StackResource] {
        guard let data = FileManager.default.contents(atPath: resourceFile(stackName).path),
            let list = (try? JSONValue(parsing: Array(data)))?.arrayValue
        else { return [:] }
        let resources = list.compactMap(Self.resource)
        return Dictionary(resources.map { ($0.logicalID, $0) }) { first, _ in first }
    }

    private func resourceFile(_ stackName: String) -> URL { folder.appendingPathComponent("\(stackName).resources") }

    private static func json(_ made: StackResource) -> JSONValue {
        let resource = made.resolved
        return [
            "LogicalId": .string(resource.logicalID), "Generation": .integer(made.generation),
            "Type": .string(resource.type), "Ref": .string(resource.ref),
            "Properties": resource.properties,
            "Attributes": .object(resource.attributes.mapValues(JSONValue.string)),
        ]
    }

    private static func resource(_ value: JSONValue) -> StackResource? {
        guard let id = value["LogicalId"]?.stringValue, let type = value["Type"]?.stringValue,
            let ref = value["Ref"]?.stringValue, let properties = value["Properties"]
        else { return nil }
        let resolved = ResolvedResource(
            logicalID: id, type: type, properties: properties, ref: ref,
            attributes: (value["Attributes"]?.objectValue ?? [:]).compactMapValues(\.stringValue),
            deletionPolicy: "Delete", dependencies: [], location: TemplateLocation(file: "", line: 0, column: 0))
        return StackResource(
            resolved: resolved, status: .createComplete, changedAt: Timestamp(nanosecondsSinceEpoch: 0),
            generation: value["Generation"]?.intValue ?? 0)
    }

    /// Keeps a stack as it is now, or forgets it when it has been deleted.
    package func record(_ stack: StackRecord) throws(AWSServiceError) {
        let file = folder.appendingPathComponent("\(stack.name).json")
        try recordResources(stack)
        do {
            if stack.status == .deleteComplete {
                if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
                return
            }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(Entry.json(stack).serialized()).write(to: file, options: .atomic)
        } catch {
            throw AWSServiceError(
                "InternalFailure", "the stack \(stack.name) cannot be kept in \(file.path): \(error)", status: 500)
        }
    }
}

extension StackArchive.Entry {
    fileprivate init?(_ value: JSONValue) {
        func texts(_ name: String) -> [String: String] {
            (value[name]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        }
        func list(_ name: String) -> [String] { (value[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        guard let name = value["StackName"]?.stringValue, let id = value["StackId"]?.stringValue,
            let template = value["Template"]?.stringValue
        else { return nil }
        self.init(
            name: name, id: id,
            source: StackSource(
                templateText: template, templateFile: value["TemplateFile"]?.stringValue ?? "TemplateBody",
                parameters: texts("Parameters"), tags: texts("Tags"), capabilities: list("Capabilities"),
                notificationARNs: list("NotificationARNs"), roleARN: value["RoleARN"]?.stringValue),
            terminationProtection: value["TerminationProtection"]?.boolValue ?? false)
    }

    fileprivate static func json(_ stack: StackRecord) -> JSONValue {
        [
            "StackName": .string(stack.name), "StackId": .string(stack.id),
            "CreatedAt": .double(stack.createdAt.secondsSinceEpoch), "Template": .string(stack.source.templateText),
            "TemplateFile": .string(stack.source.templateFile),
            "Parameters": .object(stack.source.parameters.mapValues(JSONValue.string)),
            "Tags": .object(stack.source.tags.mapValues(JSONValue.string)),
            "Capabilities": .array(stack.source.capabilities.map(JSONValue.string)),
            "NotificationARNs": .array(stack.source.notificationARNs.map(JSONValue.string)),
            "RoleARN": StackDocuments.text(stack.source.roleARN),
            "TerminationProtection": .bool(stack.terminationProtection),
        ]
    }
}
