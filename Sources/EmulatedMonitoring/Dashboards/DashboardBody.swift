import ExactJSON

/// The checks of a dashboard's body
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).
enum DashboardBody {
    /// One thing that is wrong, with the path of the part that it is about.
    struct Finding: Sendable, Equatable {
        var path: String
        var message: String

        var json: JSONValue { ["DataPath": .string(path), "Message": .string(message)] }
    }

    private static let types: Set<String> = [
        "alarm", "chart", "custom", "explorer", "log", "metric", "text", "trace",
    ]

    /// What makes the body unusable; empty for one that is fine.
    static func findings(in text: String) -> [Finding] {
        guard let body = try? JSONValue(parsing: text), case .object = body else {
            return [Finding(path: "", message: "The dashboard body is not valid JSON")]
        }
        guard let widgets = body["widgets"] else {
            return [Finding(path: "", message: "Should have required property 'widgets'")]
        }
        guard let elements = widgets.arrayValue else {
            return [Finding(path: "/widgets", message: "Should be array")]
        }
        guard elements.count <= 500 else {
            return [Finding(path: "/widgets", message: "Should NOT have more than 500 items")]
        }
        return elements.enumerated().flatMap { check($0.element, path: "/widgets/\($0.offset)") }
    }

    private static func check(_ widget: JSONValue, path: String) -> [Finding] {
        guard widget.objectValue != nil else { return [Finding(path: path, message: "Should be object")] }
        var findings: [Finding] = []
        for (member, range) in [("x", 0...23), ("y", 0...Int.max), ("width", 1...24), ("height", 1...1000)] {
            guard let value = widget[member] else { continue }
            guard let number = value.intValue else {
                findings.append(Finding(path: "\(path)/\(member)", message: "Should be integer"))
                continue
            }
            if number < range.lowerBound {
                findings.append(Finding(path: "\(path)/\(member)", message: "Should be >= \(range.lowerBound)"))
            } else if number > range.upperBound {
                findings.append(Finding(path: "\(path)/\(member)", message: "Should be <= \(range.upperBound)"))
            }
        }
        guard let type = widget["type"] else {
            return findings + [Finding(path: path, message: "Should have required property 'type'")]
        }
        guard let name = type.stringValue, types.contains(name) else {
            return findings + [Finding(path: "\(path)/type", message: "Should be equal to one of the allowed values")]
        }
        guard let properties = widget["properties"] else {
            return findings + [Finding(path: path, message: "Should have required property 'properties'")]
        }
        guard properties.objectValue != nil else {
            return findings + [Finding(path: "\(path)/properties", message: "Should be object")]
        }
        return findings + check(properties, of: name, path: "\(path)/properties")
    }

    private static func check(_ properties: JSONValue, of type: String, path: String) -> [Finding] {
        func missing(_ names: [String]) -> [Finding] {
            names.filter { properties[$0] == nil }.map {
                Finding(path: path, message: "Should have required property '\($0)'")
            }
        }
        switch type {
        case "metric":
            guard properties["metrics"] != nil || properties["annotations"]?["alarms"] != nil else {
                let source = "The metric widget should have specified a region and a data source or an alarm annotation"
                return missing(["metrics"]) + [Finding(path: path, message: source)] + missing(["annotations"])
            }
            let isWrong = properties["metrics"].map { $0.arrayValue == nil } ?? false
            return missing(["region"]) + (isWrong ? [Finding(path: "\(path)/metrics", message: "Should be array")] : [])
        case "text": return missing(["markdown"])
        case "log": return missing(["region"])
        case "alarm": return missing(["alarms"])
        case "custom": return missing(["endpoint"])
        default: return []
        }
    }
}
