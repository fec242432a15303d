"""What a data directory keeps, through the real command: an emulator is killed (SIGKILL) and started anew on the same directory."""

import contextlib
import json
import os
import subprocess

import pytest
from botocore.exceptions import ClientError
from test_foreign_stacks import PYTHON_ENVIRONMENT, Emulated, arguments, eventually
from test_lambda import ROLE, archive

TEMPLATE = {
    "Resources": {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"Description": "kept"}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "things",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            },
        },
        "Worker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "worker",
                "Runtime": "python3.12",
                "Handler": "index.run",
                "Role": ROLE,
                "Timeout": 5,
                "Code": {"ZipFile": "def run(event, context):\n    return event"},
            },
        },
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Worker"}}},
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "FunctionName": {"Ref": "Worker"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                "Name": "live",
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Worker"},
                "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
                "StartingPosition": "TRIM_HORIZON",
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
        "Setting": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "setting", "Type": "String", "Value": "1"}},
    },
    "Outputs": {"Key": {"Value": {"Ref": "Key"}}},
}


class Lives:
    """One life of an emulator after the other, on one data directory."""

    def __init__(self, folder):
        self.folder = folder

    @contextlib.contextmanager
    def life(self, template=TEMPLATE):
        file = self.folder / "template.json"
        file.write_text(json.dumps(template))
        options = ["--data-dir", str(self.folder / "data"), "--python-env", PYTHON_ENVIRONMENT]
        process = subprocess.Popen(
            arguments(file, *options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            running = Emulated(json.loads(line) | {"apiURL": ""})
            running.losses = json.loads(line)["losses"]
            yield running
        finally:
            process.kill()
            process.communicate(timeout=30)


@pytest.fixture
def lives(tmp_path):
    return Lives(tmp_path)


def test_a_key_that_was_disabled_stays_disabled(lives):
    with lives.life() as first:
        key = first.outputs["Key"]
        first.client("kms").disable_key(KeyId=key)
    with lives.life() as second:
        assert second.outputs["Key"] == key
        assert second.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    changed = json.loads(json.dumps(TEMPLATE))
    changed["Resources"]["Key"]["Properties"]["Description"] = "the template has the word again"
    with lives.life(changed) as third:
        assert third.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def described(running):
    """All that Lambda tells about its functions and mappings, apart from what is of the moment."""
    client = running.client("lambda")
    everything = {"mappings": client.list_event_source_mappings()["EventSourceMappings"]}
    for function in client.list_functions(FunctionVersion="ALL")["Functions"]:
        name = function["FunctionName"]
        everything[function["FunctionArn"], function["Version"]] = function
        everything[name, "aliases"] = client.list_aliases(FunctionName=name)["Aliases"]
        everything[name, "concurrency"] = client.get_function_concurrency(FunctionName=name).get(
            "ReservedConcurrentExecutions"
        )
        everything[name, "tags"] = client.get_function(FunctionName=name).get("Tags")
        everything[name, "events"] = [
            {key: value for key, value in config.items() if key != "LastModified"}
            for config in client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
        ]
        try:
            everything[name, "policy"] = client.get_policy(FunctionName=name)["Policy"]
        except client.exceptions.ResourceNotFoundException:
            pass
    for mapping in everything["mappings"]:
        del mapping["LastModified"], mapping["LastProcessingResult"]
    return everything


def test_functions_and_mappings_are_as_calls_have_left_them(lives):
    with lives.life() as first:
        client = first.client("lambda")
        client.create_function(
            FunctionName="direct", Runtime="provided.al2023", Handler="main.run", Role=ROLE, Publish=True,
            Code={"ZipFile": archive("one")}, Environment={"Variables": {"COLOUR": "green"}}, Tags={"team": "one"},
        )
        client.create_alias(FunctionName="direct", Name="blue", FunctionVersion="1", Description="steady")
        client.update_function_code(FunctionName="direct", ZipFile=archive("two"))
        client.put_function_concurrency(FunctionName="direct", ReservedConcurrentExecutions=7)
        client.add_permission(
            FunctionName="direct", StatementId="s", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
        )
        client.put_function_event_invoke_config(FunctionName="direct", MaximumRetryAttempts=1)
        s3 = first.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
        s3.put_object(Bucket="code", Key="code.zip", Body=archive("three"))
        client.create_function(
            FunctionName="stored", Runtime="provided.al2023", Handler="main.run", Role=ROLE,
            Code={"S3Bucket": "code", "S3Key": "code.zip"},
        )
        s3.delete_object(Bucket="code", Key="code.zip")
        client.create_function(
            FunctionName="gone", Runtime="provided.al2023", Handler="x", Role=ROLE, Code={"ZipFile": archive("x")}
        )
        client.delete_function(FunctionName="gone")
        stream = first.client("dynamodb").describe_table(TableName="things")["Table"]["LatestStreamArn"]
        client.create_event_source_mapping(
            FunctionName="direct:blue", EventSourceArn=stream, StartingPosition="LATEST", BatchSize=3, Enabled=False,
            FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}, Tags={"team": "two"},
        )
        # What the stack has made is changed by calls too.
        client.update_function_configuration(FunctionName="worker", Timeout=17)
        client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=3)
        client.publish_version(FunctionName="worker")
        client.update_alias(FunctionName="worker", Name="live", FunctionVersion="2")
        mapping = client.list_event_source_mappings(FunctionName="worker")["EventSourceMappings"][0]
        client.update_event_source_mapping(UUID=mapping["UUID"], BatchSize=9, Enabled=False)
        before = described(first)
    with lives.life() as second:
        assert described(second) == before
        client = second.client("lambda")

        def answer(name):
            return json.load(client.invoke(FunctionName=name, Payload=b"{}")["Payload"])

        assert (answer("direct")["code"], answer("direct:blue")["code"], answer("stored")["code"]) == ("two", "one", "three")
        assert answer("direct")["environment"]["COLOUR"] == "green"
        assert answer("worker:live") == {}
        assert second.losses == []


