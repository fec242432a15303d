"""SNS through boto3: topics, subscriptions, filters, deliveries to queues and web servers."""

import http.server
import json
import queue as queues
import threading
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conftest import connect


@pytest.fixture(scope="session")
def sns(endpoint):
    return connect("sns", endpoint)


@pytest.fixture(scope="session")
def sqs(endpoint):
    return connect("sqs", endpoint)


@pytest.fixture
def topic(sns, unique):
    arn = sns.create_topic(Name=unique)["TopicArn"]
    yield arn
    sns.delete_topic(TopicArn=arn)


@pytest.fixture
def inbox(sqs, topic, unique):
    """A queue that lets the topic send to it: its URL and ARN."""
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    yield url, arn
    sqs.delete_queue(QueueUrl=url)


def refusal(call, **keywords):
    with pytest.raises(ClientError) as caught:
        call(**keywords)
    return caught.value.response["Error"]["Code"]


def received(sqs, url):
    messages = []
    while True:
        page = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        if "Messages" not in page:
            return messages
        messages += page["Messages"]


def test_topics(sns, unique):
    arn = sns.create_topic(Name=unique, Attributes={"DisplayName": "d"}, Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    assert sns.create_topic(Name=unique)["TopicArn"] == arn
    assert refusal(sns.create_topic, Name=unique, Attributes={"DisplayName": "e"}) == "InvalidParameter"
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="new & better")
    known = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (known["DisplayName"], known["TopicArn"]) == ("new & better", arn)
    assert "Statement" in json.loads(known["Policy"])
    assert arn in [t["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for t in page["Topics"]]
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    assert refusal(sns.get_topic_attributes, TopicArn=arn) == "NotFound"
    assert refusal(sns.create_topic, Name="a b") == "InvalidParameter"


def test_a_queue_gets_an_envelope_or_the_raw_message(sns, sqs, topic, inbox):
    url, arn = inbox
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    sent = sns.publish(
        TopicArn=topic,
        Subject="s",
        Message="m",
        MessageAttributes={"k": {"DataType": "String", "StringValue": "v"}},
    )
    (message,) = received(sqs, url)
    envelope = json.loads(message["Body"])
    assert (envelope["Message"], envelope["Subject"], envelope["Type"]) == ("m", "s", "Notification")
    assert envelope["MessageId"] == sent["MessageId"]
    assert envelope["MessageAttributes"] == {"k": {"Type": "String", "Value": "v"}}
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    sns.publish(TopicArn=topic, Message="raw", MessageAttributes={"k": {"DataType": "String", "StringValue": "v"}})
    (message,) = received(sqs, url)
    assert message["Body"] == "raw" and message["MessageAttributes"]["k"]["StringValue"] == "v"
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.publish(TopicArn=topic, Message="nobody")
    assert received(sqs, url) == []


def test_a_queue_without_a_policy_gets_nothing(sns, sqs, topic, inbox):
    url, arn = inbox
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    sns.publish(TopicArn=topic, Message="m")
    assert received(sqs, url) == []


def test_subscriptions_are_listed_and_described(sns, topic, inbox):
    _, arn = inbox
    one = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"] == one
    pending = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    assert pending["SubscriptionArn"] == "pending confirmation"
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [entry["SubscriptionArn"] for entry in listed] == [one, "PendingConfirmation"]
    known = sns.get_subscription_attributes(SubscriptionArn=one)["Attributes"]
    assert (known["Protocol"], known["Endpoint"], known["PendingConfirmation"]) == ("sqs", arn, "false")
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="carrier-pigeon", Endpoint="x") == "InvalidParameter"
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="http", Endpoint="x") == "InvalidParameter"
    assert refusal(sns.get_subscription_attributes, SubscriptionArn=f"{topic}:none") == "NotFound"


