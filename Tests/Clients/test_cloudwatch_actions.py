"""What alarms do: topics and functions told of a change."""

import json
import time

import pytest
from conftest import connect

ACCOUNT = "123456789012"
REGION = "us-west-2"


def eventually(what, seconds=15):
    """The first true answer, asked for until it comes; functions answer when they like."""
    deadline = time.monotonic() + seconds
    while True:
        answer = what()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


@pytest.fixture
def alarm(cloudwatch, unique):
    def put(action):
        cloudwatch.put_metric_alarm(
            AlarmName=unique, Namespace="App", MetricName="x", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore", AlarmActions=[action],
        )  # fmt: skip
        cloudwatch.set_alarm_state(AlarmName=unique, StateValue="ALARM", StateReason="a drill")
        # The newest comes first; an alarm's history outlives the alarm.
        history = cloudwatch.describe_alarm_history(AlarmName=unique, HistoryItemType="Action")
        return history["AlarmHistoryItems"][0]

    yield put
    cloudwatch.delete_alarms(AlarmNames=[unique])


@pytest.fixture
def function(endpoint):
    """The built-in stack's handler of requests."""
    functions = connect("lambda", endpoint).list_functions()["Functions"]
    return next(function for function in functions if "api" in function["FunctionName"].lower())


def test_a_function_is_invoked_when_its_policy_lets_alarms_in(endpoint, logs, alarm, function, unique):
    client = connect("lambda", endpoint)
    group = f"/aws/lambda/{function['FunctionName']}"
    refused = alarm(function["FunctionArn"])
    assert refused["HistorySummary"].startswith("Failed to execute action")
    assert "is not authorized to perform: lambda:InvokeFunction" in refused["HistorySummary"]

    connect("cloudwatch", endpoint).delete_alarms(AlarmNames=[unique])
    client.add_permission(
        FunctionName=function["FunctionName"], StatementId=unique, Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceArn=f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{unique}",
    )  # fmt: skip
    before = int(time.time() * 1000) - 1000

    def starts():
        return logs.filter_log_events(logGroupName=group, startTime=before, filterPattern="START")["events"]

    try:
        seen = len(starts())
    except logs.exceptions.ResourceNotFoundException:
        seen = 0
    done = alarm(function["FunctionArn"])
    assert done["HistorySummary"] == f"Successfully executed action {function['FunctionArn']}"
    published = json.loads(done["HistoryData"])
    assert published["actionState"] == "Succeeded"
    assert eventually(lambda: len(starts()) > seen)
    client.remove_permission(FunctionName=function["FunctionName"], StatementId=unique)


def test_actions_of_other_kinds_are_told_as_failed(alarm):
    item = alarm(f"arn:aws:automate:{REGION}:ec2:stop")
    assert "not emulated" in item["HistorySummary"]


def test_a_topic_hands_the_alarm_on_to_a_queue(endpoint, alarm, unique):
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Queue"}],
                    "PolicyDocument": {
                        "Statement": [
                            {
                                "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                                "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                            }
                        ]
                    },
                },
            },
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "Protocol": "sqs", "TopicArn": {"Ref": "Topic"}, "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                },
            },
        },
        "Outputs": {name: {"Value": {"Ref": name}} for name in ["Topic", "Queue"]},
    }  # fmt: skip
    stacks = connect("cloudformation", endpoint)
    stacks.create_stack(StackName=unique, TemplateBody=json.dumps(template))
    stacks.get_waiter("stack_create_complete").wait(StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    (stack,) = stacks.describe_stacks(StackName=unique)["Stacks"]
    made = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    queues, topic, url = connect("sqs", endpoint), made["Topic"], made["Queue"]
    assert alarm(topic)["HistorySummary"] == f"Successfully executed action {topic}"
    (message,) = queues.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    envelope = json.loads(message["Body"])
    assert envelope["Subject"] == f'ALARM: "{unique}" in US West (Oregon)'
    told = json.loads(envelope["Message"])
    # The members that AWS's own message has.
    assert {"AlarmName", "AWSAccountId", "NewStateValue", "OldStateValue", "Trigger", "StateChangeTime"} <= set(told)
    assert (told["NewStateValue"], told["Region"]) == ("ALARM", "US West (Oregon)")
    assert told["Trigger"]["Statistic"] == "SUM"
    assert "DatapointsToAlarm" not in told["Trigger"]
