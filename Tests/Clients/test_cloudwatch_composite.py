"""Composite alarms and dashboards through boto3, over each of CloudWatch's protocols."""

import json

import pytest
from botocore.exceptions import ClientError
from wire import connect_over


@pytest.fixture(scope="module", params=["json", "query", "smithy-rpc-v2-cbor"])
def cloudwatch(request, endpoint):
    return connect_over(request.param, "cloudwatch", endpoint)


@pytest.fixture
def children(cloudwatch, unique):
    """Two metric alarms, the name of one with a space in it."""
    names = [f"{unique}-a", f"{unique} b"]
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="App", MetricName=name, Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
        )  # fmt: skip
    yield names
    cloudwatch.delete_alarms(AlarmNames=names)


@pytest.fixture
def composite(cloudwatch, unique, children):
    arguments = {
        "AlarmName": unique, "AlarmDescription": "both", "ActionsEnabled": True,
        "AlarmRule": f'ALARM({children[0]}) AND ALARM("{children[1]}")',
        "AlarmActions": ["arn:aws:sns:us-west-2:123456789012:gone"], "OKActions": [], "InsufficientDataActions": [],
    }  # fmt: skip
    cloudwatch.put_composite_alarm(**arguments)
    yield arguments
    cloudwatch.delete_alarms(AlarmNames=[unique])


def describe(client, name):
    (alarm,) = client.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    return alarm


def set_state(client, name, state):
    client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a drill")


def test_a_composite_alarm_follows_its_children(cloudwatch, children, composite):
    name = composite["AlarmName"]
    described = describe(cloudwatch, name)
    assert {key: described[key] for key in composite} == composite
    assert described["StateValue"] == "OK"
    assert described["StateReason"] == f"{described['AlarmArn']} was created and its alarm rule evaluates to OK"

    set_state(cloudwatch, children[0], "ALARM")
    assert describe(cloudwatch, name)["StateValue"] == "OK"
    set_state(cloudwatch, children[1], "ALARM")
    described = describe(cloudwatch, name)
    assert described["StateValue"] == "ALARM"
    assert f":alarm:{children[1]} transitioned to ALARM at " in described["StateReason"]
    triggers = json.loads(described["StateReasonData"])["triggeringAlarms"]
    assert [trigger["state"]["value"] for trigger in triggers] == ["ALARM", "ALARM"]
    set_state(cloudwatch, children[0], "INSUFFICIENT_DATA")
    assert describe(cloudwatch, name)["StateValue"] == "OK"

    history = cloudwatch.describe_alarm_history(
        AlarmName=name, AlarmTypes=["CompositeAlarm"], ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    assert {item["AlarmType"] for item in history} == {"CompositeAlarm"}
    assert [item["HistoryItemType"] for item in history] == [
        "ConfigurationUpdate", "StateUpdate", "StateUpdate", "Action", "StateUpdate",
    ]  # fmt: skip


def test_a_forced_state_of_a_composite_alarm_stays_until_a_child_changes(cloudwatch, children, composite):
    name = composite["AlarmName"]
    set_state(cloudwatch, name, "ALARM")
    assert describe(cloudwatch, name)["StateValue"] == "ALARM"
    set_state(cloudwatch, children[0], "ALARM")
    assert describe(cloudwatch, name)["StateValue"] == "OK"


def test_composite_alarms_are_told_only_when_asked_for(cloudwatch, children, composite):
    name = composite["AlarmName"]
    both = cloudwatch.describe_alarms(AlarmNamePrefix=name)
    assert (len(both["MetricAlarms"]), len(both["CompositeAlarms"])) == (2, 0)
    both = cloudwatch.describe_alarms(AlarmNamePrefix=name, AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert (len(both["MetricAlarms"]), len(both["CompositeAlarms"])) == (2, 1)
    below = cloudwatch.describe_alarms(ChildrenOfAlarmName=name)["MetricAlarms"]
    assert sorted(alarm["AlarmName"] for alarm in below) == sorted(children)
    above = cloudwatch.describe_alarms(ParentsOfAlarmName=children[0])["CompositeAlarms"]
    assert [alarm["AlarmName"] for alarm in above] == [name]


@pytest.mark.parametrize(
    "rule, message",
    [
        ("()", "Error in AlarmRule [Unsupported token ')' at char 1]"),
        (
            "ALARM(missing-one) OR OK(missing-two)",
            "Could not save the composite alarm as alarms [missing-one, missing-two] in the alarm rule do not exist",
        ),
        ("BROKEN(a)", "Error in AlarmRule [Unsupported token 'BROKEN' at char 0]"),
        ("TRUE AND", "Error in AlarmRule [Unexpected end at char 8]"),
        ("TRUE FALSE", "Error in AlarmRule [Unsupported token 'FALSE' at char 5]"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused(cloudwatch, unique, rule, message):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_composite_alarm(AlarmName=unique, AlarmRule=rule)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert caught.value.response["Error"]["Message"] == message


def test_an_alarm_keeps_its_kind(cloudwatch, children):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_composite_alarm(AlarmName=children[0], AlarmRule="TRUE")
    assert caught.value.response["Error"]["Code"] == "ValidationError"


BODY = {
    "widgets": [
        {
            "type": "metric", "x": 0, "y": 0, "width": 6, "height": 6,
            "properties": {"metrics": [["AWS/Lambda", "Errors", "FunctionName", "items"]], "region": "us-west-2"},
        },
        {"type": "text", "properties": {"markdown": "# Items"}},
    ]
}  # fmt: skip


def test_a_dashboard_is_kept_as_it_came(cloudwatch, unique):
    body = json.dumps(BODY)
    assert cloudwatch.put_dashboard(DashboardName=unique, DashboardBody=body)["DashboardValidationMessages"] == []
    dashboard = cloudwatch.get_dashboard(DashboardName=unique)
    assert (dashboard["DashboardName"], dashboard["DashboardBody"]) == (unique, body)
    assert dashboard["DashboardArn"] == f"arn:aws:cloudwatch::123456789012:dashboard/{unique}"
    (entry,) = cloudwatch.list_dashboards(DashboardNamePrefix=unique)["DashboardEntries"]
    assert (entry["Size"], entry["LastModified"].year > 2000) == (len(body), True)
    cloudwatch.delete_dashboards(DashboardNames=[unique])
    assert cloudwatch.list_dashboards(DashboardNamePrefix=unique)["DashboardEntries"] == []
    for call in [
        lambda: cloudwatch.get_dashboard(DashboardName=unique),
        lambda: cloudwatch.delete_dashboards(DashboardNames=[unique]),
    ]:
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "ResourceNotFound"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    "body, part",
    [
        ("{", "not valid JSON"),
        ("{}", "Should have required property 'widgets'"),
        ('{"widgets": [{"type": "metric", "properties": {}}]}', "there are 3 validation errors"),
        ('{"widgets": [{"type": "poem", "properties": {}}]}', "/widgets/0/type"),
        ('{"widgets": [{"type": "text", "x": 24, "properties": {}}]}', "Should be <= 23"),
    ],
)
def test_dashboards_with_mistakes_are_refused(cloudwatch, unique, body, part):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_dashboard(DashboardName=unique, DashboardBody=body)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterInput"
    assert part in caught.value.response["Error"]["Message"]