def test_what_has_changed_in_the_template_counts_after_a_restart(lives):
    with lives.life() as first:
        first.client("lambda").update_function_configuration(FunctionName="worker", Timeout=17)
        first.client("ssm").put_parameter(Name="setting", Value="2", Overwrite=True)
        queue = first.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
        first.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "77"})
    changed = json.loads(json.dumps(TEMPLATE))
    worker = changed["Resources"]["Worker"]["Properties"]
    worker["MemorySize"] = 256
    worker["Code"]["ZipFile"] = "def run(event, context):\n    return 'changed'"
    with lives.life(changed) as second:
        client = second.client("lambda")
        settings = client.get_function_configuration(FunctionName="worker")
        assert (settings["MemorySize"], settings["Timeout"]) == (256, 5)
        assert json.load(client.invoke(FunctionName="worker")["Payload"]) == "changed"
        # What the template says as before stays as it was changed.
        assert second.client("ssm").get_parameter(Name="setting")["Parameter"]["Value"] == "2"
        queue = second.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
        attributes = second.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        assert attributes["VisibilityTimeout"] == "77"


def test_an_event_that_was_taken_in_is_carried_out_in_the_next_life(lives):
    with lives.life() as first:
        client = first.client("lambda")
        client.create_function(
            FunctionName="direct", Runtime="provided.al2023", Handler="x", Role=ROLE, Code={"ZipFile": archive()}
        )
        assert client.invoke(FunctionName="direct", InvocationType="Event", Payload=b'{"fail": 1}')["StatusCode"] == 202
        logs = first.client("logs")

        def attempts(logs):
            try:
                found = logs.filter_log_events(logGroupName="/aws/lambda/direct", filterPattern="got")
            except logs.exceptions.ResourceNotFoundException:
                return []
            return [event["message"] for event in found["events"]]

        eventually(lambda: attempts(logs))
    with lives.life() as second:
        logs = second.client("logs")
        assert eventually(lambda: attempts(logs)) == ['got {"fail": 1}']
        second.advance(400)
        # Three tries in all: one before and two after.
        assert len(attempts(logs)) == 2
    with lives.life() as third:
        third.advance(400)
        assert attempts(third.client("logs")) == []


