"""Secondary indexes, transactions and expiry through boto3."""

import json
import time
import urllib.request

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError


def items(*plain):
    return [TypeSerializer().serialize(item)["M"] for item in plain]


def refused(code, words, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    assert words in caught.value.response["Error"]["Message"]
    return caught.value.response


def index(name, hash_key, range_key=None, projection="ALL", attributes=None):
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        keys.append({"AttributeName": range_key, "KeyType": "RANGE"})
    projected = {"ProjectionType": projection} | ({"NonKeyAttributes": attributes} if attributes else {})
    return {"IndexName": name, "KeySchema": keys, "Projection": projected}


TYPES = {"id": "S", "r": "N", "city": "S", "age": "N"}


def create(client, name, globals_=(), locals_=(), more=None):
    schemas = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}]
    used = {"id", "r"} | {key["AttributeName"] for index in [*globals_, *locals_] for key in index["KeySchema"]}
    arguments = dict(more or {})
    if globals_:
        arguments["GlobalSecondaryIndexes"] = list(globals_)
    if locals_:
        arguments["LocalSecondaryIndexes"] = list(locals_)
    client.create_table(
        TableName=name, KeySchema=schemas, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": TYPES[n]} for n in sorted(used)], **arguments,
    )


@pytest.fixture
def indexed(dynamodb, unique):
    create(
        dynamodb, unique,
        [index("by-city", "city", "age"), index("names", "city", projection="INCLUDE", attributes=["name"])],
        [index("by-age", "id", "age", "KEYS_ONLY")],
    )
    yield unique
    dynamodb.delete_table(TableName=unique)


PEOPLE = [
    {"id": "a", "r": 1, "city": "Rome", "age": 30, "name": "Ada", "note": "x"},
    {"id": "a", "r": 2, "city": "Rome", "age": 20, "name": "Bob", "note": "y"},
    {"id": "b", "r": 1, "city": "Oslo", "age": 40, "name": "Cy", "note": "z"},
    {"id": "b", "r": 2, "age": 25, "name": "Di"},
    {"id": "c", "r": 1, "city": "Rome", "name": "Ed"},
]


def fill(client, table, people=PEOPLE):
    for item in items(*people):
        client.put_item(TableName=table, Item=item)


def query(client, table, index, expression, values, **more):
    answer = client.query(
        TableName=table, IndexName=index, KeyConditionExpression=expression, ExpressionAttributeValues=values, **more
    )
    return answer["Items"], answer.get("LastEvaluatedKey")


def names(found):
    return [item.get("name", {}).get("S") for item in found]


ROME = {":c": {"S": "Rome"}}


def test_an_index_holds_the_items_that_have_its_key_in_its_order(dynamodb, indexed):
    fill(dynamodb, indexed)
    assert names(query(dynamodb, indexed, "by-city", "city = :c", ROME)[0]) == ["Bob", "Ada"]
    assert names(query(dynamodb, indexed, "by-city", "city = :c", ROME, ScanIndexForward=False)[0]) == ["Ada", "Bob"]
    older = {**ROME, ":n": {"N": "25"}}
    assert names(query(dynamodb, indexed, "by-city", "city = :c AND age > :n", older)[0]) == ["Ada"]
    # Sparse: without a city or, where it is a key, an age there is no entry.
    assert sorted(names(dynamodb.scan(TableName=indexed, IndexName="by-city")["Items"])) == ["Ada", "Bob", "Cy"]
    assert sorted(names(dynamodb.scan(TableName=indexed, IndexName="names")["Items"])) == ["Ada", "Bob", "Cy", "Ed"]


def test_an_index_follows_every_write(dynamodb, indexed):
    fill(dynamodb, indexed)
    key = {"id": {"S": "a"}, "r": {"N": "1"}}
    dynamodb.update_item(
        TableName=indexed, Key=key, UpdateExpression="SET city = :c", ExpressionAttributeValues={":c": {"S": "Oslo"}}
    )
    assert names(query(dynamodb, indexed, "by-city", "city = :c", ROME)[0]) == ["Bob"]
    assert names(query(dynamodb, indexed, "by-city", "city = :c", {":c": {"S": "Oslo"}})[0]) == ["Ada", "Cy"]
    dynamodb.update_item(TableName=indexed, Key=key, UpdateExpression="REMOVE age")
    assert names(query(dynamodb, indexed, "by-city", "city = :c", {":c": {"S": "Oslo"}})[0]) == ["Cy"]
    dynamodb.delete_item(TableName=indexed, Key={"id": {"S": "b"}, "r": {"N": "1"}})
    assert names(query(dynamodb, indexed, "by-city", "city = :c", {":c": {"S": "Oslo"}})[0]) == []


