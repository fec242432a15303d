"""Systems Manager's parameter store through boto3."""

import pytest
from botocore.exceptions import ClientError

from conftest import connect


@pytest.fixture(scope="session")
def ssm(endpoint):
    return connect("ssm", endpoint)


def refusal(call, **keywords):
    with pytest.raises(ClientError) as caught:
        call(**keywords)
    return caught.value.response["Error"]["Code"]


def test_the_cdk_finds_its_bootstrap_version(ssm):
    value = ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]["Value"]
    assert int(value) >= 21


def test_parameters_have_versions_and_history(ssm, unique):
    assert ssm.put_parameter(Name=unique, Value="one", Type="String", Description="d")["Version"] == 1
    assert refusal(ssm.put_parameter, Name=unique, Value="two", Type="String") == "ParameterAlreadyExists"
    assert ssm.put_parameter(Name=unique, Value="two", Overwrite=True)["Version"] == 2
    parameter = ssm.get_parameter(Name=unique)["Parameter"]
    assert (parameter["Value"], parameter["Version"], parameter["Type"]) == ("two", 2, "String")
    assert parameter["ARN"].endswith(f":parameter/{unique}")
    assert ssm.get_parameter(Name=f"{unique}:1")["Parameter"]["Value"] == "one"
    assert ssm.get_parameter(Name=parameter["ARN"])["Parameter"]["Value"] == "two"
    assert refusal(ssm.get_parameter, Name=f"{unique}:7") == "ParameterVersionNotFound"
    history = ssm.get_parameter_history(Name=unique)["Parameters"]
    assert [(entry["Version"], entry["Value"]) for entry in history] == [(1, "one"), (2, "two")]
    ssm.delete_parameter(Name=unique)
    assert refusal(ssm.get_parameter, Name=unique) == "ParameterNotFound"
    assert refusal(ssm.delete_parameter, Name=unique) == "ParameterNotFound"


def test_secure_parameters_are_encrypted(ssm, endpoint, unique):
    ssm.put_parameter(Name=unique, Value="secret", Type="SecureString")
    hidden = ssm.get_parameter(Name=unique)["Parameter"]["Value"]
    assert "secret" not in hidden and hidden != "secret"
    assert ssm.get_parameter(Name=unique, WithDecryption=True)["Parameter"]["Value"] == "secret"
    kms = connect("kms", endpoint)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    ssm.put_parameter(Name=unique, Value="more", Type="SecureString", KeyId=key, Overwrite=True)
    assert ssm.get_parameters(Names=[unique], WithDecryption=True)["Parameters"][0]["Value"] == "more"
    kms.disable_key(KeyId=key)
    assert refusal(ssm.get_parameter, Name=unique, WithDecryption=True) == "InvalidKeyId"
    assert refusal(ssm.put_parameter, Name=f"{unique}-2", Value="v", Type="SecureString", KeyId="none") == "InvalidKeyId"


def test_paths(ssm, unique):
    for name in ("a", "b/c", "b/d", "b/e/f"):
        ssm.put_parameter(Name=f"/{unique}/{name}", Value=name, Type="String")
    flat = ssm.get_parameters_by_path(Path=f"/{unique}/b")["Parameters"]
    assert [parameter["Value"] for parameter in flat] == ["b/c", "b/d"]
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=f"/{unique}", Recursive=True, PaginationConfig={"PageSize": 2}
    )
    assert [p["Value"] for page in pages for p in page["Parameters"]] == ["a", "b/c", "b/d", "b/e/f"]
    described = ssm.describe_parameters(
        ParameterFilters=[{"Key": "Path", "Option": "Recursive", "Values": [f"/{unique}/b"]}]
    )["Parameters"]
    assert [parameter["Name"] for parameter in described] == [f"/{unique}/b/{name}" for name in ("c", "d", "e/f")]
    several = ssm.get_parameters(Names=[f"/{unique}/a", f"/{unique}/none"])
    assert several["InvalidParameters"] == [f"/{unique}/none"]
    gone = ssm.delete_parameters(Names=[f"/{unique}/a", f"/{unique}/none"])
    assert (gone["DeletedParameters"], gone["InvalidParameters"]) == ([f"/{unique}/a"], [f"/{unique}/none"])


def test_labels_move_between_versions(ssm, unique):
    ssm.put_parameter(Name=unique, Value="one", Type="String")
    ssm.put_parameter(Name=unique, Value="two", Overwrite=True)
    ssm.label_parameter_version(Name=unique, ParameterVersion=1, Labels=["live"])
    assert ssm.get_parameter(Name=f"{unique}:live")["Parameter"]["Value"] == "one"
    answer = ssm.label_parameter_version(Name=unique, Labels=["live", "1st"])
    assert answer["InvalidLabels"] == ["1st"]
    assert ssm.get_parameter(Name=f"{unique}:live")["Parameter"]["Value"] == "two"


def test_tags(ssm, unique):
    ssm.put_parameter(Name=unique, Value="v", Type="StringList", Tags=[{"Key": "a", "Value": "1"}])
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=unique, Tags=[{"Key": "b", "Value": "2"}])
    ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=unique, TagKeys=["a"])
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=unique)["TagList"]
    assert tags == [{"Key": "b", "Value": "2"}]


@pytest.mark.parametrize(
    "name, more, code",
    [
        ("aws-x", {}, "ValidationException"),
        ("/ssm/x", {}, "ValidationException"),
        ("a b", {}, "ValidationException"),
        ("a/b", {}, "ValidationException"),
        ("/" + "/".join("abcdefghijklmnop"), {}, "HierarchyLevelLimitExceededException"),
        ("big", {"Value": "x" * 4097}, "ValidationException"),
        ("p", {"AllowedPattern": "^[0-9]+$"}, "ParameterPatternMismatchException"),
        ("p", {"Type": "Odd"}, "ValidationException"),
    ],
)
def test_bad_parameters_are_refused(ssm, name, more, code):
    assert refusal(ssm.put_parameter, **{"Name": name, "Value": "v", "Type": "String", **more}) == code
