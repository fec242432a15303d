import EmulatorCore
import ExactJSON

/// A metric filter of a log group: what of its events becomes which metric.
struct MetricFilter: Sendable {
    /// Where a number or a dimension's value comes from.
    enum ValueSource: Sendable, Equatable {
        case number(Double)
        case selector(JSONSelector)
        /// A field of a space-delimited pattern.
        case field(String)

        init?(_ text: String) {
            if text.hasPrefix("$.") || text.hasPrefix("$[") {
                guard let selector = JSONSelector(parsing: text) else { return nil }
                self = .selector(selector)
            } else if text.hasPrefix("$") {
                self = .field(text)
            } else {
                guard let number = Double(text), number.isFinite else { return nil }
                self = .number(number)
            }
        }

        func text(_ fields: [String: String], _ message: JSONValue?) -> String? {
            switch self {
            case .number(let number): String(number)
            case .selector(let selector): message.flatMap { selector.text(in: $0) }
            case .field(let name): fields[name]
            }
        }
    }

    var name: String
    var patternText: String
    var pattern: FilterPattern
    /// As it came, for describing it.
    var transformations: JSONValue
    var created: Int64
    var metricName: String
    var metricNamespace: String
    var unit: String
    var value: ValueSource
    /// What a minute with events but without a match counts as.
    var defaultValue: Double?
    var dimensions: [(name: String, source: ValueSource)]

    /// Reads and checks the input of `PutMetricFilter`.
    init(_ input: CallInput, created: Int64) throws(AWSServiceError) {
        name = try LogName.filter.checked(try input.requiredLogs("filterName"), at: "filterName")
        patternText = try input.requiredLogs("filterPattern")
        pattern = try FilterPattern(patternText)
        self.created = created
        let list = try input.list("metricTransformations")
        guard list.count == 1, let transformation = list.first else {
            throw .logsConstraint(
                "\(list.count)", at: "metricTransformations",
                "Member must have length \(list.isEmpty ? "greater" : "less") than or equal to 1")
        }
        transformations = .array(list.map(\.value))
        metricName = try transformation.requiredLogs("metricName")
        metricNamespace = try transformation.requiredLogs("metricNamespace")
        for (text, member) in [(metricName, "metricName"), (metricNamespace, "metricNamespace")]
        where text.isEmpty || text.utf8.count > 255 || text.contains(where: { ":*$".contains($0) }) {
            throw .logsConstraint(
                text, at: "metricTransformations.1.member.\(member)",
                "Member must satisfy regular expression pattern: [^:*$]*")
        }
        guard !metricNamespace.hasPrefix("AWS/") else {
            throw .invalidLogs("Invalid metric transformation: the namespace must not begin with AWS/.")
        }
        unit = try transformation.unit("unit") ?? "None"
        let valueText = try transformation.requiredLogs("metricValue")
        guard let source = ValueSource(valueText) else {
            throw .invalidLogs(
                "Invalid metric transformation: metricValue '\(valueText)' is neither a number nor a field.")
        }
        value = source
        defaultValue = try transformation.double("defaultValue")
        dimensions = try Self.dimensions(transformation)
        guard defaultValue == nil || dimensions.isEmpty else {
            throw .invalidLogs(
                "Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
        }
    }

    private static func dimensions(_ input: CallInput) throws(AWSServiceError) -> [(name: String, source: ValueSource)]
    {
        let members = try input.structure("dimensions")?.value.objectValue ?? [:]
        guard members.count <= 3 else {
            throw .invalidLogs("Invalid metric transformation: at most 3 dimensions are allowed.")
        }
        var dimensions: [(name: String, source: ValueSource)] = []
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let text = value.stringValue, text.hasPrefix("$"), let source = ValueSource(text) else {
                throw .invalidLogs("Invalid metric transformation: the dimension \(name) must name a field with '$'.")
            }
            dimensions.append((name, source))
        }
        return dimensions
    }

    /// What an event gives the metric; nil when it does not match, or has no number or not all dimensions.
    func sample(_ message: String) -> (metric: MetricIdentity, value: Double)? {
        guard let fields = pattern.extract(message) else { return nil }
        let needsMessage = ([value] + dimensions.map(\.source)).contains {
            if case .selector = $0 { true } else { false }
        }
        let json = needsMessage ? FilterPattern.json(message) : nil
        guard let text = value.text(fields, json), let number = Double(text), number.isFinite, abs(number) <= 0x1p360
        else { return nil }
        var values: [MetricDimension] = []
        for (name, source) in dimensions {
            guard let value = source.text(fields, json), !value.isEmpty else { return nil }
            values.append(MetricDimension(name, String(value.prefix(1024))))
        }
        return (MetricIdentity(namespace: metricNamespace, name: metricName, dimensions: values), number)
    }

    /// The filter as `DescribeMetricFilters` shows it.
    func json(group: String) -> JSONValue {
        [
            "filterName": .string(name), "filterPattern": .string(patternText), "logGroupName": .string(group),
            "metricTransformations": transformations, "creationTime": .integer(created),
            "applyOnTransformedLogs": false,
        ]
    }
}
