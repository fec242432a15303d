"""Lambda through AWS's own client: functions, versions, aliases, permissions, settings, errors.

The functions are `bootstrap` programs in a zip archive, in the plainest Python that speaks the Runtime API.
"""

import base64
import io
import json
import os
import time
import zipfile

import pytest
from botocore.exceptions import ClientError
from conftest import connect

ROLE = "arn:aws:iam::123456789012:role/worker"

BOOTSTRAP = r'''#!/usr/bin/env python3
import http.client, json, os, sys
VERSION = "%s"
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={}):
    api.request(method, "/2018-06-01/runtime/" + path, body, headers)
    answer = api.getresponse()
    return answer, answer.read()
count = 0
while True:
    answer, body = call("GET", "invocation/next")
    count += 1
    request = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    event = json.loads(body)
    print("got " + json.dumps(event), flush=True)
    if isinstance(event, dict) and event.get("fail"):
        call("POST", "invocation/%%s/error" %% request, json.dumps({"errorType": "Bad", "errorMessage": "on purpose"}))
        continue
    result = {
        "event": event, "code": VERSION, "count": count, "arn": answer.headers["Lambda-Runtime-Invoked-Function-Arn"],
        "context": answer.headers.get("Lambda-Runtime-Client-Context"),
        "environment": {k: os.environ.get(k) for k in ("COLOUR", "AWS_LAMBDA_FUNCTION_VERSION", "_HANDLER",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_DEFAULT_REGION", "LAMBDA_TASK_ROOT")},
    }
    call("POST", "invocation/%%s/response" %% request, json.dumps(result))
'''


