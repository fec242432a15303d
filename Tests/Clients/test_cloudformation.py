"""Stacks deployed to the emulator with AWS's own clients, boto3 and the AWS CLI."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from conftest import REGION, connect

TEMPLATE = """
AWSTemplateFormatVersion: '2010-09-09'
Description: A table and its log group
Parameters:
  Days: {Type: Number, Default: 7}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub /firedrill/${AWS::StackName}
      RetentionInDays: !Ref Days
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}}
Outputs:
  TableName: {Value: !Ref Table}
  StreamArn: {Value: !GetAtt Table.StreamArn}
"""


@pytest.fixture(scope="module")
def cloudformation(endpoint):
    return connect("cloudformation", endpoint)


@pytest.fixture
def aws(endpoint):
    """Runs the AWS CLI of the tests' own environment against the emulator."""
    beside = pathlib.Path(sys.executable).parent / "aws"
    program = str(beside) if beside.exists() else shutil.which("aws")
    assert program, "the AWS CLI is missing; it is in the checks' requirements"
    environment = dict(
        os.environ,
        AWS_ENDPOINT_URL=endpoint,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_PAGER="",
    )

    def run(*words, succeeds=True, folder=None):
        done = subprocess.run(
            [program, *words], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
        )
        if succeeds:
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout) if done.stdout.lstrip().startswith(("{", "[")) else done.stdout
        assert done.returncode != 0, done.stdout
        return done.stderr

    return run


def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_a_stack_lives_through_creation_update_and_deletion(cloudformation, dynamodb, logs, unique):
    name = unique
    created = cloudformation.create_stack(
        StackName=name, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"], Tags=[{"Key": "team", "Value": "a"}]
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackId"] == created["StackId"]
    assert stack["Tags"] == [{"Key": "team", "Value": "a"}]
    table = outputs(stack)["TableName"]
    assert table.startswith(f"{name}-Table-")
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert described["LatestStreamArn"] == outputs(stack)["StreamArn"]
    dynamodb.put_item(TableName=table, Item={"id": {"S": "kept"}})

    cloudformation.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": "Days", "ParameterValue": "14"}],
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    group = logs.describe_log_groups(logGroupNamePrefix=f"/firedrill/{name}")["logGroups"][0]
    assert group["retentionInDays"] == 14
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "kept"}})["Item"] == {"id": {"S": "kept"}}

    resources = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert {r["LogicalResourceId"]: r["ResourceStatus"] for r in resources} == {
        "Table": "CREATE_COMPLETE",
        "Group": "UPDATE_COMPLETE",
        "Role": "CREATE_COMPLETE",
    }
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    assert events[0]["ResourceStatus"] == "UPDATE_COMPLETE" and events[0]["LogicalResourceId"] == name

    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=table)


