"""IAM's roles and policies through boto3, as tools that deploy use them."""

import json

import pytest
from botocore.exceptions import ClientError

from conftest import connect

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}


@pytest.fixture(scope="session")
def iam(endpoint):
    return connect("iam", endpoint)


def refusal(call, **keywords):
    with pytest.raises(ClientError) as caught:
        call(**keywords)
    return caught.value.response["Error"]["Code"]


def test_roles_with_their_policies(iam, unique):
    made = iam.create_role(
        RoleName=unique,
        Path="/deploy/",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Tags=[{"Key": "a", "Value": "1"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:role/deploy/{unique}"
    role = iam.get_role(RoleName=unique)["Role"]
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert role["CreateDate"].year >= 2025
    assert refusal(iam.create_role, RoleName=unique, AssumeRolePolicyDocument="{}") == "MalformedPolicyDocument"
    again = refusal(iam.create_role, RoleName=unique, AssumeRolePolicyDocument=json.dumps(TRUST))
    assert again == "EntityAlreadyExists"
    iam.put_role_policy(RoleName=unique, PolicyName="inline", PolicyDocument=json.dumps(DOCUMENT))
    assert iam.get_role_policy(RoleName=unique, PolicyName="inline")["PolicyDocument"] == DOCUMENT
    assert iam.list_role_policies(RoleName=unique)["PolicyNames"] == ["inline"]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=unique, PolicyArn=basic)
    (attached,) = iam.list_attached_role_policies(RoleName=unique)["AttachedPolicies"]
    assert attached == {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": basic}
    assert refusal(iam.delete_role, RoleName=unique) == "DeleteConflict"
    iam.detach_role_policy(RoleName=unique, PolicyArn=basic)
    iam.delete_role_policy(RoleName=unique, PolicyName="inline")
    iam.delete_role(RoleName=unique)
    assert refusal(iam.get_role, RoleName=unique) == "NoSuchEntity"


def test_managed_policies_have_versions(iam, unique):
    arn = iam.create_policy(PolicyName=unique, PolicyDocument=json.dumps(DOCUMENT))["Policy"]["Arn"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    new = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(TRUST), SetAsDefault=True)
    assert new["PolicyVersion"]["VersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"] == TRUST
    assert arn in [policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]]
    assert refusal(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    assert refusal(iam.get_policy, PolicyArn=arn) == "NoSuchEntity"


def test_what_is_not_there(iam):
    assert refusal(iam.get_role, RoleName="none") == "NoSuchEntity"
    assert refusal(iam.create_group, GroupName="g") == "InvalidAction"
