"""What queues and topics publish about themselves, and an alarm that watches a queue of failures."""

import datetime
import json
import urllib.request

import pytest

from conftest import connect


@pytest.fixture
def advance(endpoint):
    def advance(seconds):
        body = json.dumps({"seconds": seconds}).encode()
        with urllib.request.urlopen(f"{endpoint}/_firedrill/clock/advance", data=body, timeout=30) as answer:
            return json.load(answer)["now"]

    return advance


@pytest.fixture
def total(cloudwatch, advance):
    """The sum of a metric over the last minutes, once they are over."""

    def total(namespace, metric, **dimensions):
        now = datetime.datetime.fromtimestamp(advance(0), datetime.timezone.utc)
        points = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - datetime.timedelta(minutes=10),
            EndTime=now + datetime.timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    return total


def test_an_alarm_on_a_queue_of_failures_rings_and_clears(endpoint, cloudwatch, advance, unique):
    sqs = connect("sqs", endpoint)
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    cloudwatch.put_metric_alarm(
        AlarmName=unique,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": unique}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )

    def state():
        return cloudwatch.describe_alarms(AlarmNames=[unique])["MetricAlarms"][0]["StateValue"]

    advance(70)
    assert state() == "OK"
    sqs.send_message(QueueUrl=url, MessageBody="failed")
    advance(70)
    assert state() == "ALARM"
    message = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    advance(70)
    assert state() == "OK"
    cloudwatch.delete_alarms(AlarmNames=[unique])


def test_a_queue_counts_what_is_done_with_it(endpoint, advance, total, unique):
    sqs = connect("sqs", endpoint)
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    advance(70)
    told = {
        name: total("AWS/SQS", name, QueueName=unique)
        for name in ["NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted", "NumberOfEmptyReceives"]
    }
    assert told == {
        "NumberOfMessagesSent": 3,
        "NumberOfMessagesReceived": 3,
        "NumberOfMessagesDeleted": 1,
        "NumberOfEmptyReceives": 1,
    }


def test_a_topic_counts_what_a_queue_refuses(endpoint, advance, total, unique):
    sqs, sns = connect("sqs", endpoint), connect("sns", endpoint)
    topic = sns.create_topic(Name=unique)["TopicArn"]
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    # The queue's policy does not let the topic in yet.
    sns.publish(TopicArn=topic, Message="one")
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": queue}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    sns.publish(TopicArn=topic, Message="two")
    advance(70)
    assert total("AWS/SNS", "NumberOfMessagesPublished", TopicName=unique) == 2
    assert total("AWS/SNS", "NumberOfNotificationsFailed", TopicName=unique) == 1
    assert total("AWS/SNS", "NumberOfNotificationsDelivered", TopicName=unique) == 1
