"""STS through boto3."""

import datetime

import pytest
from botocore.exceptions import ClientError

from conftest import connect


@pytest.fixture(scope="session")
def sts(endpoint):
    return connect("sts", endpoint)


def test_the_caller_is_the_account(sts):
    identity = sts.get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:iam::123456789012:")


def test_roles_are_assumed(sts):
    answer = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/path/deploy", RoleSessionName="me", DurationSeconds=900)
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/deploy/me"
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA")
    left = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert left.total_seconds() > 800
    assert sts.get_session_token()["Credentials"]["SessionToken"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"RoleArn": "arn:aws:iam::1:user/x-not-a-role", "RoleSessionName": "me"},
        {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "a b"},
        {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "me", "DurationSeconds": 43_201},
    ],
)
def test_bad_requests_are_refused(sts, arguments):
    with pytest.raises(ClientError) as caught:
        sts.assume_role(**arguments)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
