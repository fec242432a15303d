"""Stacks that were not made for the emulator, run as they are: synthesised by the AWS CDK, written by hand in YAML and JSON."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

from conftest import connect

STACKS = pathlib.Path(__file__).parent / "stacks"
PROGRAM = os.environ.get("FIREDRILL_PROGRAM", ".build/debug/firedrill")
# The tests' own virtual environment has what Lambda's Python runtimes have.
PYTHON_ENVIRONMENT = sys.prefix


class Emulated:
    """A running emulator of one stack."""

    def __init__(self, announcement):
        self.announcement = announcement
        self.endpoint = announcement["endpointURL"]
        self.api = announcement["apiURL"]
        self.stack = announcement["stackName"]

    def client(self, service):
        return connect(service, self.endpoint)

    @property
    def outputs(self):
        described = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    def http(self, method, path, body=None, headers={}):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.api + path, method=method, data=data, headers=headers)
        try:
            with NO_REDIRECT.open(request, timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), answer.read()

    def json(self, method, path, body=None):
        status, _, content = self.http(method, path, body)
        return status, json.loads(content)

    def advance(self, seconds):
        body = json.dumps({"seconds": seconds}).encode()
        urllib.request.urlopen(f"{self.endpoint}/_firedrill/clock/advance", data=body, timeout=30).close()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


NO_REDIRECT = urllib.request.build_opener(NoRedirect)


def arguments(template, *options):
    return [PROGRAM, "emulate", "--template", str(template), "--port", "0", "--json", "--until-stdin-closes", *options]


def emulated(template, *options):
    return started(arguments(template, *options))


def emulated_empty():
    return started([PROGRAM, "emulate", "--empty", "--port", "0", "--json", "--until-stdin-closes"])


@contextlib.contextmanager
def started(command):
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        running = Emulated(json.loads(line))
        running.process = process
        yield running
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
        process.stderr.close()


def eventually(look, attempts=150):
    """What a condition gives once it holds; what the emulator does beside a request takes a moment."""
    for _ in range(attempts):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail("waited in vain")


# The CDK's stack


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdk") / "cdk.out"
    environment = dict(
        os.environ,
        CDK_OUTDIR=str(folder),
        JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION="1",
        JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION="1",
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION="1",
    )
    synthesis = subprocess.run(
        [sys.executable, str(STACKS / "cdk" / "app.py")], env=environment, capture_output=True, text=True, timeout=300
    )
    assert synthesis.returncode == 0, synthesis.stderr
    options = ["--assets", str(folder), "--python-env", PYTHON_ENVIRONMENT]
    with emulated(folder / "Notes.template.json", *options) as running:
        yield running


def test_the_cdk_stack_keeps_notes(notes):
    status, made = notes.json("POST", "/notes", {"id": "first", "text": "hello"})
    assert (status, made) == (201, {"id": "first", "text": "hello", "edits": 0})
    assert notes.json("GET", "/notes/first") == (200, made)
    assert notes.json("PUT", "/notes/first", {"text": "changed"})[1] == {"id": "first", "text": "changed", "edits": 1}
    assert [note["id"] for note in notes.json("GET", "/notes")[1]["notes"]] == ["first"]
    assert notes.json("DELETE", "/notes/first")[0] == 200
    assert notes.json("DELETE", "/notes/first") == (404, {"error": "no note first"})


def test_the_cdk_stack_caches_by_the_declared_key(notes):
    for name in ["a", "b"]:
        notes.json("POST", "/notes", {"id": name, "text": f"note {name}"})
    first = notes.http("GET", "/notes/a")
    again = notes.http("GET", "/notes/a")
    assert first[1]["X-Origin-Marker"] == again[1]["X-Origin-Marker"]
    assert first[2] == again[2]
    other = notes.http("GET", "/notes/b")
    assert json.loads(other[2])["text"] == "note b"
    notes.advance(61)
    assert notes.http("GET", "/notes/a")[1]["X-Origin-Marker"] != first[1]["X-Origin-Marker"]
    # The list is not cached: the stage says so for this one method.
    lists = [notes.http("GET", "/notes")[1]["X-Origin-Marker"] for _ in range(2)]
    assert lists[0] != lists[1]


def test_the_cdk_stack_answers_preflights_and_unknown_routes(notes):
    status, headers, _ = notes.http("OPTIONS", "/notes", headers={"Origin": "https://notes.example"})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "https://notes.example"
    assert headers["Access-Control-Allow-Methods"] == "GET,POST,PUT,DELETE"
    assert headers["Access-Control-Max-Age"] == "3600"
    status, headers, body = notes.http("GET", "/nowhere")
    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})
    assert headers["Access-Control-Allow-Origin"] == "https://notes.example"


def test_the_cdk_stack_runs_the_published_version_behind_its_alias(notes):
    status, answer = notes.json("GET", "/")
    assert status == 200
    live = notes.client("lambda").get_alias(FunctionName=notes.outputs["ApiFunction"], Name="live")
    assert live["FunctionVersion"] == answer["version"] == "1"


def test_the_cdk_stack_encrypts_its_variables(notes):
    configuration = notes.client("lambda").get_function_configuration(FunctionName=notes.outputs["ApiFunction"])
    assert configuration["Runtime"] == "python3.13"
    key = notes.client("kms").describe_key(KeyId=configuration["KMSKeyArn"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
    assert notes.client("kms").get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]


def test_the_cdk_stack_records_every_change(notes):
    notes.json("POST", "/notes", {"id": "watched", "text": "one"})
    notes.json("PUT", "/notes/watched", {"text": "two"})
    notes.json("DELETE", "/notes/watched")
    table = notes.outputs["ChangesTable"]

    def changes():
        found = notes.client("dynamodb").query(
            TableName=table,
            KeyConditionExpression="note = :note",
            ExpressionAttributeValues={":note": {"S": "watched"}},
        )["Items"]
        return len(found) == 3 and [
            (item["kind"]["S"], item["before"].get("S"), item["after"].get("S")) for item in found
        ]

    assert eventually(changes) == [("INSERT", None, "one"), ("MODIFY", "one", "two"), ("REMOVE", "two", None)]
    events = notes.client("logs").filter_log_events(
        logGroupName=notes.outputs["StreamLogGroup"], filterPattern='"MODIFY watched"'
    )["events"]
    assert len(events) == 1


def test_the_cdk_stack_sets_aside_what_its_stream_handler_cannot_take(notes):
    notes.json("POST", "/notes", {"id": "bad", "text": "poison"})
    queue = notes.outputs["FailuresUrl"]

    def failure():
        # Retries wait on the emulator's clock.
        notes.advance(5)
        return notes.client("sqs").receive_message(QueueUrl=queue).get("Messages")

    messages = eventually(failure, attempts=100)
    told = json.loads(messages[0]["Body"])
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1


def test_the_cdk_stack_rings_its_alarms(notes):
    assert notes.http("POST", "/notes", {"id": "textless"})[0] == 502
    cloudwatch = notes.client("cloudwatch")

    def rung():
        notes.advance(30)
        ringing = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return sorted(alarm["MetricName"] for alarm in ringing) == ["5XXError", "Errors"] and ringing

    for alarm in eventually(rung, attempts=20):
        assert "greater than or equal to the threshold" in alarm["StateReason"]


# Written by hand


@pytest.fixture(scope="module")
def links():
    template = STACKS / "links" / "template.yaml"
    with emulated(template, "--python-env", PYTHON_ENVIRONMENT, "--strict", "--stack-name", "links") as running:
        yield running


def test_a_template_in_yaml_with_code_inside_of_it_runs(links):
    assert links.http("PUT", "/here", "https://example.com/there")[0] == 204
    status, headers, _ = links.http("GET", "/here")
    assert (status, headers["Location"]) == (302, "https://example.com/there")
    assert links.http("GET", "/nowhere")[0] == 404
    assert links.json("PUT", "/admin", "https://example.com") == (409, {"reserved": "admin"})


def test_its_functions_are_resolved(links):
    assert links.json("GET", "/")[1] == {
        "FIRST_RESERVED": "admin",
        "STAGE": "development",
        "ACCOUNT": "123456789012@us-west-2",
        "ENCODED": "bGlua3M=",
    }
    groups = links.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/links-dev")["logGroups"]
    assert groups[0]["retentionInDays"] == 1
    assert set(links.outputs) == {"Url"}


def test_a_template_in_json_with_a_program_of_its_own_runs():
    with emulated(STACKS / "votes" / "template.json", "--parameter", "Batch=2", "--strict") as votes:
        outputs = votes.outputs
        for voter in "abc":
            votes.client("dynamodb").put_item(
                TableName=outputs["Table"], Item={"poll": {"S": "lunch"}, "voter": {"S": voter}}
            )

        def counted():
            events = votes.client("logs").filter_log_events(logGroupName=outputs["Log"], filterPattern="counted")["events"]
            return sorted(event["message"].strip() for event in events) if len(events) == 3 else None

        keys = [{"poll": {"S": "lunch"}, "voter": {"S": voter}} for voter in "abc"]
        assert eventually(counted) == [f"counted {json.dumps(key)}" for key in keys]
        answer = votes.client("lambda").invoke(FunctionName=outputs["Function"], Payload=b"{}")
        told = json.load(answer["Payload"])
        assert told["handler"] == "votes.count"
        assert told["root"] == str((STACKS / "votes" / "src").resolve())


# What is missing is said


@pytest.mark.parametrize(
    "options, says",
    [
        (["--python-env", "/nowhere"], "/nowhere/bin/pip install awslambdaric boto3"),
        (["--parameter", "Stage=test"], "it must be one of dev, prod"),
        (["--parameter", "Colour=red"], "the template has no parameter Colour"),
    ],
)
def test_what_keeps_a_stack_from_running_is_said(options, says):
    ended = subprocess.run(
        arguments(STACKS / "links" / "template.yaml", *options), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 104
    assert says in ended.stderr


# What a Python environment lacks


@pytest.fixture
def bare_environment(tmp_path):
    """A Python that has Lambda's runtime client and nothing else."""
    folder = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    here = pathlib.Path(sysconfig.get_path("purelib"))
    there = next(folder.glob("lib/python*/site-packages"))
    for name in ["awslambdaric*", "runtime_client*", "simplejson*", "snapshot_restore_py*"]:
        for found in here.glob(name):
            (there / found.name).symlink_to(found)
    return folder


