"""What DynamoDB says of calls that are wrong, and which of several mistakes it tells."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import REGION

INVALID = "One or more parameter values were invalid: "
MIXED = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "


@pytest.fixture(scope="module")
def client(endpoint):
    """A client that sends what a caller asks for, without checking it first."""
    return boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}, parameter_validation=False),
    )  # fmt: skip


@pytest.fixture(scope="module")
def table(client):
    """A table with the key (p, s), local index `by_date` and global indexes `a_kind` and `z_kind`, both on `kind`."""
    name = "errors-of-items"
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}

    def key(hash_name, range_name=None):
        names = [(hash_name, "HASH")] + ([(range_name, "RANGE")] if range_name else [])
        return [{"AttributeName": name, "KeyType": kind} for name, kind in names]

    client.create_table(
        TableName=name, KeySchema=key("p", "s"), ProvisionedThroughput=throughput,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("p", "s", "kind", "date")],
        LocalSecondaryIndexes=[{"IndexName": "by_date", "KeySchema": key("p", "date"), "Projection": {"ProjectionType": "ALL"}}],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": key("kind"), "Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": throughput}
            for index in ("z_kind", "a_kind")
        ],
    )  # fmt: skip
    yield name
    client.delete_table(TableName=name)


def said(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "expression, message",
    [
        ("SET aa = :no SET bb = :no", "The \"SET\" section can only be used once in an update expression;"),
        ("SET #no = :no", "An expression attribute name used in the document path is not defined; attribute name: #no"),
        ("SET x = fn(:no), y = #no", "Invalid function name; function: fn"),
        ("SET x = if_not_exists(y), x.z = :n", "Two document paths overlap with each other; must remove or rewrite one of "
         "these paths; path one: [x], path two: [x, z]"),
        ("SET x = list_append(:n, y) ADD z :text", "Incorrect operand type for operator or function; operator: ADD, operand "
         "type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
        ("DELETE z :n", "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: "
         "ALLOWED_FOR_DELETE_OPERAND"),
        ("SET x = list_append(:n, y)", "Incorrect operand type for operator or function; operator or function: list_append, "
         "operand type: N"),
        ("SET x = y - :text", "Incorrect operand type for operator or function; operator or function: -, operand type: S"),
    ],
)  # fmt: skip
def test_an_update_tells_the_most_telling_mistake(client, expression, message):
    # The table does not exist: the expression is judged before.
    assert said(
        client.update_item, TableName="no-such-table", Key={"p": {"S": "1"}}, UpdateExpression=expression,
        ExpressionAttributeValues={":n": {"N": "1"}, ":text": {"S": "a"}},
    ) == "Invalid UpdateExpression: " + message  # fmt: skip


@pytest.mark.parametrize(
    "condition, message",
    [
        ("((p = :v)) AND contains(s)", "The expression has redundant parentheses;"),
        ("fn(p) OR size(s)", "Invalid function name; function: fn"),
        ("size(p)", "The function is not allowed to be used this way in an expression; function: size"),
        ("list_append(p, p) = :v",
         "The function is not allowed to be used this way in an expression; function: list_append"),
        ("size(p, p) > :v", "Incorrect number of operands for operator or function; operator or function: size, number of "
         "operands: 2"),
        ("abort = :v AND p = #no", "Attribute name is a reserved keyword; reserved keyword: abort"),
        ("p = p", "The first operand must be distinct from the remaining operands for this operator or function; operator: "
         "=, first operand: [p]"),
    ],
)  # fmt: skip
def test_a_condition_tells_the_most_telling_mistake(client, condition, message):
    assert said(
        client.put_item, TableName="no-such-table", Item={"p": {"S": "1"}}, ConditionExpression=condition,
        ExpressionAttributeValues={":v": {"S": "1"}},
    ) == "Invalid ConditionExpression: " + message  # fmt: skip


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"Key": {"p": {}}, "AttributeUpdates": {}, "Expected": {}, "UpdateExpression": "", "ConditionExpression": ""},
         MIXED + "{AttributeUpdates, Expected} Expression parameters: {UpdateExpression, ConditionExpression}"),
        ({"Key": {"p": {}}, "ExpressionAttributeNames": {}, "ExpressionAttributeValues": {}},
         "ExpressionAttributeNames can only be specified when using expressions"),
        ({"Key": {"p": {}}, "ExpressionAttributeValues": {}},
         "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression "
         "are null"),
        ({"Key": {"p": {"S": "a", "N": "b"}}}, "The parameter cannot be converted to a numeric value: b"),
        ({"Key": {"p": {"BS": [b"a", b"a"]}}}, INVALID + "Input collection [YQ==, YQ==]of type BS contains duplicates."),
        ({"Key": {}, "AttributeUpdates": {"x": {"Action": "DELETE", "Value": {"S": "1"}}}},
         INVALID + "DELETE action with value is not supported for the type S"),
        ({"Key": {}, "AttributeUpdates": {"x": {"Action": "ADD", "Value": {"M": {}}}}},
         INVALID + "ADD action is not supported for the type M"),
        ({"Key": {}, "ConditionalOperator": "AND"}, "ConditionalOperator cannot be used without Filter or Expected"),
        ({"Key": {}, "ConditionalOperator": "OR", "Expected": {"x": {"Exists": False}}},
         "ConditionalOperator can only be used when Filter or Expected has two or more elements"),
        ({"Key": {}, "Expected": {"x": {"AttributeValueList": [{"S": "1"}]}}},
         INVALID + "AttributeValueList can only be used with a ComparisonOperator for Attribute: x"),
        ({"Key": {}, "Expected": {"x": {"ComparisonOperator": "LT", "Value": {"S": "1"}, "AttributeValueList": [{"S": "1"}]}}},
         INVALID + "Value and AttributeValueList cannot be used together for Attribute: x"),
    ],
)  # fmt: skip
def test_a_call_is_judged_before_its_table_is_looked_up(client, parameters, message):
    assert said(client.update_item, TableName="no-such-table", **parameters) == message


@pytest.mark.parametrize(
    "condition, message",
    [
        ("p = :v OR s = :v", "Invalid operator used in KeyConditionExpression: OR"),
        ("p <> :v", "Invalid operator used in KeyConditionExpression: <>"),
        ("p = s", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"),
        (":v = :w", "Invalid condition in KeyConditionExpression: No key attribute specified"),
        ("begins_with(:v, p)",
         "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"),
        ("p.q = :v", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("size(p) = :v", "KeyConditionExpressions cannot contain nested operations"),
        ("p = :v AND p > :v", "KeyConditionExpressions must only contain one condition per key"),
        ("p = :v AND s = :v AND q = :v", "Conditions can be of length 1 or 2 only"),
    ],
)  # fmt: skip
def test_a_key_condition_is_judged_before_the_table_is_looked_up(client, condition, message):
    values = {name: {"S": "1"} for name in (":v", ":w") if name in condition}
    values = {"ExpressionAttributeValues": values} if values else {}
    assert said(client.query, TableName="no-such-table", KeyConditionExpression=condition, **values) == message


def test_early_key_conditions_go_with_a_filter_expression(client, table):
    client.put_item(TableName=table, Item={"p": {"S": "mix"}, "s": {"S": "1"}, "n": {"N": "3"}})
    answer = client.query(
        TableName=table, KeyConditions={"p": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "mix"}]}},
        FilterExpression="n > :n", ProjectionExpression="n", ExpressionAttributeValues={":n": {"N": "2"}},
    )  # fmt: skip
    assert answer["Items"] == [{"n": {"N": "3"}}]


@pytest.mark.parametrize(
    "start, message",
    [
        ({"p": {"S": "1"}}, "The provided starting key is invalid"),
        ({"p": {"N": "1"}, "s": {"S": "1"}}, "The provided key element does not match the schema"),
        ({"p": {"S": "1"}, "s": {"N": "1"}}, "The provided key element does not match the schema"),
        ({"p": {"S": "1"}, "x": {"S": "1"}}, "The provided starting key is invalid"),
        ({"p": {}}, "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the "
         "supported datatypes"),
        ({"p": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
    ],
)  # fmt: skip
def test_a_start_key_of_a_query_is_judged_part_by_part(client, table, start, message):
    assert said(
        client.query, TableName=table, KeyConditionExpression="p = :p", ExpressionAttributeValues={":p": {"S": "1"}},
        ExclusiveStartKey=start,
    ) == message  # fmt: skip


KEY = {"p": {"S": "1"}, "s": {"S": "1"}}
TYPE_MISMATCH = INVALID + "Type mismatch for Index Key kind Expected: S Actual: N IndexName: a_kind"


@pytest.mark.parametrize(
    "expression, value, message",
    [
        ("SET kind = :v", {"N": "1"}, TYPE_MISMATCH),
        ("ADD kind :v", {"N": "1"}, TYPE_MISMATCH),
        ("SET kind.x = :v", {"N": "1"},
         "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: kind"),
        ("SET kind = n REMOVE x SET y = :v", {"N": "1"}, None),
        ("SET kind = :v", {"S": ""},
         "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a "
         "value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value."),
    ],
)  # fmt: skip
def test_an_update_cannot_spoil_an_index_key(client, table, expression, value, message):
    text = said(client.update_item, TableName=table, Key=KEY, UpdateExpression=expression, ExpressionAttributeValues={":v": value})
    assert text == message or message is None


def test_an_index_key_taken_from_the_item_is_judged_by_what_it_turns_out_to_be(client, table):
    client.put_item(TableName=table, Item={**KEY, "n": {"N": "1"}})
    assert said(client.update_item, TableName=table, Key=KEY, UpdateExpression="SET kind = n") == (
        "The update expression attempted to update the secondary index key to unsupported type"
    )


def test_a_deletion_from_a_place_that_is_not_there_is_refused(client, table):
    client.put_item(TableName=table, Item={**KEY, "text": {"S": "a"}})
    for path in ("text.x", "text[1]", "none.x"):
        assert said(
            client.update_item, TableName=table, Key=KEY, UpdateExpression=f"DELETE #t{path.lstrip('textno')} :v",
            ExpressionAttributeNames={"#t": path.split(".")[0].split("[")[0]}, ExpressionAttributeValues={":v": {"SS": ["a"]}},
        ) == "The document path provided in the update expression is invalid for update"  # fmt: skip


@pytest.mark.parametrize(
    "part, reason",
    [
        ({"Put": {"Item": {"p": {"N": "1"}, "s": {"S": "1"}}}}, INVALID + "Type mismatch for key p expected: S actual: N"),
        ({"Put": {"Item": {**KEY, "kind": {"N": "1"}}}}, TYPE_MISMATCH),
        ({"Update": {"Key": KEY, "UpdateExpression": "SET kind = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}}}, TYPE_MISMATCH),
        ({"Delete": {"Key": {"p": {"S": "1"}}}}, "The provided key element does not match the schema"),
        ({"ConditionCheck": {"Key": {"p": {"S": "1"}}, "ConditionExpression": "attribute_exists(p)"}},
         "The provided key element does not match the schema"),
    ],
)  # fmt: skip
def test_a_key_that_does_not_fit_cancels_a_transaction(client, table, part, reason):
    fine = {"Put": {"TableName": table, "Item": {"p": {"S": "fine"}, "s": {"S": "1"}}}}
    bad = {kind: {**members, "TableName": table} for kind, members in part.items()}
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[fine, bad])
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "None"}, {"Code": "ValidationError", "Message": reason},
    ]  # fmt: skip


def test_an_empty_key_is_the_mistake_of_the_whole_transaction(client, table):
    for item, words in [({"p": {"S": ""}, "s": {"S": "1"}}, "Key: p"), ({**KEY, "kind": {"S": ""}}, "IndexName: a_kind, IndexKey: kind")]:
        assert said(client.transact_write_items, TransactItems=[{"Put": {"TableName": table, "Item": item}}]).endswith(words)


def test_a_transaction_of_reads_is_cancelled_by_a_key_that_does_not_fit(client, table):
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": {}}}])
    assert [reason["Code"] for reason in caught.value.response["CancellationReasons"]] == ["ValidationError"]


def test_a_failed_condition_that_gives_its_item_has_no_other_member(client, table):
    client.put_item(TableName=table, Item=KEY)
    for returned, shown in [("ALL_OLD", {"Item": KEY}), ("NONE", {"message": "The conditional request failed"})]:
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            client.put_item(
                TableName=table, Item=KEY, ConditionExpression="attribute_not_exists(p)",
                ReturnValuesOnConditionCheckFailure=returned,
            )  # fmt: skip
        assert caught.value.response["Error"]["Message"] == "The conditional request failed"
        assert {k: caught.value.response[k] for k in ("Item", "message") if k in caught.value.response} == shown


@pytest.mark.parametrize(
    "name, constraint",
    [
        ("", "have length greater than or equal to 1"),
        ("a" * 256, "have length less than or equal to 255"),
        ("no table!", "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_names_of_tables_are_judged_by_their_constraints(client, name, constraint):
    assert said(client.put_item, TableName=name, Item={}) == (
        f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: Member must {constraint}"
    )


def test_the_type_of_a_value_in_the_call_can_be_asked_for(client, table):
    client.put_item(
        TableName=table, Item={"p": {"S": "typed"}, "s": {"S": "1"}}, ConditionExpression="attribute_type(:n, :type)",
        ExpressionAttributeValues={":n": {"N": "1"}, ":type": {"S": "N"}},
    )  # fmt: skip
