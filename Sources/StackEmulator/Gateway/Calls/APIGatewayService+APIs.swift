import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// Creates an API with its root resource and the two models that every API starts with.
    ///
    /// - Parameters:
    ///   - ids: the API's and the root's, where a stack has chosen them; else they are made up.
    /// - Returns: The API as `GetRestApi` shows it.
    @discardableResult
    func createAPI(_ input: JSONValue, ids: (api: String, root: String)? = nil) throws(AWSServiceError) -> JSONValue {
        let chosen = ids ?? (Identifiers.letters(10), Identifiers.letters(10))
        var definition = APIDefinition(rootResourceID: chosen.root, attributes: try Self.attributes(of: input))
        for model in Self.firstModels { definition.models[model["name"]?.stringValue ?? ""] = model }
        let record = RestAPIRecord(id: chosen.api, created: now, definition: definition)
        try insert(record)
        return record.document
    }

    /// An API's own members, checked and completed.
    private static func attributes(of input: JSONValue) throws(AWSServiceError) -> [String: JSONValue] {
        guard let name = input["name"]?.stringValue, !name.isEmpty else {
            throw GatewayFault.badRequest("Missing the required parameter name")
        }
        var attributes: [String: JSONValue] = [
            "name": .string(name), "apiKeySource": "HEADER", "disableExecuteApiEndpoint": false, "tags": [:],
        ]
        for member in [
            "description", "version", "binaryMediaTypes", "minimumCompressionSize", "apiKeySource", "policy", "tags",
            "disableExecuteApiEndpoint",
        ] {
            if let value = input[member], value != .null { attributes[member] = value }
        }
        if attributes["binaryMediaTypes"] == [] { attributes["binaryMediaTypes"] = nil }
        try checkCompression(attributes["minimumCompressionSize"])
        let types = input["endpointConfiguration"]?["types"]?.arrayValue ?? ["EDGE"]
        guard types.count == 1, ["EDGE", "REGIONAL", "PRIVATE"].contains(types[0].stringValue) else {
            throw GatewayFault.badRequest("Invalid EndpointTypes specified. Valid options are EDGE,REGIONAL,PRIVATE")
        }
        attributes["endpointConfiguration"] = (input["endpointConfiguration"] ?? [:]).merging([
            "types": .array(types), "ipAddressType": input["endpointConfiguration"]?["ipAddressType"] ?? "ipv4",
        ])
        return attributes
    }

    private static let firstModels: [JSONValue] = [
        [
            "id": "emptym", "name": "Empty", "contentType": "application/json",
            "description": "This is a default empty schema model",
            "schema": .string(
                #"{"$schema": "http://json-schema.org/draft-04/schema#", "title": "Empty Schema", "type": "object"}"#),
        ],
        [
            "id": "errorm", "name": "Error", "contentType": "application/json",
            "description": "This is a default error schema model",
            "schema": .string(
                #"{"$schema": "http://json-schema.org/draft-04/schema#", "title": "Error Schema", "type": "object", "#
                    + #""properties": {"message": {"type": "string"}}}"#),
        ],
    ]

    private static func checkCompression(_ value: JSONValue?) throws(AWSServiceError) {
        guard let value, value != .null else { return }
        guard let size = value.intValue, (0...10_485_760).contains(size) else {
            throw GatewayFault.badRequest(
                "Invalid minimum compression size, must be between 0 and 10485760")
        }
    }

    private static let apiRules = PatchRules([
        "/name": .text, "/description": .text, "/version": .text, "/policy": .text, "/apiKeySource": .text,
        "/minimumCompressionSize": .integer, "/disableExecuteApiEndpoint": .flag, "/binaryMediaTypes": .element,
        "/endpointConfiguration/types": .element, "/endpointConfiguration/ipAddressType": .text,
    ])

    func updateAPI(_ id: String, _ operations: [PatchOperation]) throws(AWSServiceError) -> JSONValue {
        try change(id) { record throws(AWSServiceError) in
            var document = JSONValue.object(record.definition.attributes)
            for operation in operations { try Self.apiRules.apply(operation, to: &document) }
            if document["name"]?.stringValue?.isEmpty ?? true {
                throw GatewayFault.badRequest("Invalid request input")
            }
            try Self.checkCompression(document["minimumCompressionSize"])
            record.definition.attributes = document.objectValue ?? [:]
            return record.document
        }
    }

    /// Replaces an API's own members, as a changed stack does.
    func replaceAPI(_ id: String, _ input: JSONValue) throws(AWSServiceError) {
        let attributes = try Self.attributes(of: input)
        try change(id) { $0.definition.attributes = attributes }
    }

    // MARK: Tags

    /// Reads or changes the tags of an API or a stage, by its ARN.
    func tags(
        of arn: String, change body: (inout [String: JSONValue]) -> Void = { _ in }
    ) throws(AWSServiceError) -> [String: JSONValue] {
        // arn:aws:apigateway:<region>::/restapis/<id>[/stages/<name>]
        let path = arn.split(separator: "/").dropFirst().map(String.init)
        guard arn.contains(":apigateway:"), path.first == "restapis" || arn.contains("::/restapis/"), path.count >= 2
        else { throw GatewayFault.notFound("Invalid resource identifier specified") }
        return try self.change(path[1]) { record throws(AWSServiceError) in
            if path.count >= 4, path[2] == "stages" {
                let stage = try record.stage(path[3])
                var tags = stage["tags"]?.objectValue ?? [:]
                body(&tags)
                record.stages[path[3]] = stage.merging(["tags": .object(tags)])
                return tags
            }
            var tags = record.definition.attributes["tags"]?.objectValue ?? [:]
            body(&tags)
            record.definition.attributes["tags"] = .object(tags)
            return tags
        }
    }
}
