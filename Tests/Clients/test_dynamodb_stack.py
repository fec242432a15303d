"""Tables of CloudFormation stacks: all properties, changed in place, and removed with their stack."""

import copy
import json

import pytest

from conftest import connect

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "owner", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "Tags": [{"Key": "team", "Value": "one"}],
        "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True},
    },
}


def template(table):
    outputs = {"Name": {"Value": {"Ref": "Table"}}, "Stream": {"Value": {"Fn::GetAtt": ["Table", "StreamArn"]}}}
    return json.dumps({"Resources": {"Table": table}, "Outputs": outputs})


def global_table(view):
    """The same as a global table, which has some properties at its replicas."""
    properties = {name: value for name, value in TABLE["Properties"].items() if name not in ("Tags", "PointInTimeRecoverySpecification")}
    replica = {
        "Region": "us-west-2",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "Tags": [{"Key": "team", "Value": "two"}],
    }
    properties |= {"Replicas": [replica], "StreamSpecification": {"StreamViewType": view}}
    return {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}


@pytest.fixture
def cloudformation(endpoint):
    return connect("cloudformation", endpoint)


def outputs(cloudformation, stack):
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    assert described["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), described
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def test_a_stacks_table_is_made_changed_and_removed(cloudformation, dynamodb, unique):
    cloudformation.create_stack(StackName=unique, TemplateBody=template(TABLE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    made = outputs(cloudformation, unique)
    name = made["Name"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-owner"]
    assert table["LatestStreamArn"] == made["Stream"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}, "owner": {"S": "x"}, "age": {"N": "7"}})

    changed = copy.deepcopy(TABLE)
    properties = changed["Properties"]
    properties["AttributeDefinitions"][1] = {"AttributeName": "age", "AttributeType": "N"}
    properties["GlobalSecondaryIndexes"] = [
        {
            "IndexName": "by-age",
            "KeySchema": [{"AttributeName": "age", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    properties["StreamSpecification"]["StreamViewType"] = "NEW_AND_OLD_IMAGES"
    properties["Tags"] = [{"Key": "cost", "Value": "two"}]
    del properties["TimeToLiveSpecification"], properties["PointInTimeRecoverySpecification"]
    cloudformation.update_stack(StackName=unique, TemplateBody=template(changed))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    after = outputs(cloudformation, unique)
    assert after["Name"] == name and after["Stream"] != made["Stream"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-age"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    # What was there before the index is in it.
    assert dynamodb.scan(TableName=name, IndexName="by-age")["Count"] == 1
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    tags = {tag["Key"]: tag["Value"] for tag in dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]}
    assert tags["cost"] == "two" and "team" not in tags

    cloudformation.delete_stack(StackName=unique)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    assert name not in dynamodb.list_tables()["TableNames"]


def test_a_global_table_is_a_table_here(cloudformation, dynamodb, unique):
    cloudformation.create_stack(StackName=unique, TemplateBody=template(global_table("NEW_IMAGE")))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    made = outputs(cloudformation, unique)
    table = dynamodb.describe_table(TableName=made["Name"])["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-owner"]
    assert table["LatestStreamArn"] == made["Stream"]
    tags = {tag["Key"]: tag["Value"] for tag in dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]}
    assert tags["team"] == "two"
    backups = dynamodb.describe_continuous_backups(TableName=made["Name"])["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = dynamodb.describe_time_to_live(TableName=made["Name"])["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}

    cloudformation.update_stack(StackName=unique, TemplateBody=template(global_table("OLD_IMAGE")))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    changed = outputs(cloudformation, unique)
    assert changed["Name"] == made["Name"]
    stream = dynamodb.describe_table(TableName=made["Name"])["Table"]["StreamSpecification"]
    assert stream == {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    cloudformation.delete_stack(StackName=unique)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=unique, WaiterConfig={"Delay": 1})
    assert made["Name"] not in dynamodb.list_tables()["TableNames"]
