#!/usr/bin/env python3
"""kills.py BUILD-FOLDER COUNT [SEED]: kills an emulator with a data directory in the middle of writes, again and again.

After each kill it is started anew on the same directory, and then
- every acknowledged write is there, and of a write in flight all or nothing, transactions and batches of one table alike;
- the stream tells each change once and in order: replayed, it gives what the table holds;
- the secondary index holds what the table holds;
- the event source mapping goes on behind its checkpoint: its function gets every record, in order, and after a kill at most
  the batch again that it was working on;
- every acknowledged message, object, parameter and subscription is there.
Needs boto3. Exits 0 when all of that held after every kill.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TABLE = "kills"
WRITERS = 4
KEYS_OF_A_WRITER = 40
BATCH = 10
TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": TABLE,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "group", "AttributeType": "N"},
                ],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "by-group",
                        "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        },
        "Reader": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "reader", "Runtime": "provided.al2023", "Handler": "x", "Code": {"ZipFile": "none"},
                "Role": "arn:aws:iam::123456789012:role/reader",
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Reader"}, "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
                "StartingPosition": "TRIM_HORIZON", "BatchSize": BATCH,
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "things"}},
    }
}
# Writes down every record that it gets before it answers.
READER = """
import http.client, json, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    records = json.loads(answer.read())["Records"]
    with open(sys.argv[1], "a") as seen:
        seen.write("".join(record["dynamodb"]["SequenceNumber"] + "\\n" for record in records))
    request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", "{}")
    api.getresponse().read()
