import EmulatorCore
import ExactJSON

extension APIGatewayService {
    // MARK: Models

    @discardableResult
    func createModel(
        api: String, _ input: JSONValue, id: String? = nil, replaces: Bool = false
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let name = input["name"]?.stringValue ?? ""
            guard !name.isEmpty, name.utf8.allSatisfy({ Self.isAlphanumeric($0) }) else {
                throw GatewayFault.badRequest("Model name must be alphanumeric: \(name)")
            }
            let old = record.definition.models[name]
            if old != nil, !replaces { throw GatewayFault.conflict("Model name already exists for this REST API") }
            guard let type = input["contentType"]?.stringValue, !type.isEmpty else {
                throw GatewayFault.badRequest("Model content type must be specified")
            }
            var model: [String: JSONValue] = [
                "id": old?["id"] ?? .string(id ?? Identifiers.letters(6)), "name": .string(name),
                "contentType": .string(type),
            ]
            for member in ["description", "schema"] {
                if let value = input[member], value != .null { model[member] = value }
            }
            try Self.checkSchema(.object(model))
            record.definition.models[name] = .object(model)
            return .object(model)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func checkSchema(_ model: JSONValue) throws(AWSServiceError) {
        guard let text = model["schema"]?.stringValue, !text.isEmpty else { return }
        guard let schema = try? JSONValue(parsing: text), case .object = schema else {
            throw GatewayFault.badRequest("Invalid model specified: Model reference must be in canonical form")
        }
    }

    private static let modelRules = PatchRules(["/description": .text, "/schema": .text])

    func updateModel(api: String, _ name: String, _ operations: [PatchOperation]) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var model = try Self.model(name, in: record.definition)
            for operation in operations { try Self.modelRules.apply(operation, to: &model) }
            try Self.checkSchema(model)
            record.definition.models[name] = model
            return model
        }
    }

    func deleteModel(api: String, _ name: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try Self.model(name, in: record.definition)
            let isUsed = record.definition.methods.contains { method in
                (method.document["requestModels"]?.objectValue ?? [:]).values.contains(.string(name))
            }
            if isUsed {
                throw GatewayFault.conflict("Cannot delete model '\(name)', is referenced in method request")
            }
            record.definition.models[name] = nil
        }
    }

    static func model(_ name: String, in definition: APIDefinition) throws(AWSServiceError) -> JSONValue {
        guard let model = definition.models[name] else {
            throw GatewayFault.notFound("Invalid model name specified: \(name)")
        }
        return model
    }

    // MARK: Request validators

    @discardableResult
    func createValidator(
        api: String, _ input: JSONValue, id: String? = nil
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let id = id ?? Identifiers.letters(6)
            var validator: [String: JSONValue] = [
                "id": .string(id), "validateRequestBody": input["validateRequestBody"] ?? false,
                "validateRequestParameters": input["validateRequestParameters"] ?? false,
            ]
            if let name = input["name"], name != .null { validator["name"] = name }
            record.definition.validators[id] = .object(validator)
            return .object(validator)
        }
    }

    private static let validatorRules = PatchRules([
        "/name": .text, "/validateRequestBody": .flag, "/validateRequestParameters": .flag,
    ])

    func updateValidator(
        api: String, _ id: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var validator = try Self.validator(id, in: record.definition)
            for operation in operations { try Self.validatorRules.apply(operation, to: &validator) }
            record.definition.validators[id] = validator
            return validator
        }
    }

    func deleteValidator(api: String, _ id: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try Self.validator(id, in: record.definition)
            guard !record.definition.methods.contains(where: { $0.document["requestValidatorId"] == .string(id) })
            else {
                throw GatewayFault.conflict("Cannot delete the request validator: it is used by a method")
            }
            record.definition.validators[id] = nil
        }
    }

    static func validator(_ id: String, in definition: APIDefinition) throws(AWSServiceError) -> JSONValue {
        guard let validator = definition.validators[id] else {
            throw GatewayFault.notFound("Invalid Request Validator identifier specified")
        }
        return validator
    }
}
