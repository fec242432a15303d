import EmulatorCore
import ExactJSON
import Timekeeping

/// A dashboard as it is kept: its body is given back as it came.
struct Dashboard: Sendable {
    var body: String
    var modified: Timestamp
}

extension CloudWatchService {
    /// PutDashboard: makes or replaces a dashboard whose body is well-formed.
    func putDashboard(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredString("DashboardName")
        guard (1...255).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
            throw .invalidValue(
                "The value \(name) for field DashboardName contains invalid characters. It can only contain "
                    + "alphanumerics, dash (-) and underscore (_).\n")
        }
        let body = try input.requiredString("DashboardBody")
        guard body.utf8.count <= 1 << 20 else { throw .invalidValue("The dashboard body is larger than 1 MB.") }
        let findings = DashboardBody.findings(in: body)
        guard findings.isEmpty else {
            let list = findings.map {
                "  {\n    \"dataPath\": \(JSONValue.string($0.path).text),\n    \"message\": "
                    + "\(JSONValue.string($0.message).text)\n  }"
            }
            throw .init(
                "DashboardInvalidInputError",
                "The dashboard body is invalid, there are \(findings.count) validation errors:\n[\n"
                    + list.joined(separator: ",\n") + "\n]",
                members: ["dashboardValidationMessages": .array(findings.map(\.json))])
        }
        let dashboard = Dashboard(body: body, modified: clock.now)
        dashboards.withLock { dashboards in
            dashboards[name] = dashboard
            keep(dashboard, named: name)
        }
        return ["DashboardValidationMessages": []]
    }

    func getDashboard(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredString("DashboardName")
        guard let dashboard = dashboards.withLock({ $0[name] }) else { throw Self.unknownDashboard(name) }
        return [
            "DashboardName": .string(name), "DashboardArn": .string(dashboardARN(name)),
            "DashboardBody": .string(dashboard.body),
        ]
    }

    func listDashboards(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let prefix = try input.string("DashboardNamePrefix") ?? ""
        let found = dashboards.withLock { $0 }.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
        let page = try Page(found, input, size: 1000)
        var answer: [String: JSONValue] = [
            "DashboardEntries": .array(
                page.elements.map { name, dashboard in
                    [
                        "DashboardName": .string(name), "DashboardArn": .string(dashboardARN(name)),
                        "LastModified": dashboard.modified.epochSeconds, "Size": .integer(dashboard.body.utf8.count),
                    ]
                })
        ]
        if let token = page.nextToken { answer["NextToken"] = token }
        return .object(answer)
    }

    /// DeleteDashboards: all of them or, when one does not exist, none.
    func deleteDashboards(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        guard let names = try input.strings("DashboardNames") else { throw input.missing("DashboardNames") }
        try dashboards.withLock { dashboards throws(AWSServiceError) in
            if let unknown = names.first(where: { dashboards[$0] == nil }) { throw Self.unknownDashboard(unknown) }
            for name in names {
                dashboards[name] = nil
                keep(nil, named: name)
            }
        }
        return .object([:])
    }

    /// A dashboard belongs to no region.
    private func dashboardARN(_ name: String) -> String { "arn:aws:cloudwatch::\(account.id):dashboard/\(name)" }

    private static func unknownDashboard(_ name: String) -> AWSServiceError {
        .init("DashboardNotFoundError", "Dashboard \(name) does not exist", status: 404)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
