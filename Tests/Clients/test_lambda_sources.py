"""Event source mappings through AWS's own client: made, changed, removed, and what is refused."""

import json
import time

import pytest
from botocore.exceptions import ClientError
from conftest import connect
from test_lambda import ROLE, archive, code_of, status_of


@pytest.fixture(scope="module")
def functions(endpoint):
    return connect("lambda", endpoint)


@pytest.fixture
def stream(dynamodb, unique):
    """The ARN of a new table's stream."""
    table = dynamodb.create_table(
        TableName=unique,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    yield table["LatestStreamArn"]
    dynamodb.delete_table(TableName=unique)


@pytest.fixture
def worker(functions, unique):
    functions.create_function(
        FunctionName=unique, Runtime="provided.al2023", Handler="h", Role=ROLE, Code={"ZipFile": archive()}
    )
    yield unique
    functions.delete_function(FunctionName=unique)


def events(logs, function):
    """The records that the function has logged so far."""
    try:
        found = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern='"got "')["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [r for e in found for r in json.loads(e["message"].removeprefix("got ")).get("Records", [])]


def wait_for(logs, function, count):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = events(logs, function)
        if len(found) >= count:
            return found
        time.sleep(0.1)
    pytest.fail(f"{len(events(logs, function))} of {count} records came")


def test_a_mapping_feeds_a_function_until_it_is_deleted(functions, dynamodb, logs, stream, worker):
    made = functions.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=worker,
        StartingPosition="TRIM_HORIZON",
        BatchSize=10,
        FilterCriteria={"Filters": [{"Pattern": json.dumps({"eventName": ["INSERT"]})}]},
    )
    assert made["State"] == "Creating"
    mapping = made["UUID"]
    shown = functions.get_event_source_mapping(UUID=mapping)
    assert shown["State"] == "Enabled"
    assert (shown["MaximumRetryAttempts"], shown["ParallelizationFactor"]) == (-1, 1)
    with pytest.raises(ClientError) as error:
        functions.create_event_source_mapping(EventSourceArn=stream, FunctionName=worker, StartingPosition="LATEST")
    assert (code_of(error), status_of(error)) == ("ResourceConflictException", 409)

    for key in ("a", "b"):
        dynamodb.put_item(TableName=worker, Item={"id": {"S": key}})
    dynamodb.put_item(TableName=worker, Item={"id": {"S": "a"}, "changed": {"BOOL": True}})
    records = wait_for(logs, worker, 2)
    assert [r["dynamodb"]["Keys"]["id"]["S"] for r in records] == ["a", "b"]
    assert {r["eventSourceARN"] for r in records} == {stream}
    assert {r["eventVersion"] for r in records} == {"1.1"}

    changed = functions.update_event_source_mapping(
        UUID=mapping, Enabled=False, MaximumRetryAttempts=3, ParallelizationFactor=10, BisectBatchOnFunctionError=True
    )
    assert changed["State"] == "Disabling"
    shown = functions.get_event_source_mapping(UUID=mapping)
    assert (shown["State"], shown["MaximumRetryAttempts"], shown["ParallelizationFactor"]) == ("Disabled", 3, 10)
    listed = functions.list_event_source_mappings(FunctionName=worker)["EventSourceMappings"]
    assert [m["UUID"] for m in listed] == [mapping]
    listed = functions.list_event_source_mappings(EventSourceArn=stream)["EventSourceMappings"]
    assert [m["UUID"] for m in listed] == [mapping]
    dynamodb.put_item(TableName=worker, Item={"id": {"S": "c"}})
    functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    assert wait_for(logs, worker, 3)[-1]["dynamodb"]["Keys"] == {"id": {"S": "c"}}

    assert functions.delete_event_source_mapping(UUID=mapping)["State"] == "Deleting"
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_event_source_mapping(UUID=mapping)


def test_tags_of_a_mapping(functions, stream, worker):
    made = functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName=worker, StartingPosition="LATEST", Tags={"a": "1"}
    )
    arn = made["EventSourceMappingArn"]
    functions.tag_resource(Resource=arn, Tags={"b": "2"})
    functions.untag_resource(Resource=arn, TagKeys=["a"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    functions.delete_event_source_mapping(UUID=made["UUID"])


@pytest.mark.parametrize(
    "change, code",
    [
        ({"BatchSize": 10_001}, "ValidationException"),
        ({"MaximumBatchingWindowInSeconds": 301}, "ValidationException"),
        ({"ParallelizationFactor": 11}, "ValidationException"),
        ({"TumblingWindowInSeconds": 901}, "ValidationException"),
        ({"MaximumRecordAgeInSeconds": 30}, "InvalidParameterValueException"),
        ({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1}, "InvalidParameterValueException"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "InvalidParameterValueException"),
        (
            {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}},
            "InvalidParameterValueException",
        ),
        ({"EventSourceArn": "arn:aws:kinesis:us-west-2:123456789012:stream/s"}, "InvalidParameterValueException"),
        ({"FunctionName": "nobody"}, "ResourceNotFoundException"),
    ],
)
def test_wrong_mappings_are_refused_and_leave_nothing(functions, stream, worker, change, code):
    arguments = {"EventSourceArn": stream, "FunctionName": worker, "StartingPosition": "LATEST", **change}
    with pytest.raises(ClientError) as error:
        functions.create_event_source_mapping(**arguments)
    assert code_of(error) == code
    assert functions.list_event_source_mappings(EventSourceArn=stream)["EventSourceMappings"] == []


def test_an_event_reaches_its_destinations(functions, logs, worker):
    listener = f"{worker}-l"
    made = functions.create_function(
        FunctionName=listener, Runtime="provided.al2023", Handler="h", Role=ROLE, Code={"ZipFile": archive()}
    )
    destination = {"Destination": made["FunctionArn"]}
    functions.put_function_event_invoke_config(
        FunctionName=worker,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": destination, "OnFailure": destination},
    )
    for event in ({"n": 1}, {"fail": True}):
        functions.invoke(FunctionName=worker, InvocationType="Event", Payload=json.dumps(event))
    deadline = time.monotonic() + 20
    told = []
    while len(told) < 2 and time.monotonic() < deadline:
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{listener}", filterPattern='"got "')["events"]
        except logs.exceptions.ResourceNotFoundException:
            found = []
        told = [json.loads(e["message"].removeprefix("got ")) for e in found]
        time.sleep(0.1)
    by_condition = {record["requestContext"]["condition"]: record for record in told}
    assert by_condition["Success"]["requestPayload"] == {"n": 1}
    assert by_condition["Success"]["responsePayload"]["event"] == {"n": 1}
    assert by_condition["RetriesExhausted"]["requestPayload"] == {"fail": True}
    assert by_condition["RetriesExhausted"]["responseContext"]["functionError"] == "Unhandled"
    functions.delete_function(FunctionName=listener)
