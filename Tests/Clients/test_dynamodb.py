"""DynamoDB and its streams through boto3."""

import time
from decimal import Decimal

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from conftest import REGION


def create(client, name, range_type=None, stream=None):
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    if range_type:
        keys.append({"AttributeName": "r", "KeyType": "RANGE"})
        types.append({"AttributeName": "r", "AttributeType": range_type})
    more = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": stream}} if stream else {}
    client.create_table(
        TableName=name, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST", **more
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


@pytest.fixture
def table(dynamodb, unique):
    create(dynamodb, unique)
    yield unique
    dynamodb.delete_table(TableName=unique)


@pytest.fixture
def ranged(dynamodb, unique):
    create(dynamodb, unique + "-r", range_type="N")
    yield unique + "-r"
    dynamodb.delete_table(TableName=unique + "-r")


@pytest.fixture
def resource(endpoint):
    return boto3.resource(
        "dynamodb", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


def refused(code, words, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    assert words in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response


def test_a_table_is_described_as_it_was_made(dynamodb, unique):
    create(dynamodb, unique, range_type="B", stream="KEYS_ONLY")
    table = dynamodb.describe_table(TableName=unique)["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableArn"].endswith(f":table/{unique}")
    assert table["KeySchema"] == [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "r", "KeyType": "RANGE"},
    ]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert table["LatestStreamArn"] == f"{table['TableArn']}/stream/{table['LatestStreamLabel']}"
    assert table["ItemCount"] == 0
    refused("ResourceInUseException", "Table already exists", create, client=dynamodb, name=unique)
    assert unique in dynamodb.list_tables()["TableNames"]
    assert dynamodb.delete_table(TableName=unique)["TableDescription"]["TableStatus"] == "DELETING"
    refused(
        "ResourceNotFoundException", "Requested resource not found", dynamodb.describe_table, TableName=unique
    )


def test_tables_are_listed_in_pages(dynamodb, unique):
    names = sorted(f"{unique}-{number}" for number in range(5))
    for name in names:
        create(dynamodb, name)
    pages = dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
    listed = [name for page in pages for name in page["TableNames"]]
    assert [name for name in listed if name.startswith(unique)] == names
    for name in names:
        dynamodb.delete_table(TableName=name)


def test_settings_of_a_table(dynamodb, table):
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "fire"}, {"Key": "x", "Value": "y"}])
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["x"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "fire"}]
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    refused("ValidationException", "protected against deletion", dynamodb.delete_table, TableName=table)
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)


def test_every_type_comes_back_as_it_went(resource, table):
    item = {
        "id": "a",
        "text": "ü🙂",
        "empty": "",
        "number": Decimal("-1.5"),
        "large": Decimal("99999999999999999999999999999999999999"),
        "small": Decimal("1E-130"),
        "bytes": Binary(b"\x00\xff"),
        "yes": True,
        "nothing": None,
        "list": [Decimal(1), "two", [None]],
        "map": {"deep": {"deeper": [False]}},
        "names": {"x", "y"},
        "numbers": {Decimal(1), Decimal("2.5")},
        "blobs": {Binary(b"1"), Binary(b"2")},
    }
    resource.Table(table).put_item(Item=item)
    assert resource.Table(table).get_item(Key={"id": "a"})["Item"] == item
    assert resource.Table(table).get_item(Key={"id": "b"}).get("Item") is None


@pytest.mark.parametrize(
    "written, read",
    [
        ("1.0", "1"), ("-0", "0"), ("0010", "10"), ("1e3", "1000"), ("1.50E-2", "0.015"),
        ("1" * 38, "1" * 38), ("1E125", "1" + "0" * 125), ("+7", "7"),
    ],
)  # fmt: skip
def test_numbers_are_normalised(dynamodb, table, written, read):
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "n": {"N": written}})
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"]["n"] == {"N": read}


@pytest.mark.parametrize(
    "number, words",
    [
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ("one", "The parameter cannot be converted to a numeric value: one"),
    ],
)
def test_numbers_out_of_range_are_refused(dynamodb, table, number, words):
    refused(
        "ValidationException", words, dynamodb.put_item, TableName=table, Item={"id": {"S": "a"}, "n": {"N": number}}
    )


