import EmulatorCore
import ExactJSON

extension APIGatewayService {
    @discardableResult
    func createStage(api: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let name = input["stageName"]?.stringValue ?? ""
            guard record.stages[name] == nil else { throw GatewayFault.conflict("Stage already exists") }
            let stage = try StageDocument.make(input, in: record, at: now)
            record.stages[name] = stage
            return stage
        }
    }

    /// Replaces a stage as a whole, as a changed stack does; its cache and its age stay.
    func replaceStage(api: String, _ input: JSONValue) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            let name = input["stageName"]?.stringValue ?? ""
            let old = try record.stage(name)
            record.stages[name] = try StageDocument.make(input, in: record, at: now)
                .merging(["createdDate": old["createdDate"] ?? .null])
        }
    }

    func updateStage(
        api: String, _ name: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let stage = try StageDocument.patched(try record.stage(name), operations, in: record, at: now)
            record.stages[name] = stage
            return stage
        }
    }

    func deleteStage(api: String, _ name: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.stage(name)
            record.stages[name] = nil
        }
    }

    func flushCache(api: String, _ name: String) throws(AWSServiceError) { try stage(api, name).cache.flush() }
}
