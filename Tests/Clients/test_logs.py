"""CloudWatch Logs through boto3."""

import json
import time

import pytest
from botocore.exceptions import ClientError


def now():
    return int(time.time() * 1000)


@pytest.fixture
def group(logs, unique):
    name = f"/firedrill/{unique}"
    logs.create_log_group(logGroupName=name, tags={"team": "fire"})
    yield name
    logs.delete_log_group(logGroupName=name)


def put(logs, group, stream, messages, start=None):
    """Logs the messages a millisecond apart, in a stream that is made when there is none."""
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    start = start or now() - 1000
    events = [{"timestamp": start + index, "message": message} for index, message in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def messages(logs, group, **more):
    return [event["message"] for event in logs.filter_log_events(logGroupName=group, **more)["events"]]


def test_groups_and_streams_are_described(logs, group):
    put(logs, group, "one", ["a"])
    put(logs, group, "two", ["b"], start=now() - 5000)
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["retentionInDays"] == 7
    assert described["arn"].endswith(f":log-group:{group}:*")
    assert described["storedBytes"] > 0
    assert logs.list_tags_for_resource(resourceArn=described["logGroupArn"])["tags"] == {"team": "fire"}
    names = [stream["logStreamName"] for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]]
    assert names == ["one", "two"]
    newest = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    assert [stream["logStreamName"] for stream in newest["logStreams"]] == ["one"]
    assert "nextToken" in newest


def test_events_are_read_forwards_and_backwards(logs, group):
    put(logs, group, "s", [f"m{number}" for number in range(7)])
    seen, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        page = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True, limit=3, **more)
        seen += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert seen == [f"m{number}" for number in range(7)]
    end = logs.get_log_events(logGroupName=group, logStreamName="s", limit=2)
    assert [event["message"] for event in end["events"]] == ["m5", "m6"]


def test_filtered_events_come_in_order_of_time_from_all_streams(logs, group):
    start = now() - 1000
    put(logs, group, "a-1", ["first", "third"], start=start)
    put(logs, group, "b-1", ["second"], start=start)
    assert messages(logs, group) == ["first", "second", "third"]
    assert messages(logs, group, logStreamNamePrefix="b-") == ["second"]
    assert messages(logs, group, logStreamNames=["a-1"], startTime=start + 1) == ["third"]
    assert messages(logs, group, endTime=start) == ["first", "second"]
    events = logs.filter_log_events(logGroupName=group)["events"]
    assert len({event["eventId"] for event in events}) == 3
    assert [event["logStreamName"] for event in events] == ["a-1", "b-1", "a-1"]


def test_filtering_pages_through_everything_once(logs, group):
    put(logs, group, "s", [f"line {number}" for number in range(25)])
    pages = list(
        logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern="line", PaginationConfig={"PageSize": 10}
        )
    )
    assert [event["message"] for page in pages for event in page["events"]] == [f"line {n}" for n in range(25)]
    assert len(pages) == 3


RECORDS = [
    {"level": "ERROR", "status": 500, "route": {"path": "/items"}},
    {"level": "INFO", "status": 200, "route": {"path": "/items/a"}, "cached": True},
    {"level": "WARN", "status": 404, "route": {"path": "/none"}, "cached": False},
]


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("", [0, 1, 2]),
        ("ERROR", [0]),
        ("?ERROR ?WARN", [0, 2]),
        ("level -INFO", [0, 2]),
        ('"/items"', [0, 1]),
        ('{ $.level = "ERROR" }', [0]),
        ("{ $.status >= 400 && $.status < 500 }", [2]),
        ('{ $.route.path = "/items*" }', [0, 1]),
        ("{ $.cached IS TRUE || $.cached IS FALSE }", [1, 2]),
        ("{ $.cached NOT EXISTS }", [0]),
        ('{ ($.level != "INFO") && ($.status = 404) }', [2]),
    ],
)
def test_filter_patterns(logs, group, pattern, expected):
    put(logs, group, "s", [json.dumps(record) for record in RECORDS])
    found = [json.loads(message) for message in messages(logs, group, filterPattern=pattern)]
    assert found == [RECORDS[index] for index in expected]