def test_writes_return_what_they_are_asked_for(dynamodb, table):
    key = {"id": {"S": "a"}}
    assert "Attributes" not in dynamodb.put_item(TableName=table, Item={**key, "n": {"N": "1"}}, ReturnValues="ALL_OLD")
    old = dynamodb.put_item(TableName=table, Item={**key, "n": {"N": "2"}, "m": {"N": "9"}}, ReturnValues="ALL_OLD")
    assert old["Attributes"] == {**key, "n": {"N": "1"}}
    values = {":one": {"N": "1"}}
    expected = {
        "ALL_OLD": {**key, "n": {"N": "2"}, "m": {"N": "9"}},
        "ALL_NEW": {**key, "n": {"N": "4"}, "m": {"N": "9"}},
        "UPDATED_OLD": {"n": {"N": "4"}},
        "UPDATED_NEW": {"n": {"N": "6"}},
    }
    for returns, attributes in expected.items():
        answer = dynamodb.update_item(
            TableName=table, Key=key, UpdateExpression="SET n = n + :one", ExpressionAttributeValues=values,
            ReturnValues=returns,
        )  # fmt: skip
        assert answer["Attributes"] == attributes
    assert "Attributes" not in dynamodb.delete_item(TableName=table, Key=key)
    assert dynamodb.get_item(TableName=table, Key=key).get("Item") is None


def test_a_failed_condition_changes_nothing_and_can_show_the_item(dynamodb, table):
    item = {"id": {"S": "a"}, "n": {"N": "1"}}
    dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(id)")
    answer = refused(
        "ConditionalCheckFailedException", "The conditional request failed", dynamodb.put_item, TableName=table,
        Item={"id": {"S": "a"}}, ConditionExpression="attribute_not_exists(id)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )  # fmt: skip
    assert answer["Item"] == item
    for call, more in [
        (dynamodb.delete_item, {}),
        (dynamodb.update_item, {"UpdateExpression": "SET m = :two"}),
    ]:
        values = {":one": {"N": "7"}}
        if more:
            values[":two"] = {"N": "2"}
        refused(
            "ConditionalCheckFailedException", "The conditional request failed", call, TableName=table,
            Key={"id": {"S": "a"}}, ConditionExpression="n = :one", ExpressionAttributeValues=values, **more,
        )  # fmt: skip
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "a"}})["Item"] == item


UPDATES = [
    ("SET n = n + :i, #s = :s", {":i": {"N": "1.5"}, ":s": {"S": "x"}}, {"#s": "status"}),
    ("SET l[1] = :s, l[9] = :s", {":s": {"S": "x"}}, None),
    ("SET l = list_append(:l, l)", {":l": {"L": [{"N": "0"}]}}, None),
    ("SET c = if_not_exists(c, :z) + :o", {":z": {"N": "0"}, ":o": {"N": "1"}}, None),
    ("REMOVE l[0], m.k", None, None),
    ("SET m.q = :s REMOVE n", {":s": {"S": "x"}}, None),
    ("ADD n :o, tags :t", {":o": {"N": "1"}, ":t": {"SS": ["z"]}}, None),
    ("DELETE tags :t", {":t": {"SS": ["x"]}}, None),
    ("SET m.k = n, n = :o", {":o": {"N": "1"}}, None),
]


def updated(client, name, expression, values, names):
    """An item after an update."""
    create(client, name)
    client.put_item(
        TableName=name,
        Item={
            "id": {"S": "a"}, "n": {"N": "5"}, "l": {"L": [{"N": "1"}, {"N": "2"}]},
            "m": {"M": {"k": {"S": "v"}, "w": {"S": "v"}}}, "tags": {"SS": ["x", "y"]},
        },
    )  # fmt: skip
    more = {}
    if values:
        more["ExpressionAttributeValues"] = values
    if names:
        more["ExpressionAttributeNames"] = names
    client.update_item(TableName=name, Key={"id": {"S": "a"}}, UpdateExpression=expression, **more)
    item = client.get_item(TableName=name, Key={"id": {"S": "a"}})["Item"]
    client.delete_table(TableName=name)
    for value in item.values():
        if "SS" in value:
            value["SS"].sort()
    return item


@pytest.mark.parametrize("expression, values, names", UPDATES, ids=[update[0] for update in UPDATES])
def test_updates_do_what_moto_does(dynamodb, moto, unique, expression, values, names):
    ours = updated(dynamodb, unique, expression, values, names)
    theirs = moto(lambda client: updated(client, unique, expression, values, names), "dynamodb")
    assert ours == theirs


FILTERS = [
    Attr("n").gt(2) & Attr("n").lte(5),
    Attr("n").between(2, 3) | Attr("text").begins_with("t7"),
    ~Attr("n").is_in([1, 2, 3]),
    Attr("odd").exists() & Attr("text").contains("7"),
    Attr("odd").not_exists() & Attr("n").ne(4),
    Attr("map.k").eq(6),
    Attr("text").size().gt(2),
    Attr("text").attribute_type("S") & Attr("list[0]").lt(2),
]


