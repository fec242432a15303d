"""SQS through boto3, and over the query protocol of older clients."""

import hashlib
import json
import threading
import time
import urllib.parse
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conftest import connect


@pytest.fixture(scope="session")
def sqs(endpoint):
    return connect("sqs", endpoint)


@pytest.fixture
def queue(sqs, unique):
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    yield url
    try:
        sqs.delete_queue(QueueUrl=url)
    except sqs.exceptions.QueueDoesNotExist:
        pass


def refusal(call, **keywords):
    with pytest.raises(ClientError) as caught:
        call(**keywords)
    return caught.value.response["Error"]["Code"]


def attributes(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])["Attributes"]


def test_queues_are_made_found_and_removed(sqs, unique):
    url = sqs.create_queue(QueueName=unique, Attributes={"VisibilityTimeout": "5"}, tags={"a": "1"})["QueueUrl"]
    assert sqs.get_queue_url(QueueName=unique)["QueueUrl"] == url
    assert url in sqs.list_queues(QueueNamePrefix=unique)["QueueUrls"]
    assert sqs.create_queue(QueueName=unique, Attributes={"VisibilityTimeout": "5"})["QueueUrl"] == url
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName=unique, Attributes={"VisibilityTimeout": "6"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}
    known = attributes(sqs, url)
    assert known["QueueArn"].endswith(f":{unique}")
    assert (known["VisibilityTimeout"], known["MessageRetentionPeriod"]) == ("5", "345600")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "7"})
    assert attributes(sqs, url, "DelaySeconds") == {"DelaySeconds": "7"}
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.get_queue_url(QueueName=unique)
    assert caught.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"


@pytest.mark.parametrize(
    "name, settings, code",
    [
        ("a b", {}, "InvalidParameterValue"),
        ("x" * 81, {}, "InvalidParameterValue"),
        ("name", {"FifoQueue": "true"}, "InvalidParameterValue"),
        ("name", {"DelaySeconds": "901"}, "InvalidAttributeValue"),
        ("name", {"VisibilityTimeout": "x"}, "InvalidAttributeValue"),
        ("name", {"Odd": "1"}, "InvalidAttributeName"),
        ("name", {"Policy": "no"}, "InvalidAttributeValue"),
        ("name", {"RedrivePolicy": "{}"}, "InvalidParameterValue"),
    ],
)
def test_bad_queues_are_refused(sqs, name, settings, code):
    assert refusal(sqs.create_queue, QueueName=name, Attributes=settings) == code


def test_messages_go_through_with_their_attributes(sqs, queue):
    sent = sqs.send_message(
        QueueUrl=queue,
        MessageBody="körper <&>",
        MessageAttributes={
            "text": {"DataType": "String", "StringValue": "a"},
            "number": {"DataType": "Number.int", "StringValue": "42"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
    )
    # botocore checks the digests of body and attributes itself, on sending and on receiving.
    assert sent["MD5OfMessageBody"] == hashlib.md5("körper <&>".encode()).hexdigest()
    (message,) = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"]
    assert message["Body"] == "körper <&>"
    assert message["MessageId"] == sent["MessageId"]
    assert message["MessageAttributes"]["bytes"]["BinaryValue"] == b"\x00\xff"
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(message["Attributes"]["SentTimestamp"]) / 1000 - time.time()) < 40 * 86_400
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert attributes(sqs, queue)["ApproximateNumberOfMessagesNotVisible"] == "0"
    wrong = refusal(sqs.delete_message, QueueUrl=queue, ReceiptHandle="nonsense")
    assert wrong == "ReceiptHandleIsInvalid"


def test_a_message_is_hidden_until_its_time_is_over(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="m")
    (message,) = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    counts = attributes(sqs, queue)
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    (again,) = sqs.receive_message(QueueUrl=queue, AttributeNames=["ApproximateReceiveCount"])["Messages"]
    assert again["Attributes"] == {"ApproximateReceiveCount": "2"}
    assert again["ReceiptHandle"] != message["ReceiptHandle"]


def test_long_polling_ends_with_a_message(sqs, queue, endpoint):
    other = connect("sqs", endpoint)
    timer = threading.Timer(0.3, lambda: other.send_message(QueueUrl=queue, MessageBody="late"))
    start = time.monotonic()
    timer.start()
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    assert message["Body"] == "late"
    assert 0.2 < time.monotonic() - start < 10
    timer.join()


def test_batches_report_each_entry(sqs, queue):
    entries = [{"Id": str(number), "MessageBody": f"m{number}"} for number in range(3)]
    entries.append({"Id": "bad", "MessageBody": "x", "DelaySeconds": 901})
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in sent["Successful"]] == ["0", "1", "2"]
    assert [entry["Id"] for entry in sent["Failed"]] == ["bad"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in messages] == ["m0", "m1", "m2"]
    receipts = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
    changed = sqs.change_message_visibility_batch(
        QueueUrl=queue, Entries=[{**entry, "VisibilityTimeout": 60} for entry in receipts]
    )
    assert len(changed["Successful"]) == 3
    deleted = sqs.delete_message_batch(QueueUrl=queue, Entries=receipts)
    assert len(deleted["Successful"]) == 3
    twice = [{"Id": "a", "MessageBody": "x"}] * 2
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=twice).endswith("BatchEntryIdsNotDistinct")
    many = [{"Id": str(number), "MessageBody": "x"} for number in range(11)]
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=many).endswith("TooManyEntriesInBatchRequest")