def test_terms_find_what_moto_finds(logs, moto, group, unique):
    lines = ["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED", "[INFO] all is well"]

    def run(client):
        name = group + "-m"
        client.create_log_group(logGroupName=name)
        put(client, name, "s", lines)
        found = messages(client, name, filterPattern="ERROR")
        client.delete_log_group(logGroupName=name)
        return found

    ours = run(logs)
    assert ours == moto(run, "logs")
    assert len(ours) == 2


def test_events_that_are_too_old_or_too_new_are_named(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    hour = 3_600_000

    def rejected(*events):
        answer = logs.put_log_events(
            logGroupName=group, logStreamName="s",
            logEvents=[{"timestamp": timestamp, "message": message} for timestamp, message in events],
        )  # fmt: skip
        return answer.get("rejectedLogEventsInfo")

    assert rejected((now(), "fine"), (now() + 3 * hour, "new")) == {"tooNewLogEventStartIndex": 1}
    border = now() - 14 * 24 * hour
    assert rejected((border - hour, "old"), (border + hour, "young")) == {"tooOldLogEventEndIndex": 1}
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    assert rejected((now() - 25 * hour, "gone"), (now() - 2 * hour, "kept")) == {"expiredLogEventEndIndex": 1}
    assert messages(logs, group) == ["kept", "fine"]
    with pytest.raises(ClientError) as caught:
        rejected((now() - 25 * hour, "a"), (now(), "b"))
    assert "cannot span more than 24 hours" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "call, arguments, code",
    [
        ("create_log_group", {}, "ResourceAlreadyExistsException"),
        ("put_retention_policy", {"retentionInDays": 2}, "InvalidParameterException"),
        ("get_log_events", {"logStreamName": "none"}, "ResourceNotFoundException"),
        ("filter_log_events", {"filterPattern": "{ $.a"}, "InvalidParameterException"),
        ("filter_log_events", {"nextToken": "nonsense"}, "InvalidParameterException"),
    ],
)
def test_mistakes_have_awss_codes(logs, group, call, arguments, code):
    with pytest.raises(ClientError) as caught:
        getattr(logs, call)(logGroupName=group, **arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_a_group_that_does_not_exist_is_not_found(logs):
    with pytest.raises(ClientError) as caught:
        logs.describe_log_streams(logGroupName="/no/such/group")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert caught.value.response["Error"]["Message"] == "The specified log group does not exist."


LINES = [
    '127.0.0.1 frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
    '127.0.0.1 frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    '127.0.0.1 frank [10/Oct/2000:13:50:35 -0700] "GET /apache_pb.gif HTTP/1.0" 200 4355',
]


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("[ip, identity, time, request, status_code = 2*, bytes]", [0, 2]),
        ("[..., status_code, bytes > 2000]", [1, 2]),
        ("[..., status_code = 500 || status_code = 400, bytes]", [1]),
        ("%HTTP/1.[0-9]. 500%", [1]),
        ('"GET /apache" -"5324"', [0, 2]),
    ],
)
def test_patterns_on_lines_of_fields(logs, pattern, expected):
    matches = logs.test_metric_filter(filterPattern=pattern, logEventMessages=LINES)["matches"]
    assert [match["eventNumber"] - 1 for match in matches] == expected
    assert [match["eventMessage"] for match in matches] == [LINES[index] for index in expected]


def test_the_values_that_a_pattern_finds_are_told(logs):
    (match,) = logs.test_metric_filter(
        filterPattern="[ip, ..., status_code = 5*, bytes]", logEventMessages=LINES
    )["matches"]  # fmt: skip
    assert match["extractedValues"] == {"$ip": "127.0.0.1", "$status_code": "500", "$bytes": "5324"}
    (match,) = logs.test_metric_filter(
        filterPattern='{ $.who.name = "a*" }', logEventMessages=['{"who": {"name": "anna"}}', '{"who": {}}']
    )["matches"]
    assert match["extractedValues"] == {"$.who.name": "anna"}