def filtered(client, endpoint, name, condition):
    """The ids that a filtered scan finds."""
    create(client, name)
    more = {"endpoint_url": endpoint} if endpoint else {}
    table = boto3.resource(
        "dynamodb", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test", **more
    ).Table(name)
    with table.batch_writer() as batch:
        for number in range(12):
            item = {"id": f"k{number}", "n": number, "text": f"t{number}", "map": {"k": number}, "list": [number]}
            if number % 2:
                item["odd"] = True
            batch.put_item(Item=item)
    answer = table.scan(FilterExpression=condition)
    client.delete_table(TableName=name)
    assert answer["ScannedCount"] == 12
    return sorted(item["id"] for item in answer["Items"])


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_filters_find_what_moto_finds(dynamodb, endpoint, moto, unique, number):
    ours = filtered(dynamodb, endpoint, unique, FILTERS[number])
    theirs = moto(lambda client: filtered(client, None, unique, FILTERS[number]), "dynamodb")
    assert ours == theirs
    assert 0 < len(ours) < 12


EARLY = [
    {"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "7"}]}},
    {"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "2"}, {"N": "4"}]}},
    {"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "2"}, {"N": "40"}]}},
    {"text": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "t1"}]}},
    {"text": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "1"}]}},
    {"odd": {"ComparisonOperator": "NULL"}},
    {"odd": {"ComparisonOperator": "NOT_NULL"}, "n": {"ComparisonOperator": "NE", "AttributeValueList": [{"N": "3"}]}},
]


def scanned_early(client, name, conditions):
    """The ids that a scan finds with the parameters from before expressions."""
    create(client, name)
    for number in range(12):
        item = {"id": {"S": f"k{number}"}, "n": {"N": str(number)}, "text": {"S": f"t{number}"}}
        if number % 2:
            item["odd"] = {"BOOL": True}
        client.put_item(TableName=name, Item=item)
    items = client.scan(TableName=name, ScanFilter=conditions)["Items"]
    client.delete_table(TableName=name)
    return sorted(item["id"]["S"] for item in items)


@pytest.mark.parametrize("number", range(len(EARLY)))
def test_filters_from_before_expressions_find_what_moto_finds(dynamodb, moto, unique, number):
    ours = scanned_early(dynamodb, unique, EARLY[number])
    assert ours == moto(lambda client: scanned_early(client, unique, EARLY[number]), "dynamodb")
    assert 0 < len(ours) < 12


