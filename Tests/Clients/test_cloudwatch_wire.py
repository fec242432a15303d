"""CloudWatch's wire protocols below what boto3 shows: compressed bodies, malformed requests, older clients' forms."""

import datetime
import gzip
import urllib.error
import urllib.parse
import urllib.request

import pytest
from botocore.parsers import QueryParser, RpcV2CBORParser
from wire import connect_over

UTC = datetime.timezone.utc
PROTOCOLS = ["json", "query", "smithy-rpc-v2-cbor"]
CBOR = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
OPERATION = "/service/GraniteServiceVersion20100801/operation/"


def send(endpoint, body, headers, path="/"):
    request = urllib.request.Request(endpoint + path, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_large_metric_data_comes_compressed(endpoint, unique, protocol):
    client = connect_over(protocol, "cloudwatch", endpoint)
    encodings = []
    client.meta.events.register(
        "before-send.cloudwatch.PutMetricData",
        lambda request, **_: encodings.append(request.headers.get("Content-Encoding")),
    )
    now = datetime.datetime.now(UTC).replace(second=0, microsecond=0) - datetime.timedelta(minutes=2)
    client.put_metric_data(
        Namespace=unique,
        MetricData=[
            {"MetricName": "Long", "Timestamp": now, "Value": 0.5, "Dimensions": [{"Name": "n", "Value": f"value {i}"}]}
            for i in range(1000)
        ],
    )
    assert [encoding in ("gzip", b"gzip") for encoding in encodings] == [True]
    pages = client.get_paginator("list_metrics").paginate(Namespace=unique)
    assert [len(page["Metrics"]) for page in pages] == [500, 500]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numbers_keep_their_value(endpoint, unique, protocol):
    client = connect_over(protocol, "cloudwatch", endpoint)
    start = datetime.datetime.now(UTC).replace(second=0, microsecond=0) - datetime.timedelta(minutes=20)
    values = [0.1, -2.5e-7, 1e300, 123456789012345680.0, 0.0, -1.0]
    for minute, value in enumerate(values):
        client.put_metric_data(
            Namespace=unique,
            MetricData=[{"MetricName": "x", "Timestamp": start + datetime.timedelta(minutes=minute), "Value": value}]
            if abs(value) < 1e108
            else [
                {
                    "MetricName": "x", "Timestamp": start + datetime.timedelta(minutes=minute), "Values": [2.0**359],
                    "Counts": [1.0],
                }
            ],
        )  # fmt: skip
    points = client.get_metric_statistics(
        Namespace=unique, MetricName="x", StartTime=start, EndTime=start + datetime.timedelta(minutes=10), Period=60,
        Statistics=["Sum"],
    )["Datapoints"]  # fmt: skip
    values[2] = 2.0**359
    assert [point["Sum"] for point in points] == values
    assert [point["Timestamp"] for point in points] == [start + datetime.timedelta(minutes=m) for m in range(6)]


@pytest.mark.parametrize(
    "body, code",
    [
        (b"Action=Nonsense&Version=2010-08-01", "InvalidAction"),
        (b"Action=ListMetrics&Version=1999-01-01", "InvalidAction"),
        (b"Action=PutMetricAlarm&Version=2010-08-01&AlarmName=a&Period=soon", "MalformedInput"),
        (b"Action=PutMetricAlarm&Version=2010-08-01&AlarmName=a&ActionsEnabled=perhaps", "MalformedInput"),
        (b"Action=GetMetricStatistics&Version=2010-08-01", "MissingParameter"),
        (b"Action=ListMetrics&Version=2010-08-01&NextToken=x", "InvalidNextToken"),
    ],
)
def test_errors_of_forms_are_xml_that_botocore_reads(endpoint, body, code):
    status, headers, answer = send(endpoint, body, {"Content-Type": "application/x-www-form-urlencoded"})
    parsed = QueryParser().parse({"status_code": status, "headers": headers, "body": answer}, None)
    assert status == 400
    assert parsed["Error"]["Code"] == code
    assert parsed["Error"]["Type"] == "Sender"
    assert parsed["ResponseMetadata"]["RequestId"]


def test_a_form_without_elements_in_its_lists_is_understood(endpoint, unique):
    form = {
        "Action": "PutMetricAlarm", "Version": "2010-08-01", "AlarmName": unique, "Namespace": "App",
        "MetricName": "x", "Period": "60", "EvaluationPeriods": "1", "Threshold": "1.5", "Statistic": "Sum",
        "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": "", "Dimensions": "", "ActionsEnabled": "false",
    }  # fmt: skip
    body = gzip.compress(urllib.parse.urlencode(form).encode())
    status, _, _ = send(endpoint, body, {"Content-Encoding": "gzip"})
    assert status == 200
    client = connect_over("query", "cloudwatch", endpoint)
    (alarm,) = client.describe_alarms(AlarmNames=[unique])["MetricAlarms"]
    assert (alarm["Threshold"], alarm["ActionsEnabled"], alarm["Dimensions"]) == (1.5, False, [])
    client.delete_alarms(AlarmNames=[unique])


@pytest.mark.parametrize(
    "body", [b"\xff", b"\x80", b"\xa1\x01\x02", b"\xbf", b"\xa1aa\xc2\x41\x01", b"\xa0\x00", b"\x9b" + b"\xff" * 8]
)
def test_bytes_that_are_no_cbor_map_are_refused_in_cbor(endpoint, body):
    status, headers, answer = send(endpoint, body, CBOR, OPERATION + "ListMetrics")
    parsed = RpcV2CBORParser().parse({"status_code": status, "headers": headers, "body": answer}, None)
    assert status == 400
    assert parsed["Error"]["Code"] == "SerializationException"
    assert headers["smithy-protocol"] == "rpc-v2-cbor"


@pytest.mark.parametrize(
    "path", ["/service/Nothing/operation/ListMetrics", "/service/", OPERATION + "Nonsense", OPERATION + "ListMetrics/x"]
)
def test_unknown_cbor_operations_are_told(endpoint, path):
    status, headers, answer = send(endpoint, b"\xa0", CBOR, path)
    parsed = RpcV2CBORParser().parse({"status_code": status, "headers": headers, "body": answer}, None)
    assert status in (400, 404)
    assert parsed["Error"]["Code"] in ("UnknownOperationException", "InvalidAction")


def test_indefinite_lengths_and_small_numbers_are_read(endpoint, unique):
    # {_ "Namespace": (_ text), "MetricData": [_ {_ "MetricName": "x", "Value": half-precision 1.5, "Timestamp": 1(...)}]}
    name = unique.encode()
    half = len(name) // 2
    moment = int(datetime.datetime.now(UTC).timestamp()) - 120

    def text(value):
        return bytes([0x60 | len(value)]) + value

    body = (
        b"\xbf" + text(b"Namespace") + b"\x7f" + text(name[:half]) + text(name[half:]) + b"\xff"
        + text(b"MetricData") + b"\x9f\xbf" + text(b"MetricName") + text(b"x") + text(b"Value") + b"\xf9\x3e\x00"
        + text(b"Timestamp") + b"\xc1\x1a" + moment.to_bytes(4, "big") + b"\xff\xff\xff"
    )  # fmt: skip
    status, _, answer = send(endpoint, body, CBOR, OPERATION + "PutMetricData")
    assert status == 200, answer
    client = connect_over("smithy-rpc-v2-cbor", "cloudwatch", endpoint)
    (point,) = client.get_metric_statistics(
        Namespace=unique, MetricName="x", Period=60, Statistics=["Sum"],
        StartTime=moment - 120, EndTime=moment + 120,
    )["Datapoints"]  # fmt: skip
    assert point["Sum"] == 1.5


def test_a_body_that_would_fill_the_memory_is_refused_as_too_long(endpoint):
    bomb = gzip.compress(b'{"Namespace":"' + b"x" * (40 << 20) + b'"}')
    headers = {
        "Content-Encoding": "gzip",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData",
    }
    status, _, content = send(endpoint, bomb, headers)
    assert status == 413
    assert b"longer than 33554432 bytes once it is decompressed" in content
