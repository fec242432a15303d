import Crypto
import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

/// One symmetric key: its states, its settings, its material.
struct KeyRecord: Sendable {
    enum Status: Sendable, Equatable {
        case enabled, disabled
        case pendingDeletion(at: Timestamp)
    }

    var id: String
    var arn: String
    var description = ""
    var status = Status.enabled
    /// Days between rotations; nil while keys are not rotated.
    var rotationPeriod: Int?
    var created: Timestamp
    var policy: String
    var tags = ResourceTags()
    var grants: [KeyGrant] = []
    /// Whether AWS owns the key for a service; its alias begins with `alias/aws/`.
    var isManagedByAWS = false
    /// Never leaves this process but to its own database.
    var material: SymmetricKey

    var state: String {
        switch status {
        case .enabled: "Enabled"
        case .disabled: "Disabled"
        case .pendingDeletion: "PendingDeletion"
        }
    }

    /// Refuses a key that may not be used now.
    ///
    /// - Throws: `DisabledException` or `KMSInvalidStateException`.
    func checkUsable() throws(AWSServiceError) {
        switch status {
        case .enabled: return
        case .disabled: throw AWSServiceError("DisabledException", "\(arn) is disabled.")
        case .pendingDeletion: throw pendingDeletion
        }
    }

    /// Refuses a change of a key that is about to be deleted.
    func checkChangeable() throws(AWSServiceError) {
        if case .pendingDeletion = status { throw pendingDeletion }
    }

    private var pendingDeletion: AWSServiceError {
        AWSServiceError("KMSInvalidStateException", "\(arn) is pending deletion.")
    }

    /// The policy of a key that was made without one: the account's own.
    static func defaultPolicy(_ account: EmulatedAccount) -> String {
        let policy: JSONValue = [
            "Version": "2012-10-17", "Id": "key-default-1",
            "Statement": [
                [
                    "Sid": "Enable IAM User Permissions", "Effect": "Allow",
                    "Principal": ["AWS": .string("arn:aws:iam::\(account.id):root")], "Action": "kms:*",
                    "Resource": "*",
                ]
            ],
        ]
        return policy.text
    }

    // MARK: As AWS describes it

    func metadata(_ account: EmulatedAccount) -> JSONValue {
        var members: [String: JSONValue] = [
            "AWSAccountId": .string(account.id), "KeyId": .string(id), "Arn": .string(arn),
            "CreationDate": .double(created.secondsSinceEpoch), "Enabled": .bool(status == .enabled),
            "Description": .string(description), "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": .string(state),
            "Origin": "AWS_KMS", "KeyManager": .string(isManagedByAWS ? "AWS" : "CUSTOMER"),
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": false,
        ]
        if case .pendingDeletion(let moment) = status { members["DeletionDate"] = .double(moment.secondsSinceEpoch) }
        return .object(members)
    }

    // MARK: As a document

    var json: JSONValue {
        var deletion: JSONValue = .null
        if case .pendingDeletion(let moment) = status { deletion = .integer(moment.nanosecondsSinceEpoch) }
        return [
            "arn": .string(arn), "description": .string(description), "enabled": .bool(status == .enabled),
            "deletion": deletion, "rotation": rotationPeriod.map { .integer($0) } ?? .null,
            "created": .integer(created.nanosecondsSinceEpoch), "policy": .string(policy), "tags": tags.mapJSON,
            "grants": .array(grants.map(\.json)), "aws": .bool(isManagedByAWS),
            "material": .string(material.withUnsafeBytes { Data($0).base64EncodedString() }),
        ]
    }
}

extension KeyRecord {
    /// Nil when the document holds no material.
    init?(id: String, _ json: JSONValue) {
        guard let material = json.text("material").flatMap({ Data(base64Encoded: $0) }), material.count == 32 else {
            return nil
        }
        self.init(
            id: id, arn: json.text("arn") ?? "", description: json.text("description") ?? "",
            status: json.truth("enabled") == true ? .enabled : .disabled, rotationPeriod: json.whole("rotation"),
            created: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("created") ?? 0)),
            policy: json.text("policy") ?? "", tags: ResourceTags(map: json.textMap("tags")),
            grants: json.list("grants").map(KeyGrant.init), isManagedByAWS: json.truth("aws") ?? false,
            material: SymmetricKey(data: material))
        if let deletion = json.whole("deletion") {
            status = .pendingDeletion(at: Timestamp(nanosecondsSinceEpoch: Int64(deletion)))
        }
    }
}

/// A grant on a key; kept and listed, since nobody is refused a key here.
struct KeyGrant: Sendable, Equatable {
    var id: String
    var token: String
    var members: JSONValue

    init(id: String, token: String, members: JSONValue) {
        self.id = id
        self.token = token
        self.members = members
    }

    init(_ json: JSONValue) {
        self.init(id: json.text("id") ?? "", token: json.text("token") ?? "", members: json["members"] ?? [:])
    }

    var json: JSONValue { ["id": .string(id), "token": .string(token), "members": members] }
}
