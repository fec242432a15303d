"""Global indexes whose keys have several attributes, through boto3."""

import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def fleet(dynamodb):
    """A table whose global index `by_place` has two hash and three range attributes of different types."""
    name = f"fleet-{uuid.uuid4().hex[:8]}"
    types = {"id": "S", "land": "S", "zone": "N", "kind": "S", "size": "N", "mark": "B"}
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in types.items()],
        GlobalSecondaryIndexes=[{
            "IndexName": "by_place", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": n, "KeyType": "HASH"} for n in ("land", "zone")]
            + [{"AttributeName": n, "KeyType": "RANGE"} for n in ("kind", "size", "mark")],
        }],
    )  # fmt: skip
    ships = [
        ("a", "tug", "-3", b"\x00"), ("b", "tug", "2", b""), ("c", "tug", "10", b"\x00\x01"), ("d", "tug", "10", b"\x00"),
        ("e", "tugboat", "1", b"z"), ("f", "ferry", "7", b"z"),
    ]  # fmt: skip
    for number, kind, size, mark in ships:
        item = {"id": {"S": number}, "land": {"S": "no"}, "zone": {"N": "4"}, "kind": {"S": kind}, "size": {"N": size}}
        if mark:
            item["mark"] = {"B": mark}
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.put_item(TableName=name, Item={**item, "id": {"S": "elsewhere"}, "zone": {"N": "5"}})
    yield name
    dynamodb.delete_table(TableName=name)


def ships(dynamodb, table, condition, **options):
    values = {
        ":land": {"S": "no"}, ":zone": {"N": "4"}, ":kind": {"S": "tug"}, ":size": {"N": "2"}, ":most": {"N": "10"},
        ":mark": {"B": b"\x00"},
    }  # fmt: skip
    used = {name: value for name, value in values.items() if name in condition}
    return dynamodb.query(
        TableName=table, IndexName="by_place", KeyConditionExpression=condition, ExpressionAttributeValues=used, **options
    )


PLACE = "land = :land AND #z = :zone"


@pytest.mark.parametrize(
    "rest, expected",
    [
        # The item without a mark is not in the index; sizes are in the order of numbers.
        ("", "fadce"), (" AND kind = :kind", "adc"), (" AND kind >= :kind", "adce"), (" AND kind > :kind", "e"),
        (" AND kind < :kind", "f"), (" AND kind <= :kind", "fadc"), (" AND begins_with(kind, :kind)", "adce"),
        (" AND kind = :kind AND #s > :size", "dc"), (" AND kind = :kind AND #s < :most", "a"),
        (" AND #s = :most AND kind = :kind", "dc"), (" AND kind = :kind AND #s BETWEEN :size AND :most", "dc"),
        (" AND kind = :kind AND #s = :most AND mark = :mark", "d"),
        (" AND kind = :kind AND #s = :most AND mark > :mark", "c"),
        (" AND kind = :kind AND #s = :most AND begins_with(mark, :mark)", "dc"),
    ],
)  # fmt: skip
def test_keys_of_several_attributes_are_compared_one_after_another(dynamodb, fleet, rest, expected):
    names = {"ExpressionAttributeNames": {"#z": "zone"} | ({"#s": "size"} if "#s" in rest else {})}
    for backward in (False, True):
        page = ships(dynamodb, fleet, PLACE + rest, ScanIndexForward=not backward, **names)
        found = "".join(item["id"]["S"] for item in page["Items"])
        assert found == (expected[::-1] if backward else expected)


def test_a_page_of_such_an_index_ends_with_all_attributes_of_its_key(dynamodb, fleet):
    names = {"#z": "zone"}
    found, start = "", {}
    while True:
        page = ships(dynamodb, fleet, PLACE, ExpressionAttributeNames=names, Limit=2, **start)
        found += "".join(item["id"]["S"] for item in page["Items"])
        if "LastEvaluatedKey" not in page:
            break
        assert sorted(page["LastEvaluatedKey"]) == ["id", "kind", "land", "mark", "size", "zone"]
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == "fadce"


@pytest.mark.parametrize(
    "condition, message",
    [
        ("land = :land", "Query condition missed key schema element: zone"),
        ("land = :land AND #z > :zone", "Query key condition not supported"),
        (PLACE + " AND #s = :size", "RANGE key attributes kind must have equality conditions specified in the query because a "
         "condition is present on key attribute size"),
        (PLACE + " AND kind > :kind AND mark = :mark", "RANGE key attributes kind, size must have equality conditions "
         "specified in the query because a condition is present on key attribute mark"),
    ],
)  # fmt: skip
def test_range_attributes_are_named_from_the_left(dynamodb, fleet, condition, message):
    names = {sign: name for sign, name in {"#z": "zone", "#s": "size"}.items() if sign in condition}
    options = {"ExpressionAttributeNames": names} if names else {}
    with pytest.raises(ClientError) as caught:
        ships(dynamodb, fleet, condition, **options)
    assert caught.value.response["Error"]["Message"] == message


@pytest.mark.parametrize(
    "keys",
    ["HHHHH", "HRRRRR", "HRH", "RH", "RR"],
)
def test_such_a_key_has_at_most_four_attributes_of_a_kind_hash_first(dynamodb, keys):
    names = [f"k{number}" for number in range(len(keys))]
    with pytest.raises(ClientError) as caught:
        dynamodb.create_table(
            TableName="never-made", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ["id", *names]],
            GlobalSecondaryIndexes=[{
                "IndexName": "index", "Projection": {"ProjectionType": "ALL"},
                "KeySchema": [{"AttributeName": n, "KeyType": "HASH" if k == "H" else "RANGE"} for n, k in zip(names, keys)],
            }],
        )  # fmt: skip
    assert caught.value.response["Error"]["Code"] == "ValidationException"