"""


class Emulator:
    def __init__(self, folder, scratch):
        announcement = scratch / "announcement"
        with open(announcement, "w") as output:
            self.process = subprocess.Popen(
                [folder / "firedrill", "emulate", "--port", "0", "--json", "--template", scratch / "template.json",
                 "--data-dir", scratch / "data",
                 "--function", f"Reader={sys.executable} {scratch / 'reader.py'} {scratch / 'seen'}"],
                stdout=output, start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not announcement.read_text().endswith("\n"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the emulator did not start on its data directory")
            time.sleep(0.01)
        self.endpoint = json.loads(announcement.read_text())["endpointURL"]

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-west-2", aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}, read_timeout=30),
        )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Writer(threading.Thread):
    """Writes items that nobody else writes, one call after the other, until the emulator is gone.

    `items` is what has been acknowledged; `pending` is what the call in flight would make of some of them.
    """

    def __init__(self, number, seed):
        super().__init__(daemon=True)
        self.number = number
        self.random = random.Random(f"{seed}/{number}")
        self.items = {}
        self.pending = {}
        self.nonce = 0
        self.acknowledged = 0
        self.client = None
        self.failure = None

    def again(self):
        """The same writer as a fresh thread, since a thread runs once."""
        other = Writer(self.number, 0)
        other.random, other.items, other.nonce = self.random, self.items, self.nonce
        other.acknowledged = self.acknowledged
        return other

    def run(self):
        while True:
            call = self.prepare()
            try:
                call()
            except ClientError as error:
                self.failure = error
                return
            except BotoCoreError:
                # The connection is cut: the emulator was killed.
                return
            self.settle(self.pending)
            self.acknowledged += 1
            self.pending = {}

    def settle(self, changes):
        for key, item in changes.items():
            if item is None:
                self.items.pop(key, None)
            else:
                self.items[key] = item

    def item(self, key):
        self.nonce += 1
        text = "x" * self.random.choice([0, 10, 1000])
        return {"id": key, "nonce": f"{self.number}-{self.nonce}", "group": self.random.randrange(4), "text": text}

    def prepare(self):
        keys = [f"{self.number}-{self.random.randrange(KEYS_OF_A_WRITER)}" for _ in range(3)]
        kind = self.random.choice(["put", "put", "update", "delete", "batch", "transaction"])
        if kind == "put":
            new = self.item(keys[0])
            self.pending = {keys[0]: new}
            return lambda: self.client.put_item(TableName=TABLE, Item=wire(new))
        if kind == "update":
            new = {**self.items.get(keys[0], {"id": keys[0]}), "nonce": self.item(keys[0])["nonce"]}
            self.pending = {keys[0]: new}
            return lambda: self.client.update_item(
                TableName=TABLE, Key={"id": {"S": keys[0]}}, UpdateExpression="SET nonce = :n",
                ExpressionAttributeValues={":n": {"S": new["nonce"]}},
            )
        if kind == "delete":
            self.pending = {keys[0]: None}
            return lambda: self.client.delete_item(TableName=TABLE, Key={"id": {"S": keys[0]}})
        self.pending = {key: self.item(key) for key in keys}
        puts = [wire(item) for item in self.pending.values()]
        if kind == "batch":
            return lambda: self.client.batch_write_item(
                RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in puts]}
            )
        return lambda: self.client.transact_write_items(
            TransactItems=[{"Put": {"TableName": TABLE, "Item": item}} for item in puts]
        )


class Keeper(threading.Thread):
    """Changes something of each small service in turn, until the emulator is gone; `done` is what was acknowledged."""

    def __init__(self, done=None):
        super().__init__(daemon=True)
        self.done = done or {"messages": 0, "subscriptions": 0, "object": None, "parameter": None}
        self.pending = None
        self.failure = None
        self.emulator = None

    def run(self):
        sqs, sns, s3, ssm = (self.emulator.client(name) for name in ["sqs", "sns", "s3", "ssm"])
        topic = "arn:aws:sns:us-west-2:123456789012:news"
        try:
            queue = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
            while True:
                text = f"{time.monotonic_ns()}"
                for self.pending, call in [
                    ("messages", lambda: sqs.send_message(QueueUrl=queue, MessageBody=text)),
                    (("object", text), lambda: s3.put_object(Bucket="things", Key="one", Body=text.encode())),
                    (("parameter", text), lambda: ssm.put_parameter(
                        Name="one", Value=text, Type="String", Overwrite=True)),
                    ("subscriptions", lambda: sns.subscribe(
                        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-west-2:123456789012:q{text}")),
                ]:
                    call()
                    self.settle()
        except ClientError as error:
            self.failure = error
        except BotoCoreError:
            pass

    def settle(self):
        if isinstance(self.pending, tuple):
            self.done[self.pending[0]] = self.pending[1]
        elif self.pending:
            self.done[self.pending] += 1
        self.pending = None

    def check(self, emulator):
        sqs, sns, s3, ssm = (emulator.client(name) for name in ["sqs", "sns", "s3", "ssm"])
        queue = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        pages = sns.get_paginator("list_subscriptions").paginate()
        found = {
            "messages": int(attributes["ApproximateNumberOfMessages"]),
            "subscriptions": sum(len(page["Subscriptions"]) for page in pages),
            "object": None,
            "parameter": None,
        }
        try:
            found["object"] = s3.get_object(Bucket="things", Key="one")["Body"].read().decode()
            found["parameter"] = ssm.get_parameter(Name="one")["Parameter"]["Value"]
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("NoSuchKey", "ParameterNotFound"), error
        if found != self.done:
            self.settle()
        assert found == self.done, f"the services hold {found}, acknowledged was {self.done}"
        self.pending = None


def wire(item):
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in item.items()}


def plain(item):
    values = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    if "group" in values:
        values["group"] = int(values["group"])
    return values


def scan(client, **arguments):
    items = {}
    for page in client.get_paginator("scan").paginate(TableName=TABLE, **arguments):
        for item in page["Items"]:
            items[item["id"]["S"]] = plain(item)
    return items


class Replay:
    """What the stream's records add up to."""

    def __init__(self):
        self.items = {}
        self.last = None
        self.count = 0
        self.sequences = []

    def read(self, client):
        arn = client.list_streams(TableName=TABLE)["Streams"][0]["StreamArn"]
        shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        place = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.last}
            if self.last
            else {"ShardIteratorType": "TRIM_HORIZON"}
        )
        iterator = client.get_shard_iterator(StreamArn=arn, ShardId=shard, **place)["ShardIterator"]
        while True:
            answer = client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                self.apply(record)
            if not answer["Records"]:
                return
            iterator = answer["NextShardIterator"]

    def apply(self, record):
        change = record["dynamodb"]
        key = change["Keys"]["id"]["S"]
        assert self.last is None or change["SequenceNumber"] > self.last, "sequence numbers go back"
        old = plain(change["OldImage"]) if "OldImage" in change else None
        assert old == self.items.get(key), f"the record's old image of {key} is not what was there"
        assert record["eventName"] == ("REMOVE" if "NewImage" not in change else "MODIFY" if old else "INSERT")
        if "NewImage" in change:
            self.items[key] = plain(change["NewImage"])
        else:
            del self.items[key]
        self.last = change["SequenceNumber"]
        self.sequences.append(self.last)
        self.count += 1