def archive(version="1"):
    """A zip archive with an executable bootstrap that answers its version."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        package.writestr(entry, BOOTSTRAP % version)
    return file.getvalue()


@pytest.fixture(scope="session")
def functions(endpoint):
    return connect("lambda", endpoint)


@pytest.fixture
def worker(functions, unique):
    functions.create_function(
        FunctionName=unique,
        Runtime="provided.al2023",
        Handler="main.run",
        Role=ROLE,
        Code={"ZipFile": archive()},
        Environment={"Variables": {"COLOUR": "green"}},
        Tags={"team": "one"},
    )
    yield unique
    try:
        functions.delete_function(FunctionName=unique)
    except functions.exceptions.ResourceNotFoundException:
        pass


def call(functions, name, event=None, **more):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
    return answer, json.loads(answer["Payload"].read() or b"null")


def code_of(error):
    return error.value.response["Error"]["Code"]


def status_of(error):
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_function_is_made_waited_for_and_invoked(functions, worker):
    functions.get_waiter("function_exists").wait(FunctionName=worker)
    functions.get_waiter("function_active").wait(FunctionName=worker)
    functions.get_waiter("function_active_v2").wait(FunctionName=worker)
    answer, body = call(functions, worker, {"n": 1})
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert body["event"] == {"n": 1}
    assert body["environment"]["COLOUR"] == "green"
    assert body["environment"]["_HANDLER"] == "main.run"
    assert body["environment"]["AWS_DEFAULT_REGION"] == "us-west-2"
    assert body["arn"] == f"arn:aws:lambda:us-west-2:123456789012:function:{worker}"


def test_a_function_shows_what_it_was_made_of(functions, worker):
    shown = functions.get_function(FunctionName=worker)
    configuration = shown["Configuration"]
    assert shown["Tags"] == {"team": "one"}
    assert configuration["State"] == "Active"
    assert configuration["LastUpdateStatus"] == "Successful"
    assert configuration["Timeout"] == 3
    assert configuration["MemorySize"] == 128
    assert configuration["CodeSize"] == len(archive())
    assert configuration["Environment"] == {"Variables": {"COLOUR": "green"}}
    assert functions.get_function_configuration(FunctionName=configuration["FunctionArn"])["FunctionName"] == worker


def test_functions_are_listed_in_pages(functions, worker, unique):
    second = f"{unique}-b"
    functions.create_function(
        FunctionName=second, Runtime="provided.al2023", Handler="h", Role=ROLE, Code={"ZipFile": archive()}
    )
    try:
        pages = functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
        names = [f["FunctionName"] for page in pages for f in page["Functions"]]
        assert worker in names and second in names
        assert len(names) == len(set(names))
    finally:
        functions.delete_function(FunctionName=second)


def test_new_configuration_takes_effect_in_new_environments(functions, worker):
    assert call(functions, worker)[1]["count"] == 1
    changed = functions.update_function_configuration(
        FunctionName=worker, Environment={"Variables": {"COLOUR": "blue"}}, MemorySize=256, Timeout=9
    )
    assert changed["LastUpdateStatus"] == "InProgress"
    functions.get_waiter("function_updated").wait(FunctionName=worker)
    functions.get_waiter("function_updated_v2").wait(FunctionName=worker)
    _, body = call(functions, worker)
    assert body["count"] == 1
    assert body["environment"]["COLOUR"] == "blue"
    assert body["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"


def test_new_code_takes_effect(functions, worker):
    before = functions.get_function_configuration(FunctionName=worker)
    assert call(functions, worker)[1]["code"] == "1"
    dry = functions.update_function_code(FunctionName=worker, ZipFile=archive("2"), DryRun=True)
    assert dry["CodeSha256"] != before["CodeSha256"]
    assert call(functions, worker)[1]["code"] == "1"
    after = functions.update_function_code(FunctionName=worker, ZipFile=archive("2"))
    assert after["CodeSha256"] == dry["CodeSha256"]
    assert call(functions, worker)[1]["code"] == "2"


def test_versions_are_snapshots_and_aliases_name_them(functions, worker):
    first = functions.publish_version(FunctionName=worker, Description="one")
    assert first["Version"] == "1"
    assert functions.publish_version(FunctionName=worker, Description="one")["Version"] == "1"
    functions.update_function_code(FunctionName=worker, ZipFile=archive("2"))
    second = functions.publish_version(FunctionName=worker)
    assert second["Version"] == "2"
    assert second["FunctionArn"].endswith(f":{worker}:2")
    versions = functions.list_versions_by_function(FunctionName=worker)["Versions"]
    assert [v["Version"] for v in versions] == ["$LATEST", "1", "2"]

    functions.create_alias(FunctionName=worker, Name="live", FunctionVersion="1")
    answer, body = call(functions, worker, Qualifier="live")
    assert (answer["ExecutedVersion"], body["code"]) == ("1", "1")
    assert body["arn"].endswith(f":{worker}:live")
    assert body["environment"]["AWS_LAMBDA_FUNCTION_VERSION"] == "1"
    alias = functions.update_alias(FunctionName=worker, Name="live", FunctionVersion="2")
    assert call(functions, f"{worker}:live")[1]["code"] == "2"
    assert call(functions, f"{alias['AliasArn']}")[1]["code"] == "2"

    with pytest.raises(ClientError) as error:
        functions.delete_function(FunctionName=worker, Qualifier="2")
    assert (code_of(error), status_of(error)) == ("ResourceConflictException", 409)
    assert [a["Name"] for a in functions.list_aliases(FunctionName=worker)["Aliases"]] == ["live"]
    functions.delete_alias(FunctionName=worker, Name="live")
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_alias(FunctionName=worker, Name="live")
    functions.delete_function(FunctionName=worker, Qualifier="1")
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        call(functions, worker, Qualifier="1")


def test_an_alias_can_share_invocations_between_two_versions(functions, worker):
    functions.publish_version(FunctionName=worker)
    functions.update_function_code(FunctionName=worker, ZipFile=archive("2"))
    functions.publish_version(FunctionName=worker)
    functions.create_alias(
        FunctionName=worker,
        Name="canary",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    seen = {call(functions, worker, Qualifier="canary")[0]["ExecutedVersion"] for _ in range(40)}
    assert seen == {"1", "2"}


def test_permissions_make_up_the_policy(functions, worker):
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_policy(FunctionName=worker)
    functions.add_permission(
        FunctionName=worker,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-west-2:123456789012:api/*",
    )
    with pytest.raises(functions.exceptions.ResourceConflictException):
        functions.add_permission(
            FunctionName=worker, StatementId="gateway", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
        )
    statement = json.loads(functions.get_policy(FunctionName=worker)["Policy"])["Statement"][0]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-west-2:123456789012:api/*"}
    }
    functions.remove_permission(FunctionName=worker, StatementId="gateway")
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.remove_permission(FunctionName=worker, StatementId="gateway")


def test_reserved_concurrency_throttles_and_counts_against_the_account(functions, worker):
    before = functions.get_account_settings()["AccountLimit"]
    functions.put_function_concurrency(FunctionName=worker, ReservedConcurrentExecutions=0)
    assert functions.get_function_concurrency(FunctionName=worker)["ReservedConcurrentExecutions"] == 0
    with pytest.raises(functions.exceptions.TooManyRequestsException) as error:
        call(functions, worker)
    assert status_of(error) == 429
    assert error.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    functions.put_function_concurrency(FunctionName=worker, ReservedConcurrentExecutions=10)
    after = functions.get_account_settings()["AccountLimit"]
    assert after["UnreservedConcurrentExecutions"] == before["UnreservedConcurrentExecutions"] - 10
    with pytest.raises(functions.exceptions.InvalidParameterValueException):
        functions.put_function_concurrency(FunctionName=worker, ReservedConcurrentExecutions=950)
    functions.delete_function_concurrency(FunctionName=worker)
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName=worker)
    assert call(functions, worker)[0]["StatusCode"] == 200


def test_tags_are_added_and_removed(functions, worker):
    arn = functions.get_function_configuration(FunctionName=worker)["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"stage": "test"})
    assert functions.list_tags(Resource=arn)["Tags"] == {"team": "one", "stage": "test"}
    functions.untag_resource(Resource=arn, TagKeys=["team", "none"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"stage": "test"}


def test_event_invoke_configuration_round_trips(functions, worker):
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_function_event_invoke_config(FunctionName=worker)
    queue = "arn:aws:sqs:us-west-2:123456789012:q"
    functions.put_function_event_invoke_config(
        FunctionName=worker, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": queue}}
    )
    functions.update_function_event_invoke_config(FunctionName=worker, MaximumEventAgeInSeconds=120)
    config = functions.get_function_event_invoke_config(FunctionName=worker)
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (1, 120)
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == queue
    with pytest.raises(functions.exceptions.InvalidParameterValueException):
        functions.put_function_event_invoke_config(
            FunctionName=worker, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}
        )
    functions.delete_function_event_invoke_config(FunctionName=worker)


def test_invocation_types(functions, worker):
    assert functions.invoke(FunctionName=worker, InvocationType="DryRun")["StatusCode"] == 204
    answer = functions.invoke(FunctionName=worker, InvocationType="Event", Payload=b"{}")
    assert answer["StatusCode"] == 202
    assert answer["Payload"].read() == b""
    context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    answer, body = call(functions, worker, {"x": "y"}, LogType="Tail", ClientContext=context)
    assert json.loads(body["context"]) == {"custom": {"a": "b"}}
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert "START RequestId" in tail and 'got {"x": "y"}' in tail and "REPORT RequestId" in tail


def test_a_failure_of_the_function_is_an_answer(functions, worker):
    answer, body = call(functions, worker, {"fail": True})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert body == {"errorType": "Bad", "errorMessage": "on purpose"}


def test_payloads_over_the_limits_are_refused(functions, worker):
    for kind, size in (("RequestResponse", 6 << 20), ("Event", 1 << 20)):
        with pytest.raises(ClientError) as error:
            functions.invoke(FunctionName=worker, InvocationType=kind, Payload=b'"' + b"x" * size + b'"')
        assert (code_of(error), status_of(error)) == ("RequestTooLargeException", 413)


@pytest.mark.parametrize(
    "operation, arguments, code, status",
    [
        ("get_function", {"FunctionName": "nobody"}, "ResourceNotFoundException", 404),
        ("invoke", {"FunctionName": "nobody"}, "ResourceNotFoundException", 404),
        ("delete_function", {"FunctionName": "nobody"}, "ResourceNotFoundException", 404),
        ("get_function", {"FunctionName": "no:such:thing:at:all"}, "ValidationException", 400),
        ("list_aliases", {"FunctionName": "nobody"}, "ResourceNotFoundException", 404),
        ("get_event_source_mapping", {"UUID": "none"}, "ResourceNotFoundException", 404),
        ("create_function_url_config", {"FunctionName": "nobody", "AuthType": "NONE"}, "InvalidParameterValueException", 400),
    ],
)
def test_errors(functions, operation, arguments, code, status):
    with pytest.raises(ClientError) as error:
        getattr(functions, operation)(**arguments)
    assert (code_of(error), status_of(error)) == (code, status)


@pytest.mark.parametrize(
    "change, code",
    [
        ({"MemorySize": 20000}, "ValidationException"),
        ({"Timeout": 901}, "ValidationException"),
        ({"Runtime": "cobol"}, "InvalidParameterValueException"),
        ({"Role": "me"}, "ValidationException"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"BIG": "x" * 4096}}}, "InvalidParameterValueException"),
        ({"Layers": ["arn:aws:lambda:us-west-2:123456789012:layer:l:1"]}, "InvalidParameterValueException"),
        ({"RevisionId": "other"}, "PreconditionFailedException"),
    ],
)
def test_wrong_configurations_are_refused_and_change_nothing(functions, worker, change, code):
    before = functions.get_function_configuration(FunctionName=worker)
    with pytest.raises(ClientError) as error:
        functions.update_function_configuration(FunctionName=worker, **change)
    assert code_of(error) == code
    after = functions.get_function_configuration(FunctionName=worker)
    assert after["RevisionId"] == before["RevisionId"]


def test_a_function_of_the_same_name_is_refused(functions, worker):
    with pytest.raises(functions.exceptions.ResourceConflictException):
        functions.create_function(
            FunctionName=worker, Runtime="provided.al2023", Handler="h", Role=ROLE, Code={"ZipFile": archive()}
        )


def test_a_deleted_function_is_gone(functions, worker):
    call(functions, worker)
    functions.delete_function(FunctionName=worker)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        call(functions, worker)


def test_archives_of_twenty_megabytes_are_taken_and_those_over_fifty_are_not(functions, worker):
    file = io.BytesIO(archive())
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("padding", os.urandom(20 << 20))
    taken = functions.update_function_code(FunctionName=worker, ZipFile=file.getvalue(), DryRun=True)
    assert taken["CodeSize"] == len(file.getvalue())
    with pytest.raises(ClientError) as refused:
        functions.update_function_code(FunctionName=worker, ZipFile=bytes(53_000_000))
    error = refused.value.response["Error"]
    assert error["Code"] == "RequestEntityTooLargeException"
    assert error["Message"] == "Request must be smaller than 70167211 bytes for the UpdateFunctionCode operation"


def test_code_over_250_megabytes_unpacked_is_refused(functions, worker):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("zeros", bytes(262_144_001))
    with pytest.raises(ClientError) as refused:
        functions.update_function_code(FunctionName=worker, ZipFile=file.getvalue())
    assert refused.value.response["Error"]["Message"] == "Unzipped size must be smaller than 262144000 bytes"
