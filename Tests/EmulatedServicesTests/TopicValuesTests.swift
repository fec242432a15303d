import EmulatorCore
import ExactJSON
import Testing

@testable import EmulatedServices

@Suite("Filter policies")
struct FilterPolicyTests {
    @Test(
        "conditions on attributes",
        arguments: [
            (#"{"a":["x"]}"#, true), (#"{"a":["y"]}"#, false), (#"{"a":["y","x"]}"#, true),
            (#"{"a":["x"],"n":[7]}"#, true), (#"{"a":["x"],"n":[8]}"#, false), (#"{"n":[7.0]}"#, true),
            (#"{"n":[{"numeric":["=",7]}]}"#, true), (#"{"n":[{"numeric":[">",7]}]}"#, false),
            (#"{"n":[{"numeric":[">",0,"<=",7]}]}"#, true), (#"{"a":[{"numeric":["=",7]}]}"#, false),
            (#"{"a":[{"prefix":"x"}]}"#, true), (#"{"a":[{"suffix":"z"}]}"#, false),
            (#"{"a":[{"equals-ignore-case":"X"}]}"#, true), (#"{"a":[{"wildcard":"*x*"}]}"#, true),
            (#"{"a":[{"anything-but":"x"}]}"#, false), (#"{"a":[{"anything-but":["y",7]}]}"#, true),
            (#"{"a":[{"anything-but":{"prefix":"x"}}]}"#, false), (#"{"z":[{"anything-but":"x"}]}"#, false),
            (#"{"z":[{"exists":false}]}"#, true), (#"{"a":[{"exists":true}]}"#, true), (#"{"z":["x"]}"#, false),
            (#"{"list":["two"]}"#, true), (#"{"list":["three"]}"#, false), (#"{"ip":[{"cidr":"10.0.0.0/24"}]}"#, true),
            (#"{"ip":[{"cidr":"10.0.1.0/24"}]}"#, false), (#"{"ip":[{"cidr":"0.0.0.0/0"}]}"#, true),
            (#"{"$or":[{"a":["y"]},{"n":[7]}]}"#, true), (#"{"$or":[{"a":["y"]},{"n":[8]}]}"#, false), ("{}", true),
        ])
    func attributes(policy: String, matches: Bool) throws {
        let attributes = [
            "a": MessageAttribute(dataType: "String", value: "x"),
            "n": MessageAttribute(dataType: "Number", value: "7"),
            "list": MessageAttribute(dataType: "String.Array", value: #"["one","two"]"#),
            "ip": MessageAttribute(dataType: "String", value: "10.0.0.9"),
        ]
        let filter = try FilterPolicy(policy, isAboutBody: false)
        #expect(filter.matches(body: "no json", attributes: attributes) == matches)
    }

    @Test(
        "conditions on bodies reach into objects and lists",
        arguments: [
            (#"{"a":{"b":["x"]}}"#, true), (#"{"a":{"b":["y"]}}"#, false), (#"{"l":{"v":[2]}}"#, true),
            (#"{"l":{"v":[3]}}"#, false), (#"{"t":[true]}"#, true), (#"{"o":[null]}"#, true),
            (#"{"a":{"c":[{"exists":false}]}}"#, true), (#"{"q":{"c":[{"exists":false}]}}"#, true),
        ])
    func bodies(policy: String, matches: Bool) throws {
        let body = #"{"a":{"b":"x"},"l":[{"v":1},{"v":2}],"t":true,"o":null}"#
        let filter = try FilterPolicy(policy, isAboutBody: true)
        #expect(filter.matches(body: body, attributes: [:]) == matches)
        #expect(!filter.matches(body: "[]", attributes: [:]))
    }

    @Test(
        "what is no policy is refused",
        arguments: [
            "", "[]", "{", #"{"a":"x"}"#, #"{"a":[]}"#, #"{"a":[["x"]]}"#, #"{"a":[{"odd":1}]}"#,
            #"{"a":[{"numeric":["~",1]}]}"#, #"{"a":[{"numeric":[">"]}]}"#, #"{"a":[{"numeric":[">","x"]}]}"#,
            #"{"a":[{"cidr":"10.0.0.0"}]}"#, #"{"a":[{"cidr":"10.0.0.0/33"}]}"#, #"{"a":[{"prefix":1}]}"#,
            #"{"a":[{"prefix":"x","suffix":"y"}]}"#, #"{"a":{"b":["x"]}}"#,
        ])
    func refused(policy: String) {
        #expect(throws: AWSServiceError.self) { try FilterPolicy(policy, isAboutBody: false) }
    }

    @Test(
        "retries of deliveries are spread as the policy says",
        arguments: [
            (nil, [20, 20, 20]),
            (#"{"healthyRetryPolicy":{"numRetries":3,"minDelayTarget":10,"maxDelayTarget":30}}"#, [10, 20, 30]),
            (#"{"healthyRetryPolicy":{"numRetries":2,"numNoDelayRetries":2}}"#, [0, 0]),
            (#"{"healthyRetryPolicy":{"numRetries":0}}"#, []), ("nonsense", [20, 20, 20]),
            (#"{"healthyRetryPolicy":{"numRetries":1,"minDelayTarget":99999999999}}"#, [3600]),
        ] as [(String?, [Int])])
    func retries(policy: String?, expected: [Int]) {
        let retries = DeliveryRetries(policy: policy)
        let delays = (1...200).compactMap { retries.delay(before: $0) }
        #expect(delays == expected.map { .seconds($0) })
    }
}
