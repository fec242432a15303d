package import EmulatorCore
package import ExactJSON
import StackTemplate

/// CloudFormation: stacks made, changed and removed at run time.
///
/// Operations take milliseconds here, so a call that begins one answers when it is over: a client's first look at the
/// stack finds it done. Shapes are those of botocore's service model `cloudformation`.
package struct CloudFormationService: EmulatedService {
    package static let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

    /// What the service needs from the emulator around it.
    package struct Surroundings: Sendable {
        package var operations: StackOperation.Surroundings
        /// Carries work out even when the caller goes away, and returns when it is done.
        package var run: @Sendable (_ work: @escaping @Sendable () async -> Void) async -> Void
        /// The text of the S3 object that a TemplateURL names.
        package var fetchTemplate: @Sendable (_ url: String) async throws(AWSServiceError) -> String
        /// Told when an operation on a stack has ended.
        package var changed: @Sendable (StackRecord) -> Void

        package init(
            operations: StackOperation.Surroundings,
            run: @escaping @Sendable (_ work: @escaping @Sendable () async -> Void) async -> Void,
            fetchTemplate: @escaping @Sendable (_ url: String) async throws(AWSServiceError) -> String,
            changed: @escaping @Sendable (StackRecord) -> Void = { _ in }
        ) {
            self.operations = operations
            self.run = run
            self.fetchTemplate = fetchTemplate
            self.changed = changed
        }
    }

    let surroundings: Surroundings

    package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    var store: StackStore { surroundings.operations.store }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let request = StackRequest(input: input)
        switch operation {
        case "CreateStack": return try await createStack(request)
        case "UpdateStack": return try await updateStack(request)
        case "DeleteStack": return try await deleteStack(request)
        case "UpdateTerminationProtection": return try updateTerminationProtection(request)
        case "CreateChangeSet": return try await createChangeSet(request)
        case "DescribeChangeSet": return try describeChangeSet(request)
        case "ExecuteChangeSet": return try await executeChangeSet(request)
        case "DeleteChangeSet": return try deleteChangeSet(request)
        case "ListChangeSets": return try listChangeSets(request)
        case "DescribeStacks": return try describeStacks(request)
        case "ListStacks": return listStacks(request)
        case "DescribeStackEvents": return try describeStackEvents(request)
        case "ListStackResources": return try listStackResources(request)
        case "DescribeStackResources": return try describeStackResources(request)
        case "DescribeStackResource": return try describeStackResource(request)
        case "GetTemplate": return try getTemplate(request)
        case "GetTemplateSummary": return try await getTemplateSummary(request)
        case "ValidateTemplate": return try await validateTemplate(request)
        case "ListExports": return listExports()
        case "ListImports": return try listImports(request)
        default: throw .unknownOperation(operation)
        }
    }

    /// The stack that a call names.
    func stack(
        _ request: StackRequest, missing: (String) -> String = { "Stack with id \($0) does not exist" }
    ) throws(AWSServiceError) -> StackRecord {
        let name = request.input["StackName"]?.stringValue ?? ""
        guard let stack = store.find(name) else { throw .stackValidation(missing(name)) }
        return stack
    }

    /// Reads a template, with CloudFormation's words for what is wrong with it.
    func parse(_ text: String) throws(AWSServiceError) -> StackTemplate {
        do throws(TemplateError) { return try StackTemplate(parsing: text, file: "template") } catch {
            throw .stackValidation(error.cloudFormationMessage)
        }
    }

    /// One page of a list and where the next one starts.
    static func page(
        _ elements: [JSONValue], of request: StackRequest, size: Int = 100
    ) -> (elements: JSONValue, next: JSONValue) {
        let start = min(max(0, Int(request.input["NextToken"]?.stringValue ?? "0") ?? 0), elements.count)
        let end = min(start + size, elements.count)
        return (.array(Array(elements[start..<end])), end < elements.count ? .string(String(end)) : .null)
    }
}
