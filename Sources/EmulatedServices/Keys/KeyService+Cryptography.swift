import Crypto
package import EmulatorCore
package import ExactJSON
import Foundation

extension KeyService {
    /// Encrypts under a key, given by id, ARN or alias.
    ///
    /// - Throws: `DisabledException`, `KMSInvalidStateException` or `NotFoundException`.
    package func seal(
        _ plaintext: [UInt8], keyID: String, context: JSONValue = [:]
    ) throws(AWSServiceError) -> [UInt8] {
        let key = try key(keyID)
        try key.checkUsable()
        do {
            let box = try AES.GCM.seal(plaintext, using: key.material, authenticating: context.serialized())
            // The blob names its key, so that Decrypt need not be told.
            return Array(key.id.utf8) + Array(box.combined ?? Data())
        } catch {
            throw AWSServiceError("KMSInternalException", "encryption failed", status: 500)
        }
    }

    /// Decrypts what `seal` made; the key's ARN comes with it.
    ///
    /// - Throws: `InvalidCiphertextException` for anything else, and when the context differs.
    package func open(
        _ blob: [UInt8], context: JSONValue = [:]
    ) throws(AWSServiceError) -> (plaintext: [UInt8], keyARN: String) {
        let invalid = AWSServiceError("InvalidCiphertextException", "")
        guard blob.count > 36, let id = String(validating: blob[..<36], as: UTF8.self), let key = try? key(id) else {
            throw invalid
        }
        try key.checkUsable()
        do {
            let box = try AES.GCM.SealedBox(combined: blob[36...])
            return (Array(try AES.GCM.open(box, using: key.material, authenticating: context.serialized())), key.arn)
        } catch {
            throw invalid
        }
    }

    /// Asks whether the key that sealed something could open it now, without opening it.
    ///
    /// - Throws: the errors that `open` has for the key.
    package func requireUsable(keyOf blob: [UInt8]) throws(AWSServiceError) {
        guard blob.count > 36, let id = String(validating: blob[..<36], as: UTF8.self), let key = try? key(id) else {
            throw AWSServiceError("InvalidCiphertextException", "")
        }
        try key.checkUsable()
    }

    func encrypt(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let plaintext = try bytes(input, "Plaintext", atMost: 4096)
        try checkAlgorithm(input, "EncryptionAlgorithm")
        let key = try key(input)
        let blob = try seal(plaintext, keyID: key.id, context: context(input))
        return [
            "CiphertextBlob": .string(Data(blob).base64EncodedString()), "KeyId": .string(key.arn),
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        ]
    }

    func decrypt(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let blob = try bytes(input, "CiphertextBlob", atMost: 6144)
        try checkAlgorithm(input, "EncryptionAlgorithm")
        try check(blob, isOf: input.text("KeyId"))
        let (plaintext, arn) = try open(blob, context: context(input))
        return [
            "Plaintext": .string(Data(plaintext).base64EncodedString()), "KeyId": .string(arn),
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        ]
    }

    func reEncrypt(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let blob = try bytes(input, "CiphertextBlob", atMost: 6144)
        try check(blob, isOf: input.text("SourceKeyId"))
        let destination = try key(try input.required("DestinationKeyId"))
        let (plaintext, source) = try open(blob, context: context(input, "SourceEncryptionContext"))
        let sealed = try seal(
            plaintext, keyID: destination.id, context: context(input, "DestinationEncryptionContext"))
        return [
            "CiphertextBlob": .string(Data(sealed).base64EncodedString()), "SourceKeyId": .string(source),
            "KeyId": .string(destination.arn), "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        ]
    }

    func generateDataKey(_ operation: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let count = input.whole("NumberOfBytes")
        let spec = input.text("KeySpec")
        guard (count == nil) != (spec == nil) else {
            throw .validation("Please specify either number of bytes or key spec.")
        }
        if let spec, spec != "AES_256", spec != "AES_128" {
            throw .validation(
                "1 validation error detected: Value '\(spec)' at 'keySpec' failed to satisfy constraint: Member must "
                    + "satisfy enum value set: [AES_256, AES_128]")
        }
        let size = count ?? (spec == "AES_128" ? 16 : 32)
        try checkSize(size)
        let plaintext = RandomNames.bytes(size)
        let key = try key(input)
        let blob = try seal(plaintext, keyID: key.id, context: context(input))
        var answer: [String: JSONValue] = [
            "CiphertextBlob": .string(Data(blob).base64EncodedString()), "KeyId": .string(key.arn),
        ]
        if operation == "GenerateDataKey" { answer["Plaintext"] = .string(Data(plaintext).base64EncodedString()) }
        return .object(answer)
    }

    func generateRandom(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        guard let size = input.whole("NumberOfBytes") else { throw .validation("NumberOfBytes is required.") }
        try checkSize(size)
        return ["Plaintext": .string(Data(RandomNames.bytes(size)).base64EncodedString())]
    }

    // MARK: Checks

    private func context(_ input: JSONValue, _ name: String = "EncryptionContext") -> JSONValue {
        .object(input.textMap(name).mapValues(JSONValue.string))
    }

    private func checkSize(_ size: Int) throws(AWSServiceError) {
        guard (1...1024).contains(size) else {
            throw .validation(
                "1 validation error detected: Value '\(size)' at 'numberOfBytes' failed to satisfy constraint: Member "
                    + "must have value \(size < 1 ? "greater than or equal to 1" : "less than or equal to 1024")")
        }
    }

    private func checkAlgorithm(_ input: JSONValue, _ name: String) throws(AWSServiceError) {
        guard let algorithm = input.text(name), algorithm != "SYMMETRIC_DEFAULT" else { return }
        throw AWSServiceError(
            "InvalidKeyUsageException",
            "Algorithm \(algorithm) is incompatible with key spec SYMMETRIC_DEFAULT.")
    }

    /// Refuses a ciphertext of another key than the one that the caller states.
    private func check(_ blob: [UInt8], isOf keyID: String?) throws(AWSServiceError) {
        guard let keyID else { return }
        let stated = try key(keyID)
        guard blob.count > 36, String(validating: blob[..<36], as: UTF8.self) == stated.id else {
            throw AWSServiceError(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation.")
        }
    }

    private func bytes(
        _ input: JSONValue, _ name: String, atMost most: Int
    ) throws(AWSServiceError) -> [UInt8] {
        let text = try input.required(name)
        let member = name.prefix(1).lowercased() + name.dropFirst()
        guard let data = Data(base64Encoded: text) else {
            throw AWSServiceError("SerializationException", "\(name) is no base64.")
        }
        guard (1...most).contains(data.count) else {
            throw .validation(
                "1 validation error detected: Value at '\(member)' failed to satisfy constraint: Member must have length "
                    + (data.isEmpty ? "greater than or equal to 1" : "less than or equal to \(most)"))
        }
        return Array(data)
    }
}