def check_mapping(seen, replay, kills):
    """Waits until the function has got all records, and judges what it got."""
    deadline = time.monotonic() + 60
    while True:
        lines = seen.read_text().splitlines() if seen.exists() else []
        firsts = list(dict.fromkeys(lines))
        if len(firsts) >= len(replay.sequences) or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    assert firsts == replay.sequences, "the mapping's function has not got every record in order"
    again = len(lines) - len(firsts)
    assert again <= BATCH * kills, f"{again} records came again after {kills} kills: more than the batches at work"


def check(emulator, writers, replay):
    client = emulator.client("dynamodb")
    stored = scan(client)
    grouped = {key: item for key, item in stored.items() if "group" in item}
    assert scan(client, IndexName="by-group") == grouped, "the index and the table differ"
    replay.read(emulator.client("dynamodbstreams"))
    assert replay.items == stored, "the stream's records do not add up to the table"
    for writer in writers:
        mine = {key: item for key, item in stored.items() if key.startswith(f"{writer.number}-")}
        if mine != writer.items:
            writer.settle(writer.pending)
        assert mine == writer.items, f"writer {writer.number} finds other items than were acknowledged"
        writer.pending = {}


def main():
    folder, count = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    seed = sys.argv[3] if len(sys.argv) > 3 else str(random.randrange(1 << 32))
    print(f"seed {seed}", flush=True)
    moments = random.Random(seed)
    writers = [Writer(number, seed) for number in range(WRITERS)]
    replay = Replay()
    keeper = Keeper()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        (scratch / "template.json").write_text(json.dumps(TEMPLATE))
        (scratch / "reader.py").write_text(READER)
        for kill in range(count + 1):
            emulator = Emulator(folder, scratch)
            try:
                check(emulator, writers, replay)
                keeper.check(emulator)
                check_mapping(scratch / "seen", replay, kill)
                if kill == count:
                    break
                writers = [writer.again() for writer in writers]
                for writer in writers:
                    writer.client = emulator.client("dynamodb")
                    writer.start()
                keeper = Keeper(keeper.done)
                keeper.emulator = emulator
                keeper.start()
                time.sleep(moments.uniform(0.02, 0.6))
            except AssertionError as error:
                raise SystemExit(f"after kill {kill} (seed {seed}): {error}")
            finally:
                emulator.kill()
            for thread in [*writers, keeper]:
                if thread.ident:
                    thread.join(30)
                if thread.is_alive() or thread.failure:
                    raise SystemExit(f"{thread.name}: {thread.failure or 'hangs'}")
    writes = sum(writer.acknowledged for writer in writers)
    print(
        f"{count} kills, {writes} acknowledged calls, {replay.count} stream records delivered, "
        f"{keeper.done['messages']} messages: nothing lost"
    )


main()