@pytest.mark.parametrize("code", ["import boto3\ndef run(e, c): pass", "def run(e, c):\n    import boto3.session"])
def test_a_module_that_the_environment_lacks_is_named_with_its_remedy(bare_environment, tmp_path, code):
    template = {
        "Resources": {
            "Worker": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": "worker", "Runtime": "python3.12", "Handler": "index.run", "Timeout": 10,
                    "Role": "arn:aws:iam::123456789012:role/worker", "Code": {"ZipFile": code},
                },
            }
        }
    }
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template))
    words = f"the function worker imports boto3, which {bare_environment}/bin/python3 has not"
    remedy = f"`{bare_environment}/bin/python3 -m pip install boto3`"
    with emulated(file, "--python-env", str(bare_environment)) as running:
        for _ in range(2):
            answer = running.client("lambda").invoke(FunctionName="worker")
            assert answer["FunctionError"] == "Unhandled"
            assert "No module named 'boto3'" in json.load(answer["Payload"])["errorMessage"]
        logged = running.client("logs").filter_log_events(logGroupName="/aws/lambda/worker", filterPattern='"pip install"')
        assert words in logged["events"][0]["message"] and remedy in logged["events"][0]["message"]
        running.process.stdin.close()
        told = [line for line in running.process.stderr.read().splitlines() if words in line]
        assert len(told) == 1 and remedy in told[0]

