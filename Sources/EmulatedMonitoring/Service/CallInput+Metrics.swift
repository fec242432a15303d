import EmulatorCore

extension CallInput {
    /// CloudWatch's units (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html).
    private static let units: Set<String> = [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
        "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
        "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second",
        "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", "None",
    ]

    func unit(_ key: String) throws(AWSServiceError) -> String? {
        guard let unit = try string(key) else { return nil }
        guard Self.units.contains(unit) else {
            throw .invalidValue("The value \(unit) for parameter \(key) is invalid.")
        }
        return unit
    }

    /// A metric's dimensions: at most 30, none without a name or value.
    func dimensions(_ key: String) throws(AWSServiceError) -> [MetricDimension] {
        var dimensions: [MetricDimension] = []
        for element in try list(key) {
            let name = try element.requiredString("Name")
            let value = try element.requiredString("Value")
            guard !name.isEmpty, !value.isEmpty, name.utf8.count <= 255, value.utf8.count <= 1024 else {
                throw .invalidValue("The names and values of \(key) must not be empty or too long.")
            }
            dimensions.append(MetricDimension(name, value))
        }
        guard dimensions.count <= 30 else { throw .invalidValue("\(key) must have at most 30 elements.") }
        return dimensions
    }
}
