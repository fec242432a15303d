import Crypto
import EmulatorCore
import ExactJSON
import Foundation

/// A typed attribute of a message, of SQS and of SNS.
package struct MessageAttribute: Sendable, Equatable {
    /// `String`, `Number` or `Binary`, perhaps with a suffix: `Number.int`.
    package var dataType: String
    /// The text, or the bytes in base64.
    package var value: String

    package init(dataType: String, value: String) {
        self.dataType = dataType
        self.value = value
    }

    var isBinary: Bool { dataType.hasPrefix("Binary") }

    /// Reads the attributes of a call.
    ///
    /// - Throws: `InvalidParameterValue` for names, types and values that SQS refuses.
    static func read(_ input: JSONValue?) throws(AWSServiceError) -> [String: MessageAttribute] {
        var attributes: [String: MessageAttribute] = [:]
        for (name, value) in entries(input) {
            try check(name)
            let type = value.text("DataType") ?? ""
            guard ["String", "Number", "Binary"].contains(where: { type == $0 || type.hasPrefix("\($0).") }) else {
                throw invalid(
                    "The type of message attribute '\(name)' is invalid. You must use only the following supported type "
                        + "prefixes: Binary, Number, String.")
            }
            let binary = type.hasPrefix("Binary")
            guard let content = value.text(binary ? "BinaryValue" : "StringValue"), !content.isEmpty else {
                throw invalid(
                    "The message attribute '\(name)' must contain a non-empty message attribute value for message "
                        + "attribute type '\(type)'.")
            }
            if binary, Data(base64Encoded: content) == nil {
                throw invalid("The message attribute '\(name)' has an invalid binary value.")
            }
            if type.hasPrefix("Number"), Double(content) == nil {
                throw invalid("Can't cast the value of message (user) attribute '\(name)' to a number.")
            }
            attributes[name] = MessageAttribute(dataType: type, value: content)
        }
        return attributes
    }

    /// A map, as JSON has it, or a list of names and values, as forms have it.
    private static func entries(_ input: JSONValue?) -> [(String, JSONValue)] {
        switch input {
        case .object(let members): members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        case .array(let entries):
            entries.map { ($0.text("Name") ?? $0.text("key") ?? "", $0["Value"] ?? $0["value"] ?? .null) }
        default: []
        }
    }

    private static func check(_ name: String) throws(AWSServiceError) {
        let symbols = Set("-_.".utf8)
        let isAllowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || symbols.contains(byte)
        }
        guard isAllowed, (1...256).contains(name.utf8.count), !name.hasPrefix("."), !name.hasSuffix("."),
            !name.contains(".."), !name.lowercased().hasPrefix("aws."), !name.lowercased().hasPrefix("amazon.")
        else {
            throw invalid(
                "The message attribute name '\(name)' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore "
                    + "(_), hyphen (-), and period (.) characters.")
        }
    }

    private static func invalid(_ message: String) -> AWSServiceError {
        AWSServiceError("InvalidParameterValue", message)
    }

    /// What it adds to a message's size.
    func size(_ name: String) -> Int { name.utf8.count + dataType.utf8.count + bytes.count }

    private var bytes: [UInt8] { isBinary ? Array(Data(base64Encoded: value) ?? Data()) : Array(value.utf8) }

    var json: JSONValue {
        ["DataType": .string(dataType), isBinary ? "BinaryValue" : "StringValue": .string(value)]
    }

    static func json(_ attributes: [String: MessageAttribute]) -> JSONValue { .object(attributes.mapValues(\.json)) }

    /// Reads what `json` wrote.
    static func stored(_ json: JSONValue?) -> [String: MessageAttribute] {
        (json?.objectValue ?? [:]).mapValues { value in
            MessageAttribute(
                dataType: value.text("DataType") ?? "String",
                value: value.text("StringValue") ?? value.text("BinaryValue") ?? "")
        }
    }

    /// The digest that clients check
    /// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html).
    static func digest(_ attributes: [String: MessageAttribute]) -> String {
        var hash = Insecure.MD5()
        func add(_ bytes: [UInt8]) {
            let count = UInt32(truncatingIfNeeded: bytes.count)
            hash.update(data: (0..<4).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
            hash.update(data: bytes)
        }
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
            add(Array(name.utf8))
            add(Array(attribute.dataType.utf8))
            hash.update(data: [attribute.isBinary ? 2 : 1] as [UInt8])
            add(attribute.bytes)
        }
        return MessageDigest.text(hash.finalize())
    }
}

/// MD5 as SQS writes it.
enum MessageDigest {
    static func text(of body: String) -> String { text(Insecure.MD5.hash(data: Array(body.utf8))) }

    static func text(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
