import ExactJSON
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct AccessLogTests {
    private var record: AccessLogRecord {
        var record = AccessLogRecord()
        record.requestID = "id-1"
        record.stage = "dev"
        record.path = "/dev/items/a"
        record.resourcePath = "/items/{id}"
        record.httpMethod = "GET"
        record.status = 404
        record.requestTime = Timestamp(millisecondsSinceEpoch: 1_428_582_896_123)
        record.responseLength = 12
        record.latency = .microseconds(12_999)
        record.functionStatus = 404
        record.lambdaStatus = 200
        record.sourceIP = "127.0.0.1"
        return record
    }

    @Test(
        "variables are replaced, and what has no value is a dash",
        arguments: [
            ("$context.requestId", "id-1"),
            ("[$context.requestTime]", "[09/Apr/2015:12:34:56 +0000]"),
            ("$context.requestTimeEpoch", "1428582896123"),
            ("$context.httpMethod $context.path $context.protocol", "GET /dev/items/a HTTP/1.1"),
            ("$context.status,$context.responseLength,$context.responseLatency", "404,12,12"),
            ("$context.integrationLatency", "-"),
            ("$context.integration.status/$context.integrationStatus", "404/200"),
            ("$context.error.message|$context.error.responseType", "-|-"),
            ("$context.identity.sourceIp.", "127.0.0.1."),
            ("$context.nonsense", "-"),
            ("100$ and $contex", "100$ and $contex"),
            ("", ""),
        ])
    func renders(_ format: String, _ line: String) {
        #expect(AccessLogFormat(format).line(record) == line)
    }

    @Test("every variable that is known by name has its place in the format") func all() {
        var record = record
        record.errorMessage = "no"
        for variable in AccessLogVariable.allCases {
            let line = AccessLogFormat("<$context.\(variable.rawValue)>").line(record)
            #expect(line == "<\(record.value(of: variable) ?? "-")>", "\(variable)")
        }
    }

    @Test("a line is cut at 1024 bytes") func cuts() {
        var record = record
        record.path = String(repeating: "x", count: 2000)
        #expect(AccessLogFormat("$context.path").line(record).utf8.count == 1024)
    }

    @Test("what a client sends cannot break a JSON format") func quotes() throws {
        var record = record
        record.userAgent = #"evil", "status": "200" \ end"#
        let line = AccessLogFormat(#"{"agent": "$context.identity.userAgent", "status": "$context.status"}"#).line(
            record)
        let json = try JSONValue(parsing: line)
        #expect(json["status"] == "404")
        #expect(json["agent"]?.stringValue == record.userAgent)
    }
}