def test_a_function_that_cannot_be_made_again_is_told_and_stays(lives):
    with lives.life() as first:
        first.client("lambda").create_function(
            FunctionName="direct", Runtime="provided.al2023", Handler="x", Role=ROLE, Code={"ZipFile": archive()}
        )
    code = lives.folder / "data" / "code"
    hidden = lives.folder / "hidden"
    os.rename(code, hidden)
    with lives.life() as second:
        assert "function direct, kept from before" in second.losses[0]
        with pytest.raises(ClientError) as refused:
            second.client("lambda").get_function(FunctionName="direct")
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    os.rename(hidden, code)
    with lives.life() as third:
        third.client("lambda").get_function(FunctionName="direct")
        assert third.losses == []



def test_alarms_keep_their_states_and_histories(lives):
    template = json.loads(json.dumps(TEMPLATE))
    alarm = {
        "AlarmName": "of-the-stack", "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "ignore",
    }
    template["Resources"]["Alarm"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}
    with lives.life(template) as first:
        client = first.client("cloudwatch")
        client.put_metric_alarm(
            **(alarm | {"AlarmName": "direct", "DatapointsToAlarm": 1, "Dimensions": [{"Name": "Api", "Value": "one"}]}),
            Tags=[{"Key": "team", "Value": "one"}],
        )
        client.put_metric_alarm(
            AlarmName="math", EvaluationPeriods=2, Threshold=5, ComparisonOperator="LessThanThreshold",
            TreatMissingData="ignore",
            Metrics=[
                {"Id": "e", "Expression": "a * 100", "ReturnData": True},
                {"Id": "a", "ReturnData": False, "MetricStat": {
                    "Metric": {"Namespace": "Shop", "MetricName": "Errors"}, "Period": 60, "Stat": "p90"}},
            ],
        )
        client.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(direct) OR ALARM(math)")
        client.put_metric_alarm(**(alarm | {"AlarmName": "gone"}))
        client.delete_alarms(AlarmNames=["gone"])
        client.set_alarm_state(AlarmName="direct", StateValue="ALARM", StateReason="tried", StateReasonData='{"a": 1}')
        client.set_alarm_state(AlarmName="of-the-stack", StateValue="OK", StateReason="fine")
        client.disable_alarm_actions(AlarmNames=["math"])
        client.put_dashboard(DashboardName="board", DashboardBody='{"widgets": []}')

        def seen(client):
            described = client.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
            history = client.describe_alarm_history(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
            return [
                described["MetricAlarms"], described["CompositeAlarms"], history["AlarmHistoryItems"],
                client.list_tags_for_resource(
                    ResourceARN=next(a["AlarmArn"] for a in described["MetricAlarms"] if a["AlarmName"] == "direct")
                )["Tags"],
                client.list_dashboards()["DashboardEntries"],
            ]

        before = seen(client)
        assert {a["AlarmName"]: a["StateValue"] for a in before[0] + before[1]} == {
            "direct": "ALARM", "of-the-stack": "OK", "math": "INSUFFICIENT_DATA", "both": "ALARM"
        }
    for _ in range(2):
        with lives.life(template) as later:
            assert later.losses == []
            assert seen(later.client("cloudwatch")) == before
    changed = json.loads(json.dumps(template))
    changed["Resources"]["Alarm"]["Properties"]["Threshold"] = 7
    with lives.life(changed) as last:
        found = last.client("cloudwatch").describe_alarms(AlarmNames=["of-the-stack"])["MetricAlarms"][0]
        assert (found["Threshold"], found["StateValue"]) == (7.0, "OK")