def test_metric_filters_are_described_as_they_were_put(logs, group, unique):
    transformation = {
        "metricName": "Latency", "metricNamespace": unique, "metricValue": "$.latency", "unit": "Milliseconds",
        "dimensions": {"Route": "$.route"},
    }  # fmt: skip
    logs.put_metric_filter(
        logGroupName=group, filterName="slow", filterPattern="{ $.latency > 100 }", metricTransformations=[transformation]
    )
    for arguments in [
        {"logGroupName": group}, {"logGroupName": group, "filterNamePrefix": "s"},
        {"metricName": "Latency", "metricNamespace": unique},
    ]:  # fmt: skip
        (described,) = logs.describe_metric_filters(**arguments)["metricFilters"]
        assert (described["filterName"], described["logGroupName"]) == ("slow", group)
        assert described["filterPattern"] == "{ $.latency > 100 }"
        assert described["metricTransformations"] == [transformation]
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["metricFilterCount"] == 1
    logs.delete_metric_filter(logGroupName=group, filterName="slow")
    assert logs.describe_metric_filters(logGroupName=group)["metricFilters"] == []
    with pytest.raises(ClientError) as caught:
        logs.delete_metric_filter(logGroupName=group, filterName="slow")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_tags_of_a_group_change(logs, group):
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    arn = described["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"stage": "test"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "fire", "stage": "test"}
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}


def test_what_is_not_emulated_says_so(logs, group):
    with pytest.raises(ClientError) as caught:
        logs.put_subscription_filter(
            logGroupName=group, filterName="f", filterPattern="", destinationArn="arn:aws:lambda:us-west-2:1:function:f"
        )
    assert "not emulated" in caught.value.response["Error"]["Message"]
    assert logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"] == []


LONG = "at '{}' failed to satisfy constraint: Member must have length less than or equal to {}"


@pytest.mark.parametrize(
    "call, members, words",
    [
        ("create_log_group", {"logGroupName": "x" * 513}, LONG.format("logGroupName", 512)),
        ("create_log_group", {"logGroupName": "x!"}, "Member must satisfy regular expression pattern: "),
        ("create_log_stream", {"logGroupName": "x", "logStreamName": "x" * 513}, LONG.format("logStreamName", 512)),
        ("filter_log_events", {"logGroupName": "x!"}, "Value 'x!' at 'logGroupName' failed to satisfy constraint: "),
        ("delete_metric_filter", {"logGroupName": "x", "filterName": "x:x"}, "Value 'x:x' at 'filterName' failed"),
        ("delete_metric_filter", {"logGroupName": "x" * 513, "filterName": "x"}, LONG.format("logGroupName", 512)),
        ("describe_metric_filters", {"filterNamePrefix": "x" * 513}, LONG.format("filterNamePrefix", 512)),
        ("describe_metric_filters", {"metricName": "x" * 256}, LONG.format("metricName", 255)),
        ("describe_metric_filters", {"metricNamespace": "x" * 256}, LONG.format("metricNamespace", 255)),
    ],
)
def test_names_that_cannot_be_are_refused_before_they_are_looked_for(logs, call, members, words):
    with pytest.raises(logs.exceptions.InvalidParameterException) as raised:
        getattr(logs, call)(**members)
    assert words in raised.value.response["Error"]["Message"]


def test_a_group_is_named_once(logs, group):
    """CloudWatch Logs knows no ValidationException by its model, and tells one."""
    with pytest.raises(ClientError) as raised:
        logs.describe_log_streams(logGroupName=group, logGroupIdentifier=group)
    error = raised.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"] == "LogGroup name and LogGroup ARN are mutually exclusive parameters."