PLAIN = {
    "Parameters": {
        "Size": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/settings/size"},
        "Names": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/settings/names"},
    },
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Size"}}},
    },
    "Outputs": {
        "Bucket": {"Value": {"Ref": "Bucket"}},
        "Note": {"Value": {"Ref": "Note"}},
        "Second": {"Value": {"Fn::Select": [1, {"Ref": "Names"}]}},
    },
}


def test_parameters_from_the_parameter_store_and_buckets_are_those_of_a_stack():
    with emulated_empty() as running:
        store, formation = running.client("ssm"), running.client("cloudformation")
        store.put_parameter(Name="/settings/size", Type="String", Value="large")
        store.put_parameter(Name="/settings/names", Type="StringList", Value="one,two")
        formation.create_stack(StackName="plain", TemplateBody=json.dumps(PLAIN))
        formation.get_waiter("stack_create_complete").wait(StackName="plain", WaiterConfig={"Delay": 1})
        stack = formation.describe_stacks(StackName="plain")["Stacks"][0]
        running.stack = "plain"
        assert running.outputs["Second"] == "two"
        assert store.get_parameter(Name=running.outputs["Note"])["Parameter"]["Value"] == "large"
        resolved = {one["ParameterKey"]: one["ResolvedValue"] for one in stack["Parameters"]}
        assert resolved == {"Size": "large", "Names": "one,two"}

        objects, bucket = running.client("s3"), running.outputs["Bucket"]
        assert objects.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        objects.put_object(Bucket=bucket, Key="a", Body=b"first")
        assert objects.get_object(Bucket=bucket, Key="a")["Body"].read() == b"first"
        # A bucket with something in it stays, and so the stack: nothing is thrown away unasked.
        formation.delete_stack(StackName="plain")
        with pytest.raises(botocore.exceptions.WaiterError):
            formation.get_waiter("stack_delete_complete").wait(StackName="plain", WaiterConfig={"Delay": 1})
        assert formation.describe_stacks(StackName="plain")["Stacks"][0]["StackStatus"] == "DELETE_FAILED"
        assert objects.list_object_versions(Bucket=bucket)["Versions"]


def test_a_template_that_asks_for_more_than_there_is_is_refused_when_asked_to_be_strict(tmp_path):
    template = tmp_path / "wide.json"
    body = {
        "Resources": {
            "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}},
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 minute)"}},
        }
    }
    template.write_text(json.dumps(body))
    with emulated(template) as running:
        notices = running.announcement["notices"]
        assert len(notices) == 1 and "Rule" in notices[0] and "AWS::Events::Rule" in notices[0]
    refused = subprocess.run(arguments(template, "--strict"), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert refused.returncode == 104
    assert "Rule" in refused.stderr and "AWS::Events::Rule" in refused.stderr
    del body["Resources"]["Rule"]
    template.write_text(json.dumps(body))
    with emulated(template, "--strict") as running:
        assert running.announcement["notices"] == []
