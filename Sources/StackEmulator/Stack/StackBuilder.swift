import EmulatedMonitoring
import EmulatedServices
import EmulatedTables
import EmulatorCore
import ExactJSON
import StackTemplate
import Timekeeping

/// Makes the resources of a template in the emulated services.
struct StackBuilder: Sendable {
    var configuration: EmulatorConfiguration
    var account: EmulatedAccount
    var clock: VirtualClock
    var endpointURL: String
    var keys: KeyService
    var queues: QueueService
    var topics: TopicService
    var tables: TableService
    var logs: LogsService
    var metrics: CloudWatchService
    var lambda: LambdaService

    struct Built {
        /// Without the values of any function's variables.
        var stack: EmulatedStack
        var apis: [RestAPI]
        var mappings: [EventSourceMapping]
        var permissions: FunctionPermissions
    }

    /// Reads, resolves and creates; whatever cannot be had is one error that names it.
    func build() async throws(EmulatorError) -> Built {
        let resolved = try await resolve()
        let problems = TemplateSupport.problems(in: resolved)
        guard problems.isEmpty else {
            throw EmulatorError(
                code: .unsupported,
                message: "the template asks for what is not emulated:\n  " + problems.joined(separator: "\n  "))
        }
        var mappings: [EventSourceMapping] = []
        for resource in resolved.resources {
            if resource.type == "AWS::Lambda::Function" {
                lambda.add(try function(resource))
                continue
            }
            do throws(AWSServiceError) {
                if let mapping = try await create(resource) { mappings.append(mapping) }
            } catch {
                throw Self.refusal(of: resource, error)
            }
        }
        return Built(
            stack: EmulatedStack(
                name: configuration.stackName, id: stackID, templateText: configuration.templateText,
                createdAt: clock.now,
                resolved: Self.withoutVariables(resolved)),
            apis: try RestAPIReader(stack: resolved, now: clock.now).apis(), mappings: mappings,
            permissions: FunctionPermissions(stack: resolved))
    }

    // MARK: Resolving

    /// Resolves twice: a table's stream ARN is known when the table exists, and the table can only be made when its
    /// properties are resolved.
    private func resolve() async throws(EmulatorError) -> ResolvedStack {
        let template: StackTemplate
        do throws(TemplateError) {
            template = try StackTemplate(parsing: configuration.templateText, file: configuration.templateFile)
        } catch {
            throw EmulatorError(error)
        }
        var identities = ResourceIdentities(
            account: account, stackName: configuration.stackName, endpointURL: endpointURL, streamARNs: [:], keys: [:])
        let first = try resolve(template, &identities)
        identities.streamARNs = try await createTables(of: first)
        return try resolve(template, &identities)
    }

    private func resolve(
        _ template: StackTemplate, _ identities: inout ResourceIdentities
    ) throws(EmulatorError) -> ResolvedStack {
        let environment = TemplateEnvironment(
            region: account.region, accountID: account.id, stackName: configuration.stackName, stackID: stackID)
        do throws(TemplateError) {
            return try TemplateResolver.resolve(
                template, parameters: configuration.parameters, environment: environment
            ) { resource in
                if resource.type == "AWS::KMS::Key", identities.keys[resource.logicalID] == nil {
                    // A key's id is its own choice, so it is made when its name is first needed.
                    let properties = resource.properties
                    identities.keys[resource.logicalID] = keys.create(
                        description: properties["Description"]?.stringValue ?? "",
                        enabled: properties.flag("Enabled") ?? true,
                        rotates: properties.flag("EnableKeyRotation") ?? false)
                }
                return identities.identity(of: resource)
            }
        } catch {
            throw EmulatorError(error)
        }
    }

    private var stackID: String {
        let uuid = Identifiers.stableUUID("\(account.id)/\(configuration.stackName)")
        return account.arn("cloudformation", "stack/\(configuration.stackName)/\(uuid)")
    }

    /// What CloudFormation shows of the stack later holds no secrets.
    private static func withoutVariables(_ stack: ResolvedStack) -> ResolvedStack {
        var stack = stack
        for index in stack.resources.indices where stack.resources[index].type == "AWS::Lambda::Function" {
            guard case .object(var members) = stack.resources[index].properties else { continue }
            members["Environment"] = nil
            stack.resources[index].properties = .object(members)
        }
        return stack
    }
}

extension EmulatorError {
    init(_ error: TemplateError) {
        self.init(code: .template, message: error.message, location: error.location.map { "\($0)" })
    }
}
