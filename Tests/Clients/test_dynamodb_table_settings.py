"""What a table keeps and describes without its calls being judged by it: capacity limits and policies, through boto3."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
ON_DEMAND = {**KEYS, "BillingMode": "PAY_PER_REQUEST"}
INDEX = {"IndexName": "all", "KeySchema": KEYS["KeySchema"], "Projection": {"ProjectionType": "ALL"}}


@pytest.fixture
def table(dynamodb):
    name = f"settings-{uuid.uuid4().hex[:8]}"
    yield name
    dynamodb.delete_table(TableName=name)


def described(dynamodb, table):
    return dynamodb.describe_table(TableName=table)["Table"]


def test_on_demand_limits_are_kept_and_changed(dynamodb, table):
    dynamodb.create_table(TableName=table, **ON_DEMAND, OnDemandThroughput={"MaxReadRequestUnits": 5})
    limits = described(dynamodb, table)["OnDemandThroughput"]
    assert limits == {"MaxReadRequestUnits": 5, "MaxWriteRequestUnits": -1}
    limits = {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 9}
    dynamodb.update_table(TableName=table, OnDemandThroughput=limits)
    assert described(dynamodb, table)["OnDemandThroughput"] == limits


def test_a_table_without_limits_describes_none(dynamodb, table):
    dynamodb.create_table(TableName=table, **ON_DEMAND)
    assert "OnDemandThroughput" not in described(dynamodb, table)


def test_limits_are_for_tables_on_demand(dynamodb):
    with pytest.raises(ClientError, match="OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQ"):
        dynamodb.create_table(
            TableName="provisioned", **KEYS, OnDemandThroughput={"MaxReadRequestUnits": 5},
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )  # fmt: skip


def test_warmth_is_described_with_and_without_asking(dynamodb, table):
    dynamodb.create_table(TableName=table, **ON_DEMAND, GlobalSecondaryIndexes=[INDEX])
    first = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
    assert described(dynamodb, table)["WarmThroughput"] == first
    assert described(dynamodb, table)["GlobalSecondaryIndexes"][0]["WarmThroughput"] == first
    dynamodb.update_table(TableName=table, WarmThroughput={"ReadUnitsPerSecond": 13000})
    assert described(dynamodb, table)["WarmThroughput"] == {**first, "ReadUnitsPerSecond": 13000}
    with pytest.raises(ClientError, match="lower than initial throughput for OnDemand mode"):
        dynamodb.update_table(TableName=table, WarmThroughput={"WriteUnitsPerSecond": 3000})


def test_policies_are_kept_by_revision(dynamodb, table):
    arn = dynamodb.create_table(TableName=table, **ON_DEMAND)["TableDescription"]["TableArn"]
    errors = dynamodb.exceptions
    with pytest.raises(errors.PolicyNotFoundException, match=f"policy not found for the provided ResourceArn: {arn}"):
        dynamodb.get_resource_policy(ResourceArn=arn)
    assert "RevisionId" not in dynamodb.delete_resource_policy(ResourceArn=arn)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    first = dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy, ExpectedRevisionId="NO_POLICY")["RevisionId"]
    assert dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"] == first
    for expected in ("NO_POLICY", "1"):
        with pytest.raises(errors.PolicyNotFoundException, match=f"has revision id {first}|revision id {first}[.]"):
            dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy + " ", ExpectedRevisionId=expected)
    second = dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy + " ", ExpectedRevisionId=first)["RevisionId"]
    assert second > first
    kept = dynamodb.get_resource_policy(ResourceArn=arn)
    assert (kept["Policy"], kept["RevisionId"]) == (policy + " ", second)
    assert dynamodb.delete_resource_policy(ResourceArn=arn)["RevisionId"] == second
    with pytest.raises(errors.PolicyNotFoundException):
        dynamodb.get_resource_policy(ResourceArn=arn)


def test_policies_of_tables_that_are_not_there(dynamodb, table):
    arn = dynamodb.create_table(TableName=table, **ON_DEMAND)["TableDescription"]["TableArn"]
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException, match="Table: none not found"):
        dynamodb.get_resource_policy(ResourceArn=arn.replace(table, "none"))