def test_an_index_shows_what_it_projects(dynamodb, indexed):
    fill(dynamodb, indexed)
    found, _ = query(dynamodb, indexed, "names", "city = :c", {":c": {"S": "Oslo"}})
    assert found == items({"id": "b", "r": 1, "city": "Oslo", "name": "Cy"})
    ask = {"TableName": indexed, "IndexName": "names", "KeyConditionExpression": "city = :c"}
    refused(
        "ValidationException", "does not project [note]", dynamodb.query, **ask, ExpressionAttributeValues=ROME,
        ProjectionExpression="note",
    )
    refused(
        "ValidationException", "Select type ALL_ATTRIBUTES is not supported", dynamodb.query, **ask,
        ExpressionAttributeValues=ROME, Select="ALL_ATTRIBUTES",
    )
    refused(
        "ValidationException", "Consistent reads are not supported on global secondary indexes", dynamodb.query, **ask,
        ExpressionAttributeValues=ROME, ConsistentRead=True,
    )
    # A local index fetches from its table what it does not hold.
    a = {":i": {"S": "a"}}
    assert query(dynamodb, indexed, "by-age", "id = :i", a, ConsistentRead=True)[0] == items(
        {"id": "a", "r": 2, "age": 20}, {"id": "a", "r": 1, "age": 30}
    )
    assert names(query(dynamodb, indexed, "by-age", "id = :i", a, Select="ALL_ATTRIBUTES")[0]) == ["Bob", "Ada"]
    assert names(query(dynamodb, indexed, "by-age", "id = :i", a, ProjectionExpression="#n",
                       ExpressionAttributeNames={"#n": "name"})[0]) == ["Bob", "Ada"]


def test_pages_of_an_index_end_at_the_keys_of_index_and_table(dynamodb, indexed):
    fill(dynamodb, indexed, [{"id": f"k{n}", "r": 1, "city": "Rome", "age": n % 3} for n in range(10)])
    for forward in [True, False]:
        seen, start = [], {}
        while start is not None:
            page, last = query(dynamodb, indexed, "by-city", "city = :c", ROME, Limit=3, ScanIndexForward=forward, **start)
            seen += [(int(item["age"]["N"]), item["id"]["S"]) for item in page]
            if last:
                assert set(last) == {"id", "r", "city", "age"}
            start = {"ExclusiveStartKey": last} if last else None
        assert len(seen) == 10 and seen == sorted(seen, reverse=not forward)
    refused(
        "ValidationException", "The provided starting key is invalid", dynamodb.scan, TableName=indexed,
        IndexName="by-city", ExclusiveStartKey={"id": {"S": "k1"}, "r": {"N": "1"}},
    )


def test_values_that_no_index_key_can_have_are_refused(dynamodb, indexed):
    wrong = items({"id": "x", "r": 1, "city": 5})[0]
    refused(
        "ValidationException", "Type mismatch for Index Key city Expected: S Actual: N IndexName: by-city",
        dynamodb.put_item, TableName=indexed, Item=wrong,
    )
    refused(
        "ValidationException", "cannot contain an empty string value. IndexName: by-city, IndexKey: city",
        dynamodb.put_item, TableName=indexed, Item=items({"id": "x", "r": 1, "city": ""})[0],
    )
    refused(
        "ValidationException", "Type mismatch for Index Key", dynamodb.batch_write_item,
        RequestItems={indexed: [{"PutRequest": {"Item": item}} for item in [*items({"id": "y", "r": 1}), wrong]]},
    )
    assert dynamodb.scan(TableName=indexed)["Count"] == 0
    refused(
        "ValidationException", "The table does not have the specified index: none", dynamodb.scan, TableName=indexed,
        IndexName="none",
    )


