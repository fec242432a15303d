#!/usr/bin/env python3
"""drill-kills.py BUILD-FOLDER COUNT [SEED]: kills a drill of a stack that lives on, at random moments, again and again.

The drill throttles a function and writes items. After each kill `firedrill undo` and `firedrill clean` are run, and then
- the function has the reserved concurrency that it had before;
- no item of the run is in the table, and the items of others are all there;
- no temporary alarm, queue or subscription is left;
- no journal is left.
Needs boto3. Exits 0 when all of that held after every kill, and at least one kill met a changed function.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from botocore.config import Config

SCENARIO = """
version: 1
name: killed
target: {{ stack: {{ name: firedrill, region: us-west-2, endpointURL: "{endpoint}" }} }}
flows:
  write:
    - post: {{ url: /items, name: create, json: {{ id: "{{{{ uuid }}}}", name: x, price: 1 }} }}
scenarios:
  steady: {{ flow: write, executor: constant-arrival-rate, rate: 30/s, duration: 1s }}
alarms:
  - name: "api-5xx-errors-*"
    fault: {{ throttle: {{ put: {{ url: "/items/{{{{ uuid }}}}", json: {{ price: 1 }} }} }} }}
  - name: "api-lambda-errors-*"
    fault: {{ invoke: {{ function: api-handler-dev }} }}
"""


class Stack:
    """The built-in stack, emulated for the whole test: it outlives the drills as a deployed one would."""

    def __init__(self, folder, scratch):
        announcement = scratch / "announcement"
        with open(announcement, "w") as output:
            self.process = subprocess.Popen(
                [folder / "firedrill", "emulate", "--port", "0", "--json", "--with-faults"], stdout=output,
                start_new_session=True)
        deadline = time.monotonic() + 60
        while not announcement.read_text().endswith("\n"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the emulator did not start")
            time.sleep(0.01)
        self.endpoint = json.loads(announcement.read_text())["endpointURL"]
        options = dict(
            endpoint_url=self.endpoint, region_name="us-west-2", aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(retries={"max_attempts": 1}))
        self.functions = boto3.client("lambda", **options)
        self.tables = boto3.client("dynamodb", **options)
        self.alarms = boto3.client("cloudwatch", **options)
        self.queues = boto3.client("sqs", **options)
        self.topics = boto3.client("sns", **options)
        resources = boto3.client("cloudformation", **options).describe_stack_resources(StackName="firedrill")
        self.table = next(
            r["PhysicalResourceId"] for r in resources["StackResources"] if r["ResourceType"] == "AWS::DynamoDB::Table")

    def concurrency(self):
        answer = self.functions.get_function_concurrency(FunctionName="api-handler-dev")
        return answer.get("ReservedConcurrentExecutions")

    def state(self):
        items = self.tables.scan(TableName=self.table)["Items"]
        return {
            "concurrency": self.concurrency(),
            "items": sorted(item["id"]["S"] for item in items),
            "alarms": sorted(a["AlarmName"] for a in self.alarms.describe_alarms()["MetricAlarms"]),
            "queues": sorted(self.queues.list_queues().get("QueueUrls", [])),
            "subscriptions": sorted(s["SubscriptionArn"] for s in self.topics.list_subscriptions()["Subscriptions"]),
        }


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        stack = Stack(folder, scratch)
        try:
            return run(folder, count, generator, scratch, stack)
        finally:
            os.killpg(stack.process.pid, signal.SIGKILL)
            stack.process.wait()


def run(folder, count, generator, scratch, stack):
    # What others wrote and set must stay as it is: an item beside the run's, and a reservation of the function's own.
    stack.tables.put_item(TableName=stack.table, Item={"id": {"S": "somebody-else"}, "name": {"S": "keep"}})
    stack.functions.put_function_concurrency(FunctionName="api-handler-dev", ReservedConcurrentExecutions=50)
    scenario = scratch / "scenario.yaml"
    scenario.write_text(SCENARIO.format(endpoint=stack.endpoint))
    before = stack.state()
    reports = scratch / "reports"
    environment = dict(os.environ, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    changed = 0
    command = [folder / "firedrill", "run", scenario, "--reports", reports, "--allow-misconfigure", "--prove-delivery"]
    for attempt in range(count):
        drill = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True)
        # Every other kill aims at the moments in which the function is changed, the rest at any moment.
        if attempt % 2 == 0:
            wait_for_change(drill, reports)
            time.sleep(generator.uniform(0, 0.004))
        else:
            time.sleep(generator.uniform(0.2, 4))
        if drill.poll() is None:
            os.killpg(drill.pid, signal.SIGKILL)
        drill.wait()
        changed += stack.concurrency() != before["concurrency"]
        tool = [folder / "firedrill"]
        undo = subprocess.run(tool + ["undo", "--reports", reports], env=environment, capture_output=True, text=True)
        if undo.returncode:
            return fail(attempt, "undo failed", undo)
        if stack.concurrency() != before["concurrency"]:
            return fail(attempt, "undo left the function changed", undo)
        for journal in sorted((reports / ".journals").glob("*.jsonl")):
            clean = subprocess.run(
                tool + ["clean", journal, "--reports", reports], env=environment, capture_output=True, text=True)
            if clean.returncode:
                return fail(attempt, "clean failed", clean)
        if stack.state() != before:
            return fail(attempt, f"the stack is {stack.state()}, it was {before}", undo)
        left = list((reports / ".journals").glob("*"))
        if left:
            return fail(attempt, f"journals are left: {left}", undo)
    print(f"{count} kills, {changed} of them with a changed function: nothing is left behind")
    # A few kills may all miss the moment; many may not.
    return 0 if changed or count < 10 else 1


def wait_for_change(drill, reports):
    """Until the journal has noted a change of the function, or the drill has ended."""
    while drill.poll() is None:
        for journal in (reports / ".journals").glob("*.jsonl"):
            try:
                if "reservedConcurrency" in journal.read_text():
                    return
            except FileNotFoundError:
                pass
        time.sleep(0.0005)


def fail(attempt, reason, outcome):
    print(f"kill {attempt}: {reason}\n{outcome.stdout}{outcome.stderr}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
