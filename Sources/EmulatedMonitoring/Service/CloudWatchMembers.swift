package import EmulatorCore

extension CloudWatchService {
    /// The XML namespace of its answers in the query protocol.
    package static let namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/"

    /// The members of CloudWatch's service model that are no text, for the query and CBOR protocols
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html).
    package static let memberTypes = MemberTypes([
        "ActionsEnabled": .boolean, "IncludeLinkedAccounts": .boolean, "ReturnData": .boolean,
        "StrictEntityValidation": .boolean,

        "ActionsSuppressorExtensionPeriod": .integer, "ActionsSuppressorWaitPeriod": .integer,
        "DatapointsToAlarm": .integer, "EvaluationInterval": .integer, "EvaluationPeriods": .integer,
        "MaxDatapoints": .integer, "MaxRecords": .integer, "PendingPeriod": .integer, "Period": .integer,
        "RecoveryPeriod": .integer, "Size": .integer, "StorageResolution": .integer,

        "Average": .double, "Counts": .double, "Maximum": .double, "MetricData.Value": .double, "Minimum": .double,
        "SampleCount": .double, "Sum": .double, "Threshold": .double, "Values": .double,

        "AlarmConfigurationUpdatedTimestamp": .timestamp, "EndDate": .timestamp, "EndTime": .timestamp,
        "LastModified": .timestamp, "StartDate": .timestamp, "StartTime": .timestamp,
        "StateTransitionedTimestamp": .timestamp, "StateUpdatedTimestamp": .timestamp, "Timestamp": .timestamp,
        "Timestamps": .timestamp,

        "AlarmActions": .list, "AlarmNames": .list, "AlarmTypes": .list, "DashboardNames": .list, "Dimensions": .list,
        "EntityMetricData": .list, "ExtendedStatistics": .list, "InsufficientDataActions": .list, "MetricData": .list,
        "MetricDataQueries": .list, "Metrics": .list, "OKActions": .list, "Statistics": .list, "TagKeys": .list,
        "Tags": .list,

        "Attributes": .map(.string), "Datapoints.ExtendedStatistics": .map(.double), "KeyAttributes": .map(.string),
    ])
}
