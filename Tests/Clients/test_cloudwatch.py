"""CloudWatch's metrics and alarms through boto3."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError
from wire import connect_over

UTC = datetime.timezone.utc


@pytest.fixture(scope="module", params=["json", "query", "smithy-rpc-v2-cbor"])
def cloudwatch(request, endpoint):
    return connect_over(request.param, "cloudwatch", endpoint)


def minutes_ago(count):
    """A whole minute in the past, well away from the edges of any window."""
    now = datetime.datetime.now(UTC).replace(second=0, microsecond=0)
    return now - datetime.timedelta(minutes=count)


def put(client, namespace, start):
    """The same data for everyone: three minutes with single values, values with counts, and a statistic set."""
    dimensions = [{"Name": "Route", "Value": "/items"}]
    client.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": start, "Value": value, "Unit": "Milliseconds"}
            for value in (10.0, 20.0, 60.0)
        ]
        + [
            {
                "MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds",
                "Timestamp": start + datetime.timedelta(minutes=1), "Values": [5.0, 7.0], "Counts": [3.0, 1.0],
            },
            {
                "MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds",
                "Timestamp": start + datetime.timedelta(minutes=3),
                "StatisticValues": {"SampleCount": 4, "Sum": 40, "Minimum": 1, "Maximum": 30},
            },
            {"MetricName": "Latency", "Dimensions": [], "Timestamp": start, "Value": 999.0},
        ],
    )  # fmt: skip


STATISTICS = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"]


def statistics(client, namespace, start, **more):
    arguments = {
        "Namespace": namespace, "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/items"}],
        "StartTime": start, "EndTime": start + datetime.timedelta(minutes=5), "Period": 60,
        **({} if "ExtendedStatistics" in more else {"Statistics": STATISTICS}), **more,
    }  # fmt: skip
    points = client.get_metric_statistics(**arguments)["Datapoints"]
    return sorted(points, key=lambda point: point["Timestamp"])


def test_statistics_of_each_minute(cloudwatch, unique):
    start = minutes_ago(10)
    put(cloudwatch, unique, start)
    points = statistics(cloudwatch, unique, start)
    assert [(p["Timestamp"] - start).seconds // 60 for p in points] == [0, 1, 3]
    assert points[0] == {
        "Timestamp": start, "Sum": 90, "Average": 30, "Minimum": 10, "Maximum": 60, "SampleCount": 3,
        "Unit": "Milliseconds",
    }  # fmt: skip
    assert (points[1]["Sum"], points[1]["SampleCount"]) == (22, 4)
    assert (points[2]["Average"], points[2]["Maximum"]) == (10, 30)
    (whole,) = statistics(cloudwatch, unique, start, Period=300)
    assert (whole["Sum"], whole["SampleCount"]) == (152, 11)
    assert statistics(cloudwatch, unique, start, Unit="Seconds") == []


def test_percentiles_need_single_values(cloudwatch, unique):
    start = minutes_ago(10)
    put(cloudwatch, unique, start)
    points = statistics(cloudwatch, unique, start, ExtendedStatistics=["p50", "p99", "tm50"])
    assert [point["ExtendedStatistics"]["p50"] for point in points] == [20, 5]
    assert points[0]["ExtendedStatistics"]["p99"] == 60


def test_single_values_give_the_statistics_that_moto_gives(cloudwatch, moto, unique):
    start = minutes_ago(10)

    def run(client):
        client.put_metric_data(
            Namespace=unique,
            MetricData=[
                {
                    "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/items"}], "Value": float(value),
                    "Timestamp": start + datetime.timedelta(seconds=17 * value), "Unit": "Count",
                }
                for value in range(12)
            ],
        )  # fmt: skip
        return statistics(client, unique, start)

    ours, theirs = run(cloudwatch), moto(run, "cloudwatch")
    assert len(ours) == 4
    assert ours == theirs


def test_metric_data_of_several_queries(cloudwatch, unique):
    start = minutes_ago(10)
    put(cloudwatch, unique, start)

    def query(identity, statistic, **more):
        metric = {
            "Namespace": unique, "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/items"}],
        }  # fmt: skip
        return {"Id": identity, "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}, **more}

    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[query("sums", "Sum"), query("p", "p50", Label="half"), query("no", "Sum", ReturnData=False)],
        StartTime=start, EndTime=start + datetime.timedelta(minutes=5),
    )  # fmt: skip
    sums, half = answer["MetricDataResults"]
    assert (sums["Id"], sums["Label"], sums["StatusCode"]) == ("sums", "Latency", "Complete")
    assert sums["Values"] == [40, 22, 90]
    assert sums["Timestamps"][-1] == start
    assert (half["Label"], half["Values"]) == ("half", [5, 20])
    ascending = cloudwatch.get_metric_data(
        MetricDataQueries=[query("sums", "Sum")], StartTime=start, EndTime=start + datetime.timedelta(minutes=5),
        ScanBy="TimestampAscending",
    )  # fmt: skip
    assert ascending["MetricDataResults"][0]["Values"] == [90, 22, 40]


def test_arithmetic_on_metrics(cloudwatch, unique):
    start = minutes_ago(10)
    for minute, (errors, calls) in enumerate([(1, 10), (0, 5), (3, 4)]):
        cloudwatch.put_metric_data(
            Namespace=unique,
            MetricData=[
                {"MetricName": name, "Value": value, "Timestamp": start + datetime.timedelta(minutes=minute)}
                for name, value in [("Errors", errors), ("Calls", calls)]
            ],
        )

    def metric(identity, name):
        source = {"Metric": {"Namespace": unique, "MetricName": name}, "Period": 60, "Stat": "Sum"}
        return {"Id": identity, "MetricStat": source, "ReturnData": False}

    def ask(expression):
        return cloudwatch.get_metric_data(
            MetricDataQueries=[
                metric("errors", "Errors"), metric("calls", "Calls"), {"Id": "rate", "Expression": expression},
            ],
            StartTime=start, EndTime=start + datetime.timedelta(minutes=5), ScanBy="TimestampAscending",
        )["MetricDataResults"]  # fmt: skip

    (rate,) = ask("100 * errors / calls")
    assert (rate["Id"], rate["Values"]) == ("rate", [10, 0, 75])
    for wrong in ["errors +", "errors / nothing", "rate + 1"]:
        with pytest.raises(ClientError) as caught:
            ask(wrong)
        assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_functions_over_series_and_arrays(cloudwatch, unique):
    start = minutes_ago(10)
    for minute, value in enumerate([4.0, None, 8.0]):
        if value is not None:
            cloudwatch.put_metric_data(
                Namespace=unique,
                MetricData=[
                    {"MetricName": name, "Value": value * factor, "Timestamp": start + datetime.timedelta(minutes=minute)}
                    for name, factor in [("one", 1), ("two", 2)]
                ],
            )

    def metric(identity, name):
        source = {"Metric": {"Namespace": unique, "MetricName": name}, "Period": 60, "Stat": "Sum"}
        return {"Id": identity, "MetricStat": source, "ReturnData": False}

    def ask(expression, **more):
        return cloudwatch.get_metric_data(
            MetricDataQueries=[metric("m1", "one"), metric("m2", "two"), {"Id": "e", "Expression": expression, **more}],
            StartTime=start, EndTime=start + datetime.timedelta(minutes=3), ScanBy="TimestampAscending",
        )["MetricDataResults"]  # fmt: skip

    def values(expression):
        (result,) = ask(expression)
        return result["Values"]

    assert values("FILL(m1, 0)") == [4, 0, 8]
    assert values("SUM(METRICS())") == [12, 24]
    assert values("IF(m1 > 5, m2, -1)") == [-1, 16]
    assert values("RATE(m1)") == [4 / 120]
    assert values("m1 / PERIOD(m1)") == [4 / 60, 8 / 60]
    assert [(r["Id"], r["Label"], r["Values"]) for r in ask("METRICS() * 10", Label="tenfold")] == [
        ("e", "tenfold one", [40, 80]), ("e", "tenfold two", [80, 160]),
    ]  # fmt: skip
    for scalar in ["SUM(m1)", "5", "SEARCH('{A} b', 'Sum', 60)"]:
        with pytest.raises(ClientError) as caught:
            ask(scalar)
        assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_metric_data_comes_in_pages(cloudwatch, unique):
    start = minutes_ago(20)
    for minute in range(5):
        cloudwatch.put_metric_data(
            Namespace=unique,
            MetricData=[
                {"MetricName": name, "Value": minute, "Timestamp": start + datetime.timedelta(minutes=minute)}
                for name in "ab"
            ],
        )
    queries = [
        {"Id": name, "MetricStat": {"Metric": {"Namespace": unique, "MetricName": name}, "Period": 60, "Stat": "Sum"}}
        for name in "ab"
    ]
    pages = [
        [(result["Id"], result["StatusCode"], result["Values"]) for result in page["MetricDataResults"]]
        for page in cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=start + datetime.timedelta(minutes=9), MaxDatapoints=4,
            ScanBy="TimestampAscending",
        )
    ]  # fmt: skip
    assert pages == [
        [("a", "PartialData", [0, 1, 2, 3])],
        [("a", "Complete", [4]), ("b", "PartialData", [0, 1, 2])],
        [("b", "Complete", [3, 4])],
    ]


def test_labels_tell_what_differs(cloudwatch, unique):
    """As recorded on AWS: the statistic when these differ, the period when those do."""
    start = minutes_ago(10)
    put(cloudwatch, unique, start)

    def labels(*wanted):
        metric = {"Namespace": unique, "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/items"}]}
        queries = [
            {"Id": f"q{n}", "MetricStat": {"Metric": metric, "Stat": statistic, "Period": period}}
            for n, (statistic, period) in enumerate(wanted)
        ]
        answer = cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=start, EndTime=start + datetime.timedelta(minutes=5)
        )
        return [result["Label"] for result in answer["MetricDataResults"]]

    assert labels(("Sum", 60), ("Minimum", 60)) == ["Latency Sum", "Latency Minimum"]
    assert labels(("Sum", 60), ("Sum", 300)) == ["Latency 60", "Latency 300"]
    assert labels(("Sum", 60), ("Minimum", 300)) == ["Latency Sum 60", "Latency Minimum 300"]
    assert labels(("Sum", 60)) == ["Latency"]


def test_of_several_units_one_is_read_and_the_others_are_told(cloudwatch, unique):
    start = minutes_ago(10)
    for unit, value in [("Seconds", 3.0), ("Milliseconds", 2000.0)]:
        data = {"MetricName": "Latency", "Timestamp": start, "Value": value, "Unit": unit}
        cloudwatch.put_metric_data(Namespace=unique, MetricData=[data])
    source = {"Metric": {"Namespace": unique, "MetricName": "Latency"}, "Period": 60, "Stat": "Sum"}
    (result,) = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": source}], StartTime=start,
        EndTime=start + datetime.timedelta(minutes=5),
    )["MetricDataResults"]  # fmt: skip
    assert result["Values"] == [2000]
    assert result["Messages"] == [
        {"Code": "MultipleUnits", "Value": "Multiple units returned: '[Milliseconds, Seconds]'"}
    ]


def test_metrics_without_data_in_the_last_hours_are_not_active(cloudwatch, unique):
    put(cloudwatch, unique, minutes_ago(60 * 5))
    assert len(cloudwatch.list_metrics(Namespace=unique)["Metrics"]) == 2
    assert cloudwatch.list_metrics(Namespace=unique, RecentlyActive="PT3H")["Metrics"] == []
    put(cloudwatch, unique, minutes_ago(60))
    assert len(cloudwatch.list_metrics(Namespace=unique, RecentlyActive="PT3H")["Metrics"]) == 2


def test_metrics_are_listed_by_their_dimensions(cloudwatch, unique):
    put(cloudwatch, unique, minutes_ago(5))
    everything = cloudwatch.list_metrics(Namespace=unique)["Metrics"]
    assert [metric["Dimensions"] for metric in everything] == [[], [{"Name": "Route", "Value": "/items"}]]
    for dimension in [{"Name": "Route"}, {"Name": "Route", "Value": "/items"}]:
        assert len(cloudwatch.list_metrics(Namespace=unique, Dimensions=[dimension])["Metrics"]) == 1
    none = cloudwatch.list_metrics(Namespace=unique, Dimensions=[{"Name": "Route", "Value": "/"}])
    assert none["Metrics"] == []


@pytest.fixture
def alarm(cloudwatch, unique):
    arguments = {
        "AlarmName": unique, "AlarmDescription": "too many errors", "Namespace": "AWS/Lambda", "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": unique}], "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 2, "DatapointsToAlarm": 1, "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "ignore",
        "AlarmActions": [f"arn:aws:sns:us-west-2:123456789012:{unique}"],
    }  # fmt: skip
    cloudwatch.put_metric_alarm(**arguments)
    yield arguments
    cloudwatch.delete_alarms(AlarmNames=[unique])


def describe(client, name):
    (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm


def test_an_alarm_is_described_as_it_was_put(cloudwatch, alarm):
    described = describe(cloudwatch, alarm["AlarmName"])
    assert {key: described[key] for key in alarm} == alarm
    assert described["StateValue"] == "INSUFFICIENT_DATA"
    assert described["StateReason"] == "Unchecked: Initial alarm creation"
    assert described["ActionsEnabled"] is True
    assert described["AlarmArn"].endswith(f":alarm:{alarm['AlarmName']}")
    found = cloudwatch.describe_alarms_for_metric(
        Namespace=alarm["Namespace"], MetricName=alarm["MetricName"], Dimensions=alarm["Dimensions"]
    )
    assert [a["AlarmName"] for a in found["MetricAlarms"]] == [alarm["AlarmName"]]


def test_a_described_alarm_has_the_members_that_moto_describes(cloudwatch, moto, alarm):
    def run(client):
        client.put_metric_alarm(**alarm)
        return describe(client, alarm["AlarmName"])

    theirs = moto(run, "cloudwatch")
    ours = describe(cloudwatch, alarm["AlarmName"])
    for key in alarm:
        assert ours[key] == theirs[key], key


def test_a_forced_state_is_in_the_history(cloudwatch, alarm):
    name = alarm["AlarmName"]
    cloudwatch.set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a drill", StateReasonData=json.dumps({"why": "drill"})
    )
    described = describe(cloudwatch, name)
    assert (described["StateValue"], described["StateReason"]) == ("ALARM", "a drill")
    assert json.loads(described["StateReasonData"]) == {"why": "drill"}

    history = cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [item["HistoryItemType"] for item in history] == ["ConfigurationUpdate", "StateUpdate", "Action"]
    assert history[0]["HistorySummary"] == f'Alarm "{name}" created'
    assert history[1]["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert alarm["AlarmActions"][0] in history[2]["HistorySummary"]
    data = json.loads(history[1]["HistoryData"])
    assert data["version"] == "1.0"
    assert data["oldState"]["stateValue"] == "INSUFFICIENT_DATA"
    assert data["newState"] == {
        "stateValue": "ALARM", "stateReason": "a drill", "stateReasonData": {"why": "drill"},
    }  # fmt: skip
    newest_first = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
    assert newest_first[-1]["HistoryItemType"] == "ConfigurationUpdate"
    updates = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert len(updates) == 1


def test_actions_are_switched_off_and_on(cloudwatch, alarm):
    name = alarm["AlarmName"]
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert describe(cloudwatch, name)["ActionsEnabled"] is False
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="silent")
    actions = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
    assert actions == []
    cloudwatch.enable_alarm_actions(AlarmNames=[name])
    assert describe(cloudwatch, name)["ActionsEnabled"] is True


def test_putting_an_alarm_again_changes_it_and_keeps_its_state(cloudwatch, alarm):
    name = alarm["AlarmName"]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="fine")
    cloudwatch.put_metric_alarm(**{**alarm, "Threshold": 7.0})
    described = describe(cloudwatch, name)
    assert (described["StateValue"], described["Threshold"]) == ("OK", 7.0)


def test_alarms_are_listed_in_pages(cloudwatch, alarm):
    names = [f"{alarm['AlarmName']}-{number}" for number in range(5)]
    for name in names:
        cloudwatch.put_metric_alarm(**{**alarm, "AlarmName": name})
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=alarm["AlarmName"] + "-", PaginationConfig={"PageSize": 2}
    )
    found = [entry["AlarmName"] for page in pages for entry in page["MetricAlarms"]]
    assert found == names
    cloudwatch.delete_alarms(AlarmNames=names)


def test_tags_of_an_alarm(cloudwatch, alarm):
    arn = describe(cloudwatch, alarm["AlarmName"])["AlarmArn"]
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "fire"}])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "fire"}]


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"Period": 90}, "InvalidParameterValue"),
        ({"EvaluationPeriods": 1000}, "InvalidParameterCombination"),
        ({"DatapointsToAlarm": 3}, "ValidationError"),
        ({"TreatMissingData": "sometimes"}, "ValidationError"),
        ({"ExtendedStatistic": "p99"}, "InvalidParameterCombination"),
    ],
)
def test_alarms_that_cannot_be_are_refused(cloudwatch, alarm, changes, code):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_alarm(**{**alarm, **changes})
    assert caught.value.response["Error"]["Code"] == code


def test_errors_have_the_codes_of_the_query_protocol(cloudwatch, unique):
    with pytest.raises(ClientError) as caught:
        cloudwatch.set_alarm_state(AlarmName=unique, StateValue="OK", StateReason="none")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFound"
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 1}])
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"
    start = minutes_ago(60 * 48)
    with pytest.raises(ClientError) as caught:
        statistics(cloudwatch, unique, start, EndTime=minutes_ago(0))
    assert caught.value.response["Error"]["Code"] == "InvalidParameterCombination"


@pytest.mark.parametrize(
    "datum, code, message",
    [
        (
            {"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination",
            "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have "
            "specified both.",
        ),
        (
            {"Value": float("nan")}, "InvalidParameterValue",
            "The value NaN for parameter MetricData.member.1.Value is invalid.",
        ),
        (
            {"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue",
            "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.",
        ),
        ({}, "MissingParameter", "One of the parameters MetricData.member.1.Value, MetricData.member.1.Values"),
    ],
)  # fmt: skip
def test_metric_data_that_cannot_be_is_refused(cloudwatch, unique, datum, code, message):
    with pytest.raises(ClientError) as caught:
        cloudwatch.put_metric_data(Namespace=unique, MetricData=[{"MetricName": "x", **datum}])
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["Error"]["Message"].startswith(message)