def test_writes_and_queries_from_before_expressions(dynamodb, ranged):
    key = {"id": {"S": "a"}, "r": {"N": "1"}}
    dynamodb.put_item(TableName=ranged, Item={**key, "n": {"N": "1"}}, Expected={"id": {"Exists": False}})
    refused(
        "ConditionalCheckFailedException", "The conditional request failed", dynamodb.put_item, TableName=ranged,
        Item=key, Expected={"id": {"Exists": False}},
    )  # fmt: skip
    answer = dynamodb.update_item(
        TableName=ranged, Key=key, ReturnValues="ALL_NEW", Expected={"n": {"Value": {"N": "1"}}},
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "2"}}, "s": {"Value": {"S": "x"}}, "none": {"Action": "DELETE"},
        },
    )  # fmt: skip
    assert answer["Attributes"] == {**key, "n": {"N": "3"}, "s": {"S": "x"}}
    found = dynamodb.query(
        TableName=ranged,
        KeyConditions={
            "id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]},
            "r": {"ComparisonOperator": "LE", "AttributeValueList": [{"N": "1"}]},
        },
        QueryFilter={"n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "3"}]}},
    )
    assert found["Count"] == 1
    got = dynamodb.get_item(TableName=ranged, Key=key, AttributesToGet=["n", "missing"])
    assert got["Item"] == {"n": {"N": "3"}}
    refused(
        "ValidationException", "Can not use both expression and non-expression parameters", dynamodb.update_item,
        TableName=ranged, Key=key, UpdateExpression="REMOVE s", Expected={"n": {"Value": {"N": "1"}}},
    )  # fmt: skip


def test_queries_page_in_both_directions(resource, ranged):
    table = resource.Table(ranged)
    with table.batch_writer() as batch:
        for number in range(-5, 20):
            batch.put_item(Item={"id": "a", "r": number})
            batch.put_item(Item={"id": "b", "r": number})
    found, start = [], {}
    while True:
        page = table.query(
            KeyConditionExpression=Key("id").eq("a") & Key("r").between(-3, 14), Limit=5, **start
        )
        found += [int(item["r"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == list(range(-3, 15))
    newest = table.query(KeyConditionExpression=Key("id").eq("a"), ScanIndexForward=False, Limit=3)
    assert [int(item["r"]) for item in newest["Items"]] == [19, 18, 17]
    assert newest["LastEvaluatedKey"] == {"id": "a", "r": 17}
    count = table.query(KeyConditionExpression=Key("id").eq("b") & Key("r").lt(0), Select="COUNT")
    assert count["Count"] == 5 and "Items" not in count
    kept = table.query(
        KeyConditionExpression=Key("id").eq("a"), FilterExpression=Attr("missing").exists(), ProjectionExpression="r"
    )
    assert (kept["Count"], kept["ScannedCount"]) == (0, 25)


def test_a_scan_is_paged_at_a_megabyte_and_split_in_segments(resource, dynamodb, table):
    with resource.Table(table).batch_writer() as batch:
        for number in range(30):
            batch.put_item(Item={"id": f"k{number}", "text": "x" * 100_000})
    pages = list(dynamodb.get_paginator("scan").paginate(TableName=table))
    assert len(pages) == 3
    assert sum(page["Count"] for page in pages) == 30
    ids = []
    for segment in range(4):
        for page in dynamodb.get_paginator("scan").paginate(TableName=table, Segment=segment, TotalSegments=4):
            ids += [item["id"]["S"] for item in page["Items"]]
    assert sorted(ids) == sorted(f"k{number}" for number in range(30))


def test_batches(dynamodb, table):
    puts = [{"PutRequest": {"Item": {"id": {"S": f"k{number}"}}}} for number in range(25)]
    answer = dynamodb.batch_write_item(RequestItems={table: puts}, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {}
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 25.0}]
    keys = [{"id": {"S": f"k{number}"}} for number in range(20, 30)]
    found = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})["Responses"][table]
    assert sorted(item["id"]["S"] for item in found) == [f"k{number}" for number in range(20, 25)]
    refused(
        "ValidationException", "contains duplicates", dynamodb.batch_write_item, RequestItems={table: [puts[0]] * 2}
    )
    more = [{"PutRequest": {"Item": {"id": {"S": f"x{number}"}}}} for number in range(26)]
    with pytest.raises(ClientError):
        dynamodb.batch_write_item(RequestItems={table: more})
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "x0"}})


def test_capacity_is_counted(dynamodb, table):
    item = {"id": {"S": "a"}, "text": {"S": "x" * 5000}}
    written = dynamodb.put_item(TableName=table, Item=item, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    assert written == {"TableName": table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 5.0}}
    for consistent, units in [(True, 2.0), (False, 1.0)]:
        read = dynamodb.get_item(
            TableName=table, Key={"id": {"S": "a"}}, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL"
        )
        assert read["ConsumedCapacity"]["CapacityUnits"] == units


