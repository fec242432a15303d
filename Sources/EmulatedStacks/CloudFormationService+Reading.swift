import EmulatorCore
import ExactJSON
import StackTemplate

extension CloudFormationService {
    func describeStacks(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        guard request.input["StackName"]?.stringValue != nil else {
            let live = store.all.filter { $0.status != .deleteComplete }.map(description)
            let page = Self.page(live, of: request)
            return ["Stacks": page.elements, "NextToken": page.next]
        }
        return ["Stacks": [description(try stack(request))]]
    }

    private func description(_ record: StackRecord) -> JSONValue {
        let template = try? StackTemplate(parsing: record.source.templateText, file: "template")
        let hidden = template?.parameters.filter(\.noEcho).map(\.name) ?? []
        return StackDocuments.description(record, noEcho: Set(hidden))
    }

    func listStacks(_ request: StackRequest) -> JSONValue {
        let wanted = Set(request.strings("StackStatusFilter"))
        let chosen = store.all.filter { wanted.isEmpty || wanted.contains($0.status.rawValue) }
        let page = Self.page(chosen.reversed().map(StackDocuments.summary), of: request)
        return ["StackSummaries": page.elements, "NextToken": page.next]
    }

    func describeStackEvents(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request) { "Stack [\($0)] does not exist" }
        let page = Self.page(record.events.reversed().map { StackDocuments.event($0, of: record) }, of: request)
        return ["StackEvents": page.elements, "NextToken": page.next]
    }

    func listStackResources(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request)
        let page = Self.page(record.resources.map(StackDocuments.summary), of: request)
        return ["StackResourceSummaries": page.elements, "NextToken": page.next]
    }

    func describeStackResources(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let wanted = request.input["LogicalResourceId"]?.stringValue
        let physical = request.input["PhysicalResourceId"]?.stringValue
        let record: StackRecord
        if let physical {
            guard let owner = store.all.last(where: { $0.resources.contains { $0.resolved.ref == physical } }) else {
                throw .stackValidation("Stack for \(physical) does not exist")
            }
            record = owner
        } else {
            record = try stack(request)
        }
        let resources = record.resources.filter {
            (wanted == nil || $0.logicalID == wanted) && (physical == nil || $0.resolved.ref == physical)
        }
        return ["StackResources": .array(resources.map { StackDocuments.resource($0, of: record) })]
    }

    func describeStackResource(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request) { "Stack '\($0)' does not exist" }
        let wanted = request.input["LogicalResourceId"]?.stringValue ?? ""
        guard let resource = record.resource(wanted) else {
            throw .stackValidation("Resource \(wanted) does not exist for stack \(record.name)")
        }
        return ["StackResourceDetail": StackDocuments.resource(resource, of: record)]
    }

    func getTemplate(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let record = try stack(request) { "Stack with id \($0) does not exist" }
        let set = request.input["ChangeSetName"]?.stringValue.flatMap { name in
            record.changeSets.last { $0.name == name || $0.id == name }
        }
        return [
            "TemplateBody": .string(set?.source.templateText ?? record.source.templateText),
            "StagesAvailable": ["Original", "Processed"],
        ]
    }

    func validateTemplate(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let text = try await request.templateText(previous: nil, fetch: surroundings.fetchTemplate)
        let template = try parse(text)
        let parameters = template.parameters.map { parameter -> JSONValue in
            [
                "ParameterKey": .string(parameter.name), "DefaultValue": StackDocuments.text(parameter.defaultValue),
                "NoEcho": .bool(parameter.noEcho), "Description": StackDocuments.text(parameter.description),
            ]
        }
        return [
            "Parameters": .array(parameters), "Description": StackDocuments.text(template.description),
            "Capabilities": .array([CapabilityCheck.needed(by: template)].compactMap { $0.map(JSONValue.string) }),
            "CapabilitiesReason": StackDocuments.text(CapabilityCheck.reason(of: template)),
        ]
    }

    func getTemplateSummary(_ request: StackRequest) async throws(AWSServiceError) -> JSONValue {
        let text: String
        if request.input["StackName"]?.stringValue != nil {
            text = try stack(request).source.templateText
        } else {
            text = try await request.templateText(previous: nil, fetch: surroundings.fetchTemplate)
        }
        let template = try parse(text)
        let parameters = template.parameters.map { parameter -> JSONValue in
            [
                "ParameterKey": .string(parameter.name), "DefaultValue": StackDocuments.text(parameter.defaultValue),
                "ParameterType": .string(parameter.type), "NoEcho": .bool(parameter.noEcho),
                "Description": StackDocuments.text(parameter.description),
                "ParameterConstraints": [
                    "AllowedValues": .array(parameter.allowedValues.map(JSONValue.string))
                ],
            ]
        }
        return [
            "Parameters": .array(parameters), "Description": StackDocuments.text(template.description),
            "Capabilities": .array([CapabilityCheck.needed(by: template)].compactMap { $0.map(JSONValue.string) }),
            "CapabilitiesReason": StackDocuments.text(CapabilityCheck.reason(of: template)),
            "ResourceTypes": .array(Set(template.resources.map(\.type)).sorted().map(JSONValue.string)),
            "Version": "2010-09-09",
        ]
    }

    func listImports(_ request: StackRequest) throws(AWSServiceError) -> JSONValue {
        let name = request.input["ExportName"]?.stringValue ?? ""
        let importers = store.importers(of: name)
        guard !importers.isEmpty else { throw .stackValidation("Export '\(name)' is not imported by any stack.") }
        let page = Self.page(importers.map(JSONValue.string), of: request)
        return ["Imports": page.elements, "NextToken": page.next]
    }

    func listExports() -> JSONValue {
        let exports = surroundings.operations.store.exports.map { export -> JSONValue in
            [
                "ExportingStackId": .string(export.stackID), "Name": .string(export.name),
                "Value": .string(export.value),
            ]
        }
        return ["Exports": .array(exports)]
    }
}
