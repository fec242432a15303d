#!/usr/bin/env python3
"""How long the emulator takes to evaluate its alarms once, over the wire.

Starts an emulator of its own, fills it with the metrics of a busy hour and with alarms of all kinds, then lets its clock
go on minute by minute. Each minute holds one flush of metrics and one evaluation of all alarms; the time that a minute
takes without any alarm is measured first and taken off.

    swift build -c release --product firedrill
    Benchmarks/alarm-pass.py

Needs: boto3. Exits 1 when the median of the passes is 50 ms or more.
"""

import argparse
import datetime
import json
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
MOST_MILLISECONDS = 50


def advance(endpoint, seconds):
    """Lets the emulator's clock go on; answers how long that took, in milliseconds."""
    request = urllib.request.Request(
        endpoint + "/_firedrill/clock/advance", data=json.dumps({"seconds": seconds}).encode(), method="POST"
    )
    start = time.perf_counter()
    urllib.request.urlopen(request, timeout=120).read()
    return (time.perf_counter() - start) * 1000


def now(endpoint):
    state = json.load(urllib.request.urlopen(endpoint + "/_firedrill/clock", timeout=10))
    return datetime.datetime.fromtimestamp(state["now"], datetime.timezone.utc)


def fill(cloudwatch, endpoint, metrics, minutes):
    """Several hundred different values a minute for each metric, up to ten minutes ahead."""
    first = now(endpoint) - datetime.timedelta(minutes=minutes)
    for minute in range(minutes + 10):
        moment = first + datetime.timedelta(minutes=minute)
        data = [
            {
                "MetricName": f"latency-{metric}", "Timestamp": moment, "Unit": "Milliseconds",
                "Values": [((n + 150 * part) * 7919 % 100_003) * 0.37 for n in range(150)],
            }
            for metric in range(metrics)
            for part in range(3)
        ]  # fmt: skip
        for start in range(0, len(data), 150):
            cloudwatch.put_metric_data(Namespace="Busy", MetricData=data[start : start + 150])


def put_alarms(cloudwatch, count, metrics):
    """A fifth each: a percentile, an expression, a minute's average, sums of one and of five minutes."""
    for number in range(count):
        name = f"latency-{number % metrics}"
        common = {
            "AlarmName": f"busy-{number}", "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 1e12,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
        }  # fmt: skip
        single = {"Namespace": "Busy", "MetricName": name}
        metric = {"Metric": single, "Stat": "Sum", "Period": 300}
        kind = [
            {**single, "ExtendedStatistic": "p99", "Period": 300},
            {
                "Metrics": [
                    {"Id": "m1", "MetricStat": metric, "ReturnData": False},
                    {"Id": "e1", "Expression": "IF(m1 > 0, 100 * m1 / (m1 + 1), 0)"},
                ]
            },
            {**single, "Statistic": "Average", "Period": 60},
            {**single, "Statistic": "Sum", "Period": 60},
            {**single, "Statistic": "Sum", "Period": 300},
        ][number % 5]
        cloudwatch.put_metric_alarm(**common, **kind)


def measure(endpoint, arguments):
    cloudwatch = boto3.client(
        "cloudwatch", endpoint_url=endpoint, region_name="us-west-2", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}),
    )  # fmt: skip
    fill(cloudwatch, endpoint, arguments.metrics, 60)
    without = statistics.median(advance(endpoint, 60) for _ in range(arguments.passes))
    put_alarms(cloudwatch, arguments.alarms, arguments.metrics)
    first = advance(endpoint, 60)
    fill(cloudwatch, endpoint, arguments.metrics, arguments.passes)
    passes = [max(0.0, advance(endpoint, 60) - without) for _ in range(arguments.passes)]
    print(f"{arguments.alarms} alarms over {arguments.metrics} metrics of a busy hour")
    print(f"  a minute without alarms     {without:8.2f} ms")
    print(f"  the first pass, all change  {first - without:8.2f} ms")
    print(f"  a pass, median              {statistics.median(passes):8.2f} ms")
    print(f"  passes                      {', '.join(f'{value:.2f}' for value in passes)} ms")
    return statistics.median(passes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=REPOSITORY / ".build/release", help="folder of the built command")
    parser.add_argument("--alarms", type=int, default=1000)
    parser.add_argument("--metrics", type=int, default=50)
    parser.add_argument("--passes", type=int, default=9)
    arguments = parser.parse_args()
    command = [f"{arguments.build}/firedrill", "emulate", "--empty", "--port", "0", "--json", "--clock", "skip"]
    emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        endpoint = json.loads(emulator.stdout.readline())["endpointURL"]
        median = measure(endpoint, arguments)
    finally:
        emulator.terminate()
        emulator.wait(timeout=20)
    sys.exit(0 if median < MOST_MILLISECONDS else 1)


if __name__ == "__main__":
    main()
