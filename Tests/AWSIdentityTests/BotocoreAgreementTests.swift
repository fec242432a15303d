import AWSClients
import ExactJSON
import Testing

@testable import AWSIdentity

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite("Identity as botocore finds it")
struct BotocoreAgreementTests {
    /// What botocore found in given variables and files; `make_identities.py` beside this file writes it.
    static func cases() throws -> [JSONValue] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "identities.json")
        let json = try JSONValue(parsing: Array(Data(contentsOf: file)))
        return try #require(json["cases"]?.arrayValue)
    }

    static func texts(_ json: JSONValue?) -> [String: String] {
        (json?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }

    private static let services: [String: AWSService] = [
        "CLOUDWATCH": .cloudWatch, "CLOUDWATCH_LOGS": .logs, "API_GATEWAY": .apiGateway, "LAMBDA": .lambda,
        "CLOUDFORMATION": .cloudFormation, "DYNAMODB": .dynamoDB, "SQS": .sqs, "SNS": .sns, "IAM": .iam, "STS": .sts,
    ]

    @Test("the same key, token, region and endpoints, or a refusal where botocore refuses")
    func agrees() async throws {
        let cases = try Self.cases()
        #expect(cases.count > 300)
        for each in cases {
            let name = each["name"]?.stringValue ?? ""
            let expected = each["expected"]
            let script = (each["http"]?.objectValue ?? [:]).mapValues { answer in
                (status: answer[0]?.intValue ?? 0, body: answer[1]?.stringValue ?? "")
            }
            let found = expected?["found"]?.boolValue ?? false
            let region = expected?["region"]?.stringValue
            // Botocore hands out credentials without a region; a drill needs one.
            let options = IdentityOptions(
                profile: each["profile"]?.stringValue, region: found && region == nil ? "us-west-2" : nil,
                endpointURL: each["endpoint"]?.stringValue)
            let machine = surroundings(
                Self.texts(each["environment"]), files: Self.texts(each["files"]),
                transport: ScriptedAWS(script: script))
            do throws(IdentityError) {
                let identity = try await CallerIdentity.find(options, in: machine)
                #expect(found, "\(name): found \(identity.source), botocore nothing")
                let credentials = identity.configuration.credentials
                #expect(credentials?.accessKeyID == expected?["accessKeyID"]?.stringValue, "\(name)")
                #expect(credentials?.secretAccessKey == expected?["secret"]?.stringValue, "\(name)")
                #expect(credentials?.sessionToken == expected?["token"]?.stringValue, "\(name)")
                #expect(identity.configuration.region == region ?? "us-west-2", "\(name)")
                let endpoints = Self.texts(expected?["endpoints"])
                #expect(endpoints.count == Self.services.count, "\(name)")
                for (identifier, url) in endpoints {
                    let ours = Self.services[identifier].map { identity.configuration.url(of: $0) }
                    #expect(ours == url, "\(name): \(identifier)")
                }
            } catch {
                #expect(!found, "\(name): \(error.message), botocore found \(expected?.text ?? "")")
            }
        }
    }
}