@pytest.mark.parametrize(
    "policy, scope, wanted",
    [
        ({"kind": ["a", "b"]}, "MessageAttributes", ["a"]),
        ({"kind": [{"anything-but": ["a"]}]}, "MessageAttributes", ["c"]),
        ({"size": [{"numeric": [">=", 10, "<", 100]}]}, "MessageAttributes", ["a"]),
        ({"kind": [{"prefix": "c"}, {"suffix": "a"}]}, "MessageAttributes", ["a", "c"]),
        ({"size": [{"exists": False}]}, "MessageAttributes", ["none"]),
        ({"kind": ["c"], "size": [5]}, "MessageAttributes", ["c"]),
        ({"name": {"first": ["c"]}}, "MessageBody", ["c"]),
        ({"$or": [{"name": {"first": ["c"]}}, {"extra": [{"exists": True}]}]}, "MessageBody", ["c", "none"]),
    ],
)
def test_filters(sns, sqs, topic, inbox, policy, scope, wanted):
    url, arn = inbox
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"FilterPolicy": json.dumps(policy), "FilterPolicyScope": scope, "RawMessageDelivery": "true"},
    )
    for name, size in (("a", 50), ("c", 5)):
        sns.publish(
            TopicArn=topic,
            Message=json.dumps({"id": name, "name": {"first": name}}),
            MessageAttributes={
                "kind": {"DataType": "String", "StringValue": name},
                "size": {"DataType": "Number", "StringValue": str(size)},
            },
        )
    sns.publish(TopicArn=topic, Message=json.dumps({"id": "none", "extra": 1}))
    assert [json.loads(message["Body"])["id"] for message in received(sqs, url)] == wanted


def test_bad_filters_are_refused(sns, topic, inbox):
    _, arn = inbox
    for policy in ("no json", '{"a": "b"}', '{"a": [{"odd": 1}]}', '{"a": {"b": ["c"]}}', '{"a": []}'):
        code = refusal(
            sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": policy}
        )
        assert code == "InvalidParameter", policy


def test_each_protocol_may_get_its_own_text(sns, sqs, topic, inbox):
    url, arn = inbox
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    texts = json.dumps({"default": "d", "sqs": "for queues"})
    sns.publish(TopicArn=topic, Message=texts, MessageStructure="json")
    (message,) = received(sqs, url)
    assert json.loads(message["Body"])["Message"] == "for queues"
    assert refusal(sns.publish, TopicArn=topic, Message="{}", MessageStructure="json") == "InvalidParameter"


def test_batches_and_bad_messages(sns, sqs, topic, inbox):
    url, arn = inbox
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    entries = [{"Id": "1", "Message": "one"}, {"Id": "2", "Message": "two", "Subject": ""}]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["1"]
    assert [entry["Id"] for entry in answer["Failed"]] == ["2"]
    assert [message["Body"] for message in received(sqs, url)] == ["one"]
    assert refusal(sns.publish, TopicArn=topic, Message="") == "InvalidParameter"
    assert refusal(sns.publish, TopicArn=topic, Message="x" * 262_145) == "InvalidParameter"
    assert refusal(sns.publish, TopicArn=topic, Message="x", Subject="x" * 101) == "InvalidParameter"
    assert refusal(sns.publish, TopicArn=f"{topic}-none", Message="x") == "NotFound"


def test_fifo_topics_feed_fifo_queues(sns, sqs, unique):
    topic = sns.create_topic(
        Name=f"{unique}.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    )["TopicArn"]
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]}
    url = sqs.create_queue(
        QueueName=f"{unique}.fifo", Attributes={"FifoQueue": "true", "Policy": json.dumps(policy)}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    for text in ("one", "one", "two"):
        sns.publish(TopicArn=topic, Message=text, MessageGroupId="g")
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in messages] == ["one", "two"]
    assert refusal(sns.publish, TopicArn=topic, Message="x") == "InvalidParameter"
    sns.delete_topic(TopicArn=topic)
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def server():
    """A web server that keeps what it is sent: its URL, its inbox, and the statuses to answer with."""
    inbox, statuses = queues.Queue(), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            inbox.put((dict(self.headers), body.decode()))

        def log_message(self, *_):
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listener.server_port}/hook", inbox, statuses
    listener.shutdown()
    thread.join()
    listener.server_close()


def test_a_web_server_confirms_and_then_gets_messages(sns, topic, server, endpoint):
    url, inbox, statuses = server
    subscription = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url, ReturnSubscriptionArn=True)
    headers, body = inbox.get(timeout=20)
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    confirmation = json.loads(body)
    assert confirmation["TopicArn"] == topic
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="wrong") == "InvalidParameter"
    with urllib.request.urlopen(confirmation["SubscribeURL"]) as answer:
        assert subscription["SubscriptionArn"] in answer.read().decode()
    statuses.append(503)
    policy = {"healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 2}}
    sns.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"], AttributeName="DeliveryPolicy", AttributeValue=json.dumps(policy)
    )
    sns.publish(TopicArn=topic, Message="m", Subject="s")
    for _ in range(2):
        headers, body = inbox.get(timeout=20)
        assert headers["x-amz-sns-message-type"] == "Notification"
        assert headers["x-amz-sns-subscription-arn"] == subscription["SubscriptionArn"]
        assert json.loads(body)["Message"] == "m"
