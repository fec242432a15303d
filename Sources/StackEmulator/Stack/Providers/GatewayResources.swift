import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// REST APIs with their resources, methods, deployments and stages.
///
/// A deployment is a copy of what is there when it is made, as on AWS: a method that is changed or added later is served
/// only by a new deployment.
struct GatewayResources: ResourceProvider {
    var gateway: APIGatewayService

    let types = GatewayResourceTypes.all

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let input = GatewayProperties(resource.properties)
        switch resource.type {
        case "AWS::ApiGateway::RestApi":
            let id = names.stable(10)
            let root = names.stable(10, salt: "root")
            try gateway.createAPI(input.restAPI(defaultName: names.generated, names.stackTags), ids: (id, root))
            return ResourceIdentity(ref: id, attributes: ["RestApiId": id, "RootResourceId": root])
        case "AWS::ApiGateway::Resource":
            let id = names.stable(6)
            try gateway.createResource(
                api: input.api, parent: input.text("ParentId"), part: input.text("PathPart"), id: id)
            return ResourceIdentity(ref: id, attributes: ["ResourceId": id])
        case "AWS::ApiGateway::Method":
            try putMethod(input, replaces: false)
            return ResourceIdentity(ref: names.generated)
        case "AWS::ApiGateway::Deployment":
            let id = names.stable(6)
            try gateway.createDeployment(api: input.api, input.deployment, id: id)
            return ResourceIdentity(ref: id, attributes: ["DeploymentId": id])
        case "AWS::ApiGateway::Stage":
            try gateway.createStage(api: input.api, input.stage(names.stackTags))
            return ResourceIdentity(ref: input.stageName)
        default: return try createPart(resource.type, input, names)
        }
    }

    private func createPart(
        _ type: String, _ input: GatewayProperties, _ names: ResourceNames
    ) throws(AWSServiceError) -> ResourceIdentity {
        switch type {
        case "AWS::ApiGateway::GatewayResponse":
            try gateway.putGatewayResponse(
                api: input.api, type: input.text("ResponseType"), input.gatewayResponse)
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        case "AWS::ApiGateway::Model":
            // A model's name is alphanumeric, so a generated one has no hyphens.
            let name = input.optionalText("Name") ?? names.generated.filter { $0 != "-" }
            try gateway.createModel(api: input.api, input.model(name: name), id: names.stable(6))
            return ResourceIdentity(ref: name)
        case "AWS::ApiGateway::RequestValidator":
            let id = names.stable(6)
            try gateway.createValidator(api: input.api, input.validator, id: id)
            return ResourceIdentity(ref: id, attributes: ["RequestValidatorId": id])
        case "AWS::ApiGateway::Account":
            gateway.loggingRole = input.optionalText("CloudWatchRoleArn")
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        default: throw AWSServiceError("ValidationError", "\(type) is not emulated.")
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let input = GatewayProperties(resource.properties)
        switch resource.type {
        case "AWS::ApiGateway::RestApi":
            try gateway.replaceAPI(old.ref, input.restAPI(defaultName: names.generated, names.stackTags))
        case "AWS::ApiGateway::Method": try putMethod(input, replaces: true)
        case "AWS::ApiGateway::Deployment":
            let description = PatchOperation(
                kind: .replace, path: "/description", segments: ["description"],
                value: input.optionalText("Description") ?? "")
            _ = try gateway.updateDeployment(api: input.api, old.ref, [description])
        case "AWS::ApiGateway::Stage":
            try gateway.replaceStage(api: input.api, input.stage(names.stackTags))
        case "AWS::ApiGateway::GatewayResponse":
            try gateway.putGatewayResponse(
                api: input.api, type: input.text("ResponseType"), input.gatewayResponse)
        case "AWS::ApiGateway::Model":
            try gateway.createModel(api: input.api, input.model(name: old.ref), replaces: true)
        case "AWS::ApiGateway::RequestValidator":
            try gateway.createValidator(api: input.api, input.validator, id: old.ref)
        case "AWS::ApiGateway::Account": gateway.loggingRole = input.optionalText("CloudWatchRoleArn")
        default: break
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        do throws(AWSServiceError) { try remove(resource) } catch  where error.code == "NotFoundException" {
            // It is gone already, with the API that it was a part of.
        }
    }

    private func remove(_ resource: ResolvedResource) throws(AWSServiceError) {
        let input = GatewayProperties(resource.properties)
        switch resource.type {
        case "AWS::ApiGateway::RestApi": try gateway.remove(resource.ref)
        case "AWS::ApiGateway::Resource": try gateway.deleteResource(api: input.api, resource.ref)
        case "AWS::ApiGateway::Method":
            try gateway.deleteMethod(api: input.api, resource: input.text("ResourceId"), verb: input.verb)
        case "AWS::ApiGateway::Deployment":
            if let stage = input.optionalText("StageName"),
                try gateway.record(input.api).stages[stage]?["deploymentId"]?.stringValue == resource.ref
            {
                try gateway.deleteStage(api: input.api, stage)
            }
            try gateway.deleteDeployment(api: input.api, resource.ref)
        case "AWS::ApiGateway::Stage": try gateway.deleteStage(api: input.api, resource.ref)
        case "AWS::ApiGateway::GatewayResponse":
            try gateway.deleteGatewayResponse(api: input.api, type: input.text("ResponseType"))
        case "AWS::ApiGateway::Model": try gateway.deleteModel(api: input.api, resource.ref)
        case "AWS::ApiGateway::RequestValidator": try gateway.deleteValidator(api: input.api, resource.ref)
        default: break
        }
    }

    /// A method with its responses and its integration, as one.
    private func putMethod(_ input: GatewayProperties, replaces: Bool) throws(AWSServiceError) {
        let resource = input.text("ResourceId")
        var document = try gateway.methodDocument(
            verb: input.verb, input.method, in: try gateway.record(input.api).definition, admitsUnsupported: true)
        document.set(["methodResponses"], to: input.methodResponses)
        if let integration = input.integration {
            document.set(
                ["methodIntegration"],
                to: try gateway.integrationDocument(
                    integration, of: document, resource: resource, admitsUnsupported: true))
        }
        try gateway.setMethod(api: input.api, resource: resource, verb: input.verb, document, replaces: replaces)
    }
}
