"""CloudWatch's and Logs' resources of templates, made, changed and removed."""

import json

import pytest
from conftest import connect

TEMPLATE = {
    "Parameters": {"Threshold": {"Type": "Number", "Default": 5}, "Body": {"Type": "String", "Default": "one"}},
    "Resources": {
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"RetentionInDays": "7", "Tags": [{"Key": "team", "Value": "fire"}]},
        },
        "Stream": {"Type": "AWS::Logs::LogStream", "Properties": {"LogGroupName": {"Ref": "Group"}}},
        "Filter": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": "Group"}, "FilterPattern": {"Fn::Sub": "{ $.latency > ${Threshold} }"},
                "MetricTransformations": [
                    {
                        "MetricName": "Latency", "MetricNamespace": "App", "MetricValue": "$.latency",
                        "Dimensions": [{"Key": "Route", "Value": "$.route"}], "Unit": "Milliseconds",
                    }
                ],
            },
        },
        "Slow": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "App", "MetricName": "Latency", "ExtendedStatistic": "p99", "Period": "60",
                "EvaluationPeriods": "2", "Threshold": {"Ref": "Threshold"}, "ComparisonOperator": "GreaterThanThreshold",
                "EvaluateLowSampleCountPercentile": "ignore", "Dimensions": [{"Name": "Route", "Value": "/items"}],
                "Tags": [{"Key": "team", "Value": {"Ref": "Body"}}],
            },
        },
        "Rate": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "EvaluationPeriods": 1, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold",
                "Metrics": [
                    {"Id": "e1", "Expression": "m1 / 2", "Label": "half"},
                    {
                        "Id": "m1", "ReturnData": "false",
                        "MetricStat": {
                            "Metric": {"Namespace": "App", "MetricName": "Latency"}, "Period": "60", "Stat": "Sum",
                        },
                    },
                ],
            },
        },
        "Either": {
            "Type": "AWS::CloudWatch::CompositeAlarm",
            "Properties": {"AlarmRule": {"Fn::Sub": "ALARM(${Slow}) OR ALARM(${Rate.Arn})"}},
        },
        "Board": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {
                "DashboardBody": {
                    "Fn::Sub": '{"widgets": [{"type": "text", "properties": {"markdown": "${Body}"}}]}'
                }
            },
        },
    },
    "Outputs": {name: {"Value": {"Ref": name}} for name in ["Group", "Stream", "Filter", "Slow", "Rate", "Either", "Board"]},
}  # fmt: skip


@pytest.fixture
def stacks(endpoint):
    return connect("cloudformation", endpoint)


def outputs(stacks, name):
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_resources_of_a_stack_are_made_changed_and_removed(stacks, cloudwatch, logs, unique):
    stacks.create_stack(StackName=unique, TemplateBody=json.dumps(TEMPLATE))
    stacks.get_waiter("stack_create_complete").wait(StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    made = outputs(stacks, unique)
    (group,) = logs.describe_log_groups(logGroupNamePrefix=made["Group"])["logGroups"]
    assert (group["retentionInDays"], group["metricFilterCount"]) == (7, 1)
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]["team"] == "fire"
    (stream,) = logs.describe_log_streams(logGroupName=made["Group"])["logStreams"]
    assert stream["logStreamName"] == made["Stream"]
    (found,) = logs.describe_metric_filters(logGroupName=made["Group"])["metricFilters"]
    assert (found["filterName"], found["filterPattern"]) == (made["Filter"], "{ $.latency > 5 }")
    assert found["metricTransformations"] == [
        {
            "metricName": "Latency", "metricNamespace": "App", "metricValue": "$.latency", "unit": "Milliseconds",
            "dimensions": {"Route": "$.route"},
        }
    ]  # fmt: skip

    def alarm(name, kind="MetricAlarm"):
        (described,) = cloudwatch.describe_alarms(AlarmNames=[made[name]], AlarmTypes=[kind])[f"{kind}s"]
        return described

    slow = alarm("Slow")
    assert (slow["Threshold"], slow["EvaluationPeriods"], slow["ExtendedStatistic"]) == (5, 2, "p99")
    assert slow["EvaluateLowSampleCountPercentile"] == "ignore"
    assert [query["Id"] for query in alarm("Rate")["Metrics"]] == ["e1", "m1"]
    assert made["Slow"] in alarm("Either", "CompositeAlarm")["AlarmRule"]
    assert '"one"' in cloudwatch.get_dashboard(DashboardName=made["Board"])["DashboardBody"]

    stacks.update_stack(
        StackName=unique, UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Threshold", "ParameterValue": "9"}, {"ParameterKey": "Body", "ParameterValue": "two"},
        ],
    )  # fmt: skip
    stacks.get_waiter("stack_update_complete").wait(StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert outputs(stacks, unique) == made
    assert alarm("Slow")["Threshold"] == 9
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm("Slow")["AlarmArn"])["Tags"]
    assert {"Key": "team", "Value": "two"} in tags
    (found,) = logs.describe_metric_filters(logGroupName=made["Group"])["metricFilters"]
    assert found["filterPattern"] == "{ $.latency > 9 }"
    assert '"two"' in cloudwatch.get_dashboard(DashboardName=made["Board"])["DashboardBody"]

    stacks.delete_stack(StackName=unique)
    stacks.get_waiter("stack_delete_complete").wait(StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    names = [made["Slow"], made["Rate"], made["Either"]]
    gone = cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert (gone["MetricAlarms"], gone["CompositeAlarms"]) == ([], [])
    assert logs.describe_log_groups(logGroupNamePrefix=made["Group"])["logGroups"] == []
    assert cloudwatch.list_dashboards(DashboardNamePrefix=made["Board"])["DashboardEntries"] == []