def test_indexes_are_described_and_cost_capacity(dynamodb, indexed):
    fill(dynamodb, indexed)
    table = dynamodb.describe_table(TableName=indexed)["Table"]
    described = {entry["IndexName"]: entry for entry in table["GlobalSecondaryIndexes"]}
    assert described["by-city"]["IndexStatus"] == "ACTIVE" and described["by-city"]["ItemCount"] == 3
    assert described["by-city"]["IndexArn"] == table["TableArn"] + "/index/by-city"
    assert described["names"]["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"]}
    assert [entry["IndexName"] for entry in table["LocalSecondaryIndexes"]] == ["by-age"]
    answer = dynamodb.put_item(
        TableName=indexed, Item=items({"id": "z", "r": 1, "city": "Rome", "age": 1})[0],
        ReturnConsumedCapacity="INDEXES", ReturnItemCollectionMetrics="SIZE",
    )
    capacity = answer["ConsumedCapacity"]
    assert capacity["CapacityUnits"] == 4 and capacity["Table"]["CapacityUnits"] == 1
    assert set(capacity["GlobalSecondaryIndexes"]) == {"by-city", "names"}
    assert capacity["LocalSecondaryIndexes"] == {"by-age": {"CapacityUnits": 1.0}}
    assert answer["ItemCollectionMetrics"]["ItemCollectionKey"] == {"id": {"S": "z"}}


def test_an_index_can_be_added_and_taken_away(dynamodb, unique):
    create(dynamodb, unique)
    fill(dynamodb, unique)
    added = index("late", "city", "age")
    types = [{"AttributeName": n, "AttributeType": TYPES[n]} for n in ["id", "r", "city", "age"]]
    dynamodb.update_table(
        TableName=unique, AttributeDefinitions=types, GlobalSecondaryIndexUpdates=[{"Create": added}]
    )
    assert names(query(dynamodb, unique, "late", "city = :c", ROME)[0]) == ["Bob", "Ada"]
    refused(
        "ValidationException", "already exists", dynamodb.update_table, TableName=unique, AttributeDefinitions=types,
        GlobalSecondaryIndexUpdates=[{"Create": added}],
    )
    dynamodb.update_table(TableName=unique, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "late"}}])
    table = dynamodb.describe_table(TableName=unique)["Table"]
    assert "GlobalSecondaryIndexes" not in table and len(table["AttributeDefinitions"]) == 2
    refused("ValidationException", "does not have the specified index", dynamodb.scan, TableName=unique, IndexName="late")
    dynamodb.delete_table(TableName=unique)


@pytest.mark.parametrize(
    "globals_, locals_, words",
    [
        ([index("xxx", "city"), index("xxx", "city")], [], "Duplicate index name: xxx"),
        ([index("xxx", "city", projection="INCLUDE")], [], "One or more parameter values were invalid"),
        ([index("xxx", "city", attributes=["a"])], [], "ProjectionType is ALL, but NonKeyAttributes is specified"),
        ([], [index("xxx", "city", "age")], "does not have the same leading hash key as table KeySchema for index: xxx"),
        ([], [index("xxx", "id")], "does not have a range key for index: xxx"),
        ([index(f"xxx{n:02}", "city") for n in range(21)], [], "exceeds the per-table limit of 20"),
        ([], [index(f"xxx{n}", "id", "age") for n in range(6)], "exceeds per-table limit of 5"),
    ],
)
def test_index_definitions_are_checked(dynamodb, unique, globals_, locals_, words):
    refused("ValidationException", words, lambda: create(dynamodb, unique, globals_, locals_))


@pytest.fixture
def advance(endpoint):
    def run(seconds):
        request = urllib.request.Request(
            f"{endpoint}/_firedrill/clock/advance", data=json.dumps({"seconds": seconds}).encode(), method="POST"
        )
        urllib.request.urlopen(request, timeout=30).read()

    return run


def put(table, item, **more):
    return {"Put": {"TableName": table, "Item": items(item)[0], **more}}