INVALID = "One or more parameter values were invalid: "
MISTAKES = [
    ("put_item", {"Item": {"x": {"S": "a"}}}, INVALID + "Missing the key id in the item"),
    ("put_item", {"Item": {"id": {"N": "1"}}}, INVALID + "Type mismatch for key id expected: S actual: N"),
    ("put_item", {"Item": {"id": {"S": ""}}}, "cannot contain an empty string value. Key: id"),
    ("put_item", {"Item": {"id": {"S": "a"}, "s": {"SS": []}}}, "set  may not be empty"),
    ("put_item", {"Item": {"id": {"S": "a"}, "t": {"S": "x" * 409_600}}}, "Item size has exceeded the maximum allowed size"),
    ("get_item", {"Key": {"other": {"S": "a"}}}, "The provided key element does not match the schema"),
    (
        "update_item",
        {"Key": {"id": {"S": "a"}}, "UpdateExpression": "SET name = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}},
        "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name",
    ),
    (
        "update_item",
        {"Key": {"id": {"S": "a"}}, "UpdateExpression": "SET a = = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}},
        'Invalid UpdateExpression: Syntax error; token: "=", near: "= = :v"',
    ),
    (
        "update_item",
        {"Key": {"id": {"S": "a"}}, "UpdateExpression": "SET a = b"},
        "The provided expression refers to an attribute that does not exist in the item",
    ),
    (
        "put_item",
        {"Item": {"id": {"S": "a"}}, "ExpressionAttributeValues": {":v": {"S": "x"}}},
        "ExpressionAttributeValues can only be specified when using expressions",
    ),
]  # fmt: skip


@pytest.mark.parametrize("call, arguments, words", MISTAKES, ids=[f"{m[0]}: {m[2][:50]}" for m in MISTAKES])
def test_mistakes_are_told_in_awss_words(dynamodb, table, call, arguments, words):
    refused("ValidationException", words, getattr(dynamodb, call), TableName=table, **arguments)


@pytest.mark.parametrize("call", ["get_item", "put_item"])
def test_an_unknown_table_is_not_found(dynamodb, call):
    arguments = {"Key": {"id": {"S": "a"}}} if call == "get_item" else {"Item": {"id": {"S": "a"}}}
    refused(
        "ResourceNotFoundException", "Requested resource not found", getattr(dynamodb, call), TableName="no-such-table",
        **arguments,
    )  # fmt: skip


def shard(streams, arn):
    return streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]


def iterator(streams, arn, kind="TRIM_HORIZON", **more):
    return streams.get_shard_iterator(StreamArn=arn, ShardId=shard(streams, arn), ShardIteratorType=kind, **more)[
        "ShardIterator"
    ]


def test_a_stream_tells_every_change_once_and_in_order(dynamodb, streams, unique):
    create(dynamodb, unique, stream="NEW_AND_OLD_IMAGES")
    arn = streams.list_streams(TableName=unique)["Streams"][0]["StreamArn"]
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamStatus"] == "ENABLED"
    assert description["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    latest = iterator(streams, arn, "LATEST")

    before = int(time.time()) - 1
    key = {"id": {"S": "a"}}
    dynamodb.put_item(TableName=unique, Item={**key, "n": {"N": "1"}})
    dynamodb.put_item(TableName=unique, Item={**key, "n": {"N": "1.0"}})
    dynamodb.update_item(
        TableName=unique, Key=key, UpdateExpression="SET n = :two", ExpressionAttributeValues={":two": {"N": "2"}}
    )
    dynamodb.delete_item(TableName=unique, Key=key)

    answer = streams.get_records(ShardIterator=latest)
    records = answer["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert records[1]["dynamodb"]["OldImage"] == {**key, "n": {"N": "1"}}
    assert records[1]["dynamodb"]["NewImage"] == {**key, "n": {"N": "2"}}
    assert "NewImage" not in records[2]["dynamodb"]
    created = records[0]["dynamodb"]["ApproximateCreationDateTime"]
    assert created.microsecond == 0 and created.timestamp() >= before
    assert {record["eventVersion"] for record in records} == {"1.1"}
    assert len({record["eventID"] for record in records}) == 3
    assert streams.get_records(ShardIterator=answer["NextShardIterator"])["Records"] == []

    second = records[1]["dynamodb"]["SequenceNumber"]
    for kind, count in [("AT_SEQUENCE_NUMBER", 2), ("AFTER_SEQUENCE_NUMBER", 1)]:
        place = iterator(streams, arn, kind, SequenceNumber=second)
        assert len(streams.get_records(ShardIterator=place)["Records"]) == count
    first = streams.get_records(ShardIterator=iterator(streams, arn), Limit=1)
    assert len(first["Records"]) == 1
    assert len(streams.get_records(ShardIterator=first["NextShardIterator"])["Records"]) == 2
    dynamodb.delete_table(TableName=unique)


def test_a_stream_that_is_disabled_ends(dynamodb, streams, unique):
    create(dynamodb, unique, stream="KEYS_ONLY")
    arn = dynamodb.describe_table(TableName=unique)["Table"]["LatestStreamArn"]
    dynamodb.put_item(TableName=unique, Item={"id": {"S": "a"}})
    dynamodb.update_table(TableName=unique, StreamSpecification={"StreamEnabled": False})
    dynamodb.put_item(TableName=unique, Item={"id": {"S": "b"}})
    answer = streams.get_records(ShardIterator=iterator(streams, arn))
    assert [record["dynamodb"]["Keys"] for record in answer["Records"]] == [{"id": {"S": "a"}}]
    assert "NextShardIterator" not in answer
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] == "DISABLED"
    dynamodb.delete_table(TableName=unique)


def test_unknown_streams_and_iterators_are_refused(streams):
    arn = "arn:aws:dynamodb:us-west-2:123456789012:table/none/stream/2026-01-01T00:00:00.000"
    refused("ResourceNotFoundException", "Requested resource not found", streams.describe_stream, StreamArn=arn)
    refused("ValidationException", "Invalid ShardIterator", streams.get_records, ShardIterator="nonsense")