def test_a_stack_that_cannot_be_made_is_taken_back(cloudformation, logs, unique):
    broken = TEMPLATE.replace("AttributeName: id, KeyType", "AttributeName: other, KeyType").replace(
        "  Table:\n    Type", "  Table:\n    DependsOn: Group\n    Type"
    )
    cloudformation.create_stack(StackName=unique, TemplateBody=broken, Capabilities=["CAPABILITY_IAM"])
    stack = cloudformation.describe_stacks(StackName=unique)["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [
        event["ResourceStatusReason"]
        for event in cloudformation.describe_stack_events(StackName=unique)["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert len(reasons) == 1 and "One or more parameter values were invalid" in reasons[0]
    assert logs.describe_log_groups(logGroupNamePrefix=f"/firedrill/{unique}")["logGroups"] == []
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.update_stack(StackName=unique, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])


def test_the_cli_deploys_twice_updates_and_removes(aws, unique, tmp_path):
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    deploy = ("cloudformation", "deploy", "--template-file", "template.yaml", "--stack-name", unique)
    capable = ("--capabilities", "CAPABILITY_IAM")
    assert "Requires capabilities : [CAPABILITY_IAM]" in aws(*deploy, folder=tmp_path, succeeds=False)
    assert "Successfully created" in aws(*deploy, *capable, folder=tmp_path)
    assert "No changes to deploy" in aws(*deploy, *capable, "--no-fail-on-empty-changeset", folder=tmp_path)
    assert "Successfully" in aws(*deploy, *capable, "--parameter-overrides", "Days=30", folder=tmp_path)
    stack = aws("cloudformation", "describe-stacks", "--stack-name", unique)["Stacks"][0]
    assert stack["Parameters"] == [{"ParameterKey": "Days", "ParameterValue": "30"}]
    aws("cloudformation", "delete-stack", "--stack-name", unique)
    assert "does not exist" in aws("cloudformation", "describe-stacks", "--stack-name", unique, succeeds=False)


def test_the_change_set_says_what_it_will_do(cloudformation, unique):
    cloudformation.create_stack(StackName=unique, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    changed = TEMPLATE.replace("/firedrill/${AWS::StackName}", "/other/${AWS::StackName}").replace(
        "  Role:\n", "  Second:\n    Type: AWS::Logs::LogGroup\n  Role:\n"
    )
    cloudformation.create_change_set(
        StackName=unique, ChangeSetName="next", TemplateBody=changed, Capabilities=["CAPABILITY_IAM"]
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        StackName=unique, ChangeSetName="next", WaiterConfig={"Delay": 1}
    )
    changes = cloudformation.describe_change_set(StackName=unique, ChangeSetName="next")["Changes"]
    told = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"] for c in changes}
    assert told["Group"]["Action"] == "Modify" and told["Group"]["Replacement"] == "True"
    assert told["Second"]["Action"] == "Add"
    assert set(told) == {"Group", "Second"}
    cloudformation.execute_change_set(StackName=unique, ChangeSetName="next")
    assert cloudformation.describe_stacks(StackName=unique)["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    cloudformation.delete_stack(StackName=unique)


PACKAGED = """
Parameters: {Word: {Type: String, Default: first}}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: app.handler
      Code: ./code
      Role: !GetAtt Role.Arn
      Environment: {Variables: {WORD: !Ref Word}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}}}
Outputs: {Name: {Value: !Ref Function}}
"""

HANDLER = """
import os

def handler(event, context):
    return {"word": os.environ["WORD"], "version": 1}
"""


def test_packaged_code_is_deployed_and_an_update_changes_what_runs(aws, cloudformation, endpoint, unique, tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "template.yaml").write_text(PACKAGED)
    aws("s3", "mb", f"s3://{unique}")

    def deploy(source, *overrides):
        (tmp_path / "code" / "app.py").write_text(source)
        package = ("cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", unique)
        aws(*package, "--output-template-file", "packaged.yaml", folder=tmp_path)
        deploying = ("cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", unique)
        more = ("--s3-bucket", unique, "--capabilities", "CAPABILITY_IAM", *overrides)
        assert "Successfully" in aws(*deploying, *more, folder=tmp_path)
        name = outputs(cloudformation.describe_stacks(StackName=unique)["Stacks"][0])["Name"]
        return json.load(connect("lambda", endpoint).invoke(FunctionName=name)["Payload"])

    assert deploy(HANDLER) == {"word": "first", "version": 1}
    changed = HANDLER.replace("1}", "2}")
    assert deploy(changed, "--parameter-overrides", "Word=second") == {"word": "second", "version": 2}
    cloudformation.delete_stack(StackName=unique)
    aws("s3", "rb", f"s3://{unique}", "--force")


def test_an_export_in_use_can_neither_go_nor_change(cloudformation, unique):
    def exporting(value, name=f"{unique}-value"):
        outputs = f"Outputs: {{Value: {{Value: {value}, Export: {{Name: {name}}}}}}}"
        return f"Resources: {{Topic: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {value}}}}}}}\n{outputs}"

    importing = (
        "Resources: {Setting: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: "
        f"!ImportValue {unique}-value}}}}}}"
    )
    client = cloudformation
    client.create_stack(StackName=unique, TemplateBody=exporting("one"))
    for name in ["b", "a", "c"]:
        client.create_stack(StackName=f"{unique}-{name}", TemplateBody=importing)
    users = [f"{unique}-{name}" for name in "abc"]
    assert client.list_imports(ExportName=f"{unique}-value")["Imports"] == users
    words = f"export {unique}-value as it is in use by {users[0]}, {users[1]} and {users[2]}."

    def stack():
        return client.describe_stacks(StackName=unique)["Stacks"][0]

    client.delete_stack(StackName=unique)
    assert (stack()["StackStatus"], stack()["StackStatusReason"]) == ("CREATE_COMPLETE", f"Delete canceled. Cannot delete {words}")
    for template, reason in [
        (exporting("two"), f"Update canceled. Cannot update {words}"),
        (exporting("one", f"{unique}-other"), f"Delete canceled. Cannot delete {words}"),
    ]:
        client.update_stack(StackName=unique, TemplateBody=template)
        assert stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert stack()["Outputs"][0]["OutputValue"] == "one"
        reasons = [event.get("ResourceStatusReason") for event in client.describe_stack_events(StackName=unique)["StackEvents"]]
        assert reason in reasons
    for user in users:
        client.delete_stack(StackName=user)
    with pytest.raises(ClientError) as refused:
        client.list_imports(ExportName=f"{unique}-value")
    assert refused.value.response["Error"]["Message"] == f"Export '{unique}-value' is not imported by any stack."
    client.update_stack(StackName=unique, TemplateBody=exporting("two"))
    assert stack()["Outputs"][0]["OutputValue"] == "two"
    client.delete_stack(StackName=unique)
    with pytest.raises(ClientError):
        stack()