def test_a_transaction_writes_all_or_nothing(dynamodb, indexed):
    fill(dynamodb, indexed)
    key = {"id": {"S": "a"}, "r": {"N": "1"}}
    dynamodb.transact_write_items(
        TransactItems=[
            put(indexed, {"id": "n", "r": 1}),
            {"Update": {"TableName": indexed, "Key": key, "UpdateExpression": "SET age = age + :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}}}},
            {"Delete": {"TableName": indexed, "Key": {"id": {"S": "c"}, "r": {"N": "1"}}}},
            {"ConditionCheck": {"TableName": indexed, "Key": {"id": {"S": "b"}, "r": {"N": "1"}},
                                "ConditionExpression": "attribute_exists(id)"}},
        ]
    )
    assert dynamodb.get_item(TableName=indexed, Key=key)["Item"]["age"] == {"N": "31"}
    assert dynamodb.scan(TableName=indexed)["Count"] == 5
    answer = refused(
        "TransactionCanceledException", "specific reasons [None, ConditionalCheckFailed, ValidationError]",
        dynamodb.transact_write_items,
        TransactItems=[
            put(indexed, {"id": "never", "r": 1}),
            put(indexed, {"id": "a", "r": 1}, ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD"),
            {"Update": {"TableName": indexed, "Key": {"id": {"S": "b"}, "r": {"N": "2"}},
                        "UpdateExpression": "SET age = gone + :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}}}},
        ],
    )
    reasons = answer["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed", "ValidationError"]
    assert reasons[1]["Message"] == "The conditional request failed" and reasons[1]["Item"]["age"] == {"N": "31"}
    assert "Item" not in dynamodb.get_item(TableName=indexed, Key={"id": {"S": "never"}, "r": {"N": "1"}})


def test_a_transaction_with_a_token_takes_effect_once(dynamodb, indexed):
    def call(step):
        return dynamodb.transact_write_items(
            ClientRequestToken=indexed[:36],
            TransactItems=[{"Update": {"TableName": indexed, "Key": {"id": {"S": "t"}, "r": {"N": "1"}},
                                       "UpdateExpression": "ADD age :s",
                                       "ExpressionAttributeValues": {":s": {"N": str(step)}}}}],
        )

    call(1)
    call(1)
    item = dynamodb.get_item(TableName=indexed, Key={"id": {"S": "t"}, "r": {"N": "1"}})["Item"]
    assert item["age"] == {"N": "1"}
    refused("IdempotentParameterMismatchException", "", call, step=2)


def test_transactions_are_checked(dynamodb, indexed):
    twice = [put(indexed, {"id": "a", "r": 1}), put(indexed, {"id": "a", "r": 1, "x": 1})]
    refused(
        "ValidationException", "cannot include multiple operations on one item", dynamodb.transact_write_items,
        TransactItems=twice,
    )
    many = [put(indexed, {"id": "a", "r": n}) for n in range(101)]
    refused(
        "ValidationException", "less than or equal to 100", dynamodb.transact_write_items, TransactItems=many
    )


def test_a_transaction_reads_in_order_and_costs_twice(dynamodb, indexed):
    fill(dynamodb, indexed)
    keys = [{"id": {"S": i}, "r": {"N": "1"}} for i in ["b", "none", "a"]]
    answer = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": indexed, "Key": key, "ProjectionExpression": "age"}} for key in keys],
        ReturnConsumedCapacity="TOTAL",
    )
    assert [response.get("Item") for response in answer["Responses"]] == [{"age": {"N": "40"}}, None, {"age": {"N": "30"}}]
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 6


def test_expired_items_go_and_the_stream_tells_why(dynamodb, streams, unique, advance):
    create(dynamodb, unique, more={"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}})
    now = int(time.time())
    old = {"id": "past", "r": 1, "until": now - 10}
    fill(dynamodb, unique, [old, {"id": "future", "r": 1, "until": now + 10**8}, {"id": "text", "r": 1, "until": "1"},
                            {"id": "ancient", "r": 1, "until": now - 6 * 365 * 86400}, {"id": "none", "r": 1}])
    specification = {"AttributeName": "until", "Enabled": True}
    assert dynamodb.update_time_to_live(TableName=unique, TimeToLiveSpecification=specification)[
        "TimeToLiveSpecification"
    ] == specification
    assert dynamodb.describe_time_to_live(TableName=unique)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    advance(61)
    assert {item["id"]["S"] for item in dynamodb.scan(TableName=unique)["Items"]} == {"future", "text", "ancient", "none"}
    arn = dynamodb.describe_table(TableName=unique)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    record = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"][-1]
    assert record["eventName"] == "REMOVE" and record["dynamodb"]["Keys"]["id"] == {"S": "past"}
    assert record["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    refused(
        "ValidationException", "TimeToLive is already enabled", dynamodb.update_time_to_live, TableName=unique,
        TimeToLiveSpecification=specification,
    )
    dynamodb.delete_table(TableName=unique)
