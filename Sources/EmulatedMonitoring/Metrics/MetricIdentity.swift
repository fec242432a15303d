import ExactJSON

/// One name and value that set a metric apart from others of its name.
package struct MetricDimension: Sendable, Hashable, Comparable {
    /// At most 255 bytes.
    package var name: String
    /// At most 1024 bytes.
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// The order by name, then value.
    package static func < (left: MetricDimension, right: MetricDimension) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }

    var json: JSONValue { ["Name": .string(name), "Value": .string(value)] }
}

/// What CloudWatch calls a metric: a namespace, a name and one exact set of dimensions.
package struct MetricIdentity: Sendable, Hashable {
    /// `AWS/Lambda`, or a name of the publisher's own.
    package let namespace: String
    /// The metric's name within its namespace.
    package let name: String
    /// Sorted, so that the order in which a caller writes them does not matter.
    package let dimensions: [MetricDimension]

    package init(namespace: String, name: String, dimensions: [MetricDimension] = []) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted()
    }

    var json: JSONValue {
        [
            "Namespace": .string(namespace), "MetricName": .string(name),
            "Dimensions": .array(dimensions.map(\.json)),
        ]
    }
}

/// Names a metric that was registered with `CloudWatchService.register`, so that recording a sample hashes nothing.
package struct MetricHandle: Sendable, Hashable {
    var series: Int
}