def test_what_is_received_too_often_goes_to_the_dead_letter_queue(sqs, queue, unique):
    dead = sqs.create_queue(QueueName=f"{unique}-dead")["QueueUrl"]
    target = attributes(sqs, dead, "QueueArn")["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 2})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "0"})
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [queue]
    sqs.send_message(QueueUrl=queue, MessageBody="poison")
    for _ in range(2):
        assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    (message,) = sqs.receive_message(QueueUrl=dead, AttributeNames=["All"])["Messages"]
    assert message["Body"] == "poison"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == attributes(sqs, queue)["QueueArn"]
    sqs.delete_queue(QueueUrl=dead)


def test_fifo_queues_keep_order_and_take_nothing_twice(sqs, unique):
    url = sqs.create_queue(
        QueueName=f"{unique}.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )["QueueUrl"]
    first = sqs.send_message(QueueUrl=url, MessageBody="a1", MessageGroupId="a")
    again = sqs.send_message(QueueUrl=url, MessageBody="a1", MessageGroupId="a")
    assert (first["MessageId"], first["SequenceNumber"]) == (again["MessageId"], again["SequenceNumber"])
    sqs.send_message(QueueUrl=url, MessageBody="a2", MessageGroupId="a")
    sqs.send_message(QueueUrl=url, MessageBody="b1", MessageGroupId="b")
    (one,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert one["Body"] == "a1"
    # The group a waits for its first message.
    (two,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert two["Body"] == "b1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    (three,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert three["Body"] == "a2" and three["Attributes"]["MessageGroupId"] == "a"
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x") == "MissingParameter"
    sqs.delete_queue(QueueUrl=url)


def test_purging_and_delays(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=600)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    assert attributes(sqs, queue)["ApproximateNumberOfMessagesDelayed"] == "1"
    sqs.purge_queue(QueueUrl=queue)
    assert attributes(sqs, queue)["ApproximateNumberOfMessagesDelayed"] == "0"
    assert refusal(sqs.purge_queue, QueueUrl=queue).endswith("PurgeQueueInProgress")


@pytest.mark.parametrize(
    "message, code",
    [
        ({"MessageBody": "x" * 1_048_577}, "InvalidParameterValue"),
        ({"MessageBody": "\x01"}, "InvalidMessageContents"),
        ({"MessageBody": "x", "MessageAttributes": {"AWS.x": {"DataType": "String", "StringValue": "v"}}}, "InvalidParameterValue"),
        ({"MessageBody": "x", "MessageAttributes": {"x": {"DataType": "Odd", "StringValue": "v"}}}, "InvalidParameterValue"),
        ({"MessageBody": "x", "MessageAttributes": {"x": {"DataType": "Number", "StringValue": "v"}}}, "InvalidParameterValue"),
        ({"MessageBody": "x", "MessageDeduplicationId": "d"}, "InvalidParameterValue"),
    ],
)
def test_bad_messages_are_refused(sqs, queue, message, code):
    assert refusal(sqs.send_message, QueueUrl=queue, **message) == code


def form(url, **parameters):
    data = urllib.parse.urlencode({"Version": "2012-11-05", **parameters}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_forms_of_older_clients_are_answered_in_xml(sqs, endpoint, unique):
    status, xml = form(
        endpoint, Action="CreateQueue", QueueName=unique, **{"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0"}
    )
    assert status == 200 and f"<QueueUrl>{endpoint}/" in xml
    url = sqs.get_queue_url(QueueName=unique)["QueueUrl"]
    _, xml = form(
        url,
        Action="SendMessage",
        MessageBody="a<b",
        **{
            "MessageAttribute.1.Name": "n",
            "MessageAttribute.1.Value.DataType": "String",
            "MessageAttribute.1.Value.StringValue": "v",
        },
    )
    assert f"<MD5OfMessageBody>{hashlib.md5(b'a<b').hexdigest()}</MD5OfMessageBody>" in xml
    _, xml = form(
        url,
        Action="SendMessageBatch",
        **{
            "SendMessageBatchRequestEntry.1.Id": "one",
            "SendMessageBatchRequestEntry.1.MessageBody": "second",
        },
    )
    assert "<SendMessageBatchResultEntry>" in xml and "<Id>one</Id>" in xml
    _, xml = form(
        url,
        Action="ReceiveMessage",
        MaxNumberOfMessages="10",
        **{"AttributeName.1": "All", "MessageAttributeName.1": "All"},
    )
    assert xml.count("<Message>") == 2 and "<Body>a&lt;b</Body>" in xml
    assert "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>" in xml
    assert "<MessageAttribute><Name>n</Name>" in xml
    _, xml = form(url, Action="GetQueueAttributes", **{"AttributeName.1": "QueueArn"})
    assert f":{unique}</Value>" in xml
    status, xml = form(f"{url}-none", Action="PurgeQueue")
    assert status == 400 and "<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in xml
    sqs.delete_queue(QueueUrl=url)
