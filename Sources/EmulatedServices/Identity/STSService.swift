package import EmulatorCore
package import ExactJSON
import Timekeeping

/// Who is asking: always the one account. Credentials that are handed out are as good as any others here.
package struct STSService: EmulatedService {
    package static let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    package static let memberTypes = MemberTypes(["Expiration": .timestamp])

    private let account: EmulatedAccount
    private let clock: VirtualClock

    package init(account: EmulatedAccount, clock: VirtualClock) {
        self.account = account
        self.clock = clock
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "GetCallerIdentity":
            return [
                "UserId": "AIDACKCEVSQ6C2EXAMPLE", "Account": .string(account.id),
                "Arn": .string("arn:aws:iam::\(account.id):user/firedrill"),
            ]
        case "GetSessionToken":
            return ["Credentials": try credentials(input, longest: 129_600, standard: 43_200)]
        case "AssumeRole", "AssumeRoleWithWebIdentity": return try assumeRole(input)
        case "GetAccessKeyInfo": return ["Account": .string(account.id)]
        default: throw AWSServiceError("InvalidAction", "Could not find operation \(operation) for version 2011-06-15")
        }
    }

    private func assumeRole(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let arn = try required(input, "RoleArn")
        let session = try required(input, "RoleSessionName")
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "iam", parts[5].hasPrefix("role/") else {
            throw .init("ValidationError", "\(arn) is invalid")
        }
        let isSession = session.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_+=,.@-".utf8.contains(byte)
        }
        guard (2...64).contains(session.utf8.count), isSession else {
            throw .init(
                "ValidationError",
                "1 validation error detected: Value '\(session)' at 'roleSessionName' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [\\w+=,.@-]*")
        }
        let role = parts[5].split(separator: "/").last ?? ""
        return [
            "Credentials": try credentials(input, longest: 43_200, standard: 3600),
            "AssumedRoleUser": [
                "AssumedRoleId": .string("AROA\(RandomNames.text(17)):\(session)"),
                "Arn": .string("arn:aws:sts::\(parts[4]):assumed-role/\(role)/\(session)"),
            ], "PackedPolicySize": 6,
        ]
    }

    private func required(_ input: JSONValue, _ name: String) throws(AWSServiceError) -> String {
        guard let text = input.text(name), !text.isEmpty else {
            let member = name.prefix(1).lowercased() + name.dropFirst()
            throw .init(
                "ValidationError",
                "1 validation error detected: Value null at '\(member)' failed to satisfy constraint: Member must not be "
                    + "null")
        }
        return text
    }

    private func credentials(_ input: JSONValue, longest: Int, standard: Int) throws(AWSServiceError) -> JSONValue {
        let seconds = input.whole("DurationSeconds") ?? standard
        guard (900...longest).contains(seconds) else {
            throw .init(
                "ValidationError",
                "1 validation error detected: Value '\(seconds)' at 'durationSeconds' failed to satisfy constraint: Member "
                    + "must have value "
                    + (seconds < 900 ? "greater than or equal to 900" : "less than or equal to \(longest)"))
        }
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        return [
            "AccessKeyId": .string("ASIA\(RandomNames.text(16))"),
            "SecretAccessKey": .string(RandomNames.text(40, alphabet: letters)),
            "SessionToken": .string(RandomNames.text(356, alphabet: letters)),
            "Expiration": .double((clock.now + .seconds(seconds)).secondsSinceEpoch.rounded(.down)),
        ]
    }
}
