import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// Takes a copy of an API's definition and, where a stage is named, lets that stage serve it.
    @discardableResult
    func createDeployment(api: String, _ input: JSONValue, id: String? = nil) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let methods = record.definition.methods
            guard !methods.isEmpty else { throw GatewayFault.badRequest("The REST API doesn't contain any methods") }
            guard methods.allSatisfy({ $0.document["methodIntegration"] != nil }) else {
                throw GatewayFault.badRequest("No integration defined for method")
            }
            let deployment = RestAPIRecord.Deployment(
                id: id ?? Identifiers.letters(6), description: input["description"]?.stringValue, created: now,
                definition: record.definition)
            record.deployments[deployment.id] = deployment
            if let stage = input["stageName"]?.stringValue, !stage.isEmpty {
                var members = input.objectValue ?? [:]
                members["deploymentId"] = .string(deployment.id)
                members["description"] = input["stageDescription"]
                if let old = record.stages[stage] {
                    record.stages[stage] = try StageDocument.redeployed(old, members, at: now)
                } else {
                    record.stages[stage] = try StageDocument.make(.object(members), in: record, at: now)
                }
            }
            return record.document(of: deployment, summarises: false)
        }
    }

    func updateDeployment(
        api: String, _ id: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var deployment = try record.deployment(id)
            for operation in operations {
                guard operation.path == "/description", [.replace, .add].contains(operation.kind) else {
                    throw operation.refusal(supported: ["/description"])
                }
                deployment.description = try operation.text()
            }
            record.deployments[id] = deployment
            return record.document(of: deployment, summarises: false)
        }
    }

    func deleteDeployment(api: String, _ id: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.deployment(id)
            guard !record.stages.values.contains(where: { $0["deploymentId"]?.stringValue == id }) else {
                throw GatewayFault.badRequest(
                    "Active stages pointing to this deployment must be moved or deleted")
            }
            record.deployments[id] = nil
        }
    }
}
