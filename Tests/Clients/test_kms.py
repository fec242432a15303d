"""KMS through boto3."""

import pytest
from botocore.exceptions import ClientError

from conftest import connect


@pytest.fixture(scope="session")
def kms(endpoint):
    return connect("kms", endpoint)


@pytest.fixture
def key(kms):
    return kms.create_key(Description="d")["KeyMetadata"]["KeyId"]


def refusal(call, **keywords):
    with pytest.raises(ClientError) as caught:
        call(**keywords)
    return caught.value.response["Error"]["Code"]


def test_what_is_encrypted_is_decrypted_in_its_context_alone(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"a": "1"})["CiphertextBlob"]
    assert b"secret" not in blob
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "1"})
    assert opened["Plaintext"] == b"secret" and opened["KeyId"].endswith(key)
    assert refusal(kms.decrypt, CiphertextBlob=blob) == "InvalidCiphertextException"
    assert refusal(kms.decrypt, CiphertextBlob=b"nonsense") == "InvalidCiphertextException"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    wrong = refusal(kms.decrypt, CiphertextBlob=blob, KeyId=other, EncryptionContext={"a": "1"})
    assert wrong == "IncorrectKeyException"
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"a": "1"},
        DestinationKeyId=other,
        DestinationEncryptionContext={"b": "2"},
    )
    assert moved["SourceKeyId"].endswith(key)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"b": "2"})["Plaintext"] == b"secret"


def test_data_keys(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert len(made["Plaintext"]) == 32
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    hidden = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)
    assert "Plaintext" not in hidden
    assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 64
    assert len(kms.generate_random(NumberOfBytes=7)["Plaintext"]) == 7
    assert refusal(kms.generate_data_key, KeyId=key) == "ValidationException"
    assert refusal(kms.generate_data_key, KeyId=key, NumberOfBytes=16, KeySpec="AES_128") == "ValidationException"


def test_a_disabled_key_and_one_pending_deletion_refuse(kms, key):
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x") == "DisabledException"
    assert refusal(kms.decrypt, CiphertextBlob=blob) == "DisabledException"
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert refusal(kms.encrypt, KeyId=key, Plaintext=b"x") == "KMSInvalidStateException"
    assert refusal(kms.enable_key, KeyId=key) == "KMSInvalidStateException"
    assert refusal(kms.schedule_key_deletion, KeyId=key) == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refusal(kms.cancel_key_deletion, KeyId=key) == "KMSInvalidStateException"


def test_aliases(kms, key, unique):
    name = f"alias/{unique}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key
    assert refusal(kms.create_alias, AliasName=name, TargetKeyId=key) == "AlreadyExistsException"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=name, TargetKeyId=other)
    (listed,) = kms.list_aliases(KeyId=other)["Aliases"]
    assert listed["AliasName"] == name
    assert kms.describe_key(KeyId=listed["AliasArn"])["KeyMetadata"]["KeyId"] == other
    kms.delete_alias(AliasName=name)
    assert refusal(kms.describe_key, KeyId=name) == "NotFoundException"
    assert refusal(kms.delete_alias, AliasName=name) == "NotFoundException"
    assert refusal(kms.create_alias, AliasName="alias/aws/x", TargetKeyId=key) == "NotAuthorizedException"
    assert refusal(kms.create_alias, AliasName="x", TargetKeyId=key) == "ValidationException"


def test_settings_are_kept(kms, key):
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90
    policy = '{"Version":"2012-10-17","Statement":[]}'
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
    assert refusal(kms.put_key_policy, KeyId=key, Policy="x") == "MalformedPolicyDocumentException"
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}])
    kms.untag_resource(KeyId=key, TagKeys=["a"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    kms.update_key_description(KeyId=key, Description="new")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "new"
    grant = kms.create_grant(KeyId=key, GranteePrincipal="arn:aws:iam::1:role/r", Operations=["Decrypt"])
    assert kms.list_grants(KeyId=key)["Grants"][0]["GrantId"] == grant["GrantId"]
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert key in [entry["KeyId"] for page in kms.get_paginator("list_keys").paginate() for entry in page["Keys"]]


@pytest.mark.parametrize(
    "name", ["00000000-0000-4000-8000-000000000000", "nonsense", "alias/none", "arn:aws:kms:us-west-2:1:key/x"]
)
def test_unknown_keys(kms, name):
    assert refusal(kms.describe_key, KeyId=name) == "NotFoundException"


def test_kinds_of_keys_that_are_not_emulated_are_refused(kms, key):
    assert refusal(kms.create_key, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY") == "UnsupportedOperationException"
    assert refusal(kms.get_public_key, KeyId=key) == "UnsupportedOperationException"
