"""Signature V4 as botocore makes it, against an emulator that asks for it."""

import datetime
import hashlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

REGION = "us-west-2"
TEST = Credentials("test", "test")


@pytest.fixture(scope="module")
def strict():
    """The endpoint and the API of an emulator with --require-signature."""
    program = os.environ.get("FIREDRILL_PROGRAM", ".build/debug/firedrill")
    if not os.path.exists(program):
        pytest.fail(f"{program} is missing: build it, or name another one in FIREDRILL_PROGRAM", pytrace=False)
    process = subprocess.Popen(
        [program, "emulate", "--port", "0", "--json", "--require-signature", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def address(strict):
    return strict["endpointURL"]


def client(service, address, key="test", secret="test", token=None):
    return boto3.client(
        service, endpoint_url=address, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret,
        aws_session_token=token, config=Config(retries={"max_attempts": 0}),
    )


def send(request):
    """Sends what botocore has prepared: status, headers, body."""
    prepared = request.prepare() if hasattr(request, "prepare") else request
    call = urllib.request.Request(
        prepared.url, data=prepared.body or None, method=prepared.method, headers=dict(prepared.headers.items())
    )
    try:
        with urllib.request.urlopen(call, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


@pytest.fixture
def at(monkeypatch):
    """Lets botocore sign at another time."""

    def shift(seconds):
        moment = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: moment)

    return shift


def dynamodb_request(address, body=b"{}"):
    return AWSRequest(
        "POST", address + "/", data=body,
        headers={"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"},
    )


class TestEveryProtocol:
    def test_rightly_signed_calls_pass(self, address):
        assert client("dynamodb", address).list_tables()["TableNames"]
        assert client("sts", address).get_caller_identity()["Account"] == "123456789012"
        assert client("lambda", address).list_functions()["Functions"]
        assert client("apigateway", address).get_rest_apis(limit=5)["items"]
        assert client("cloudwatch", address).describe_alarms()["MetricAlarms"]
        assert client("logs", address).describe_log_groups()["logGroups"]
        assert "TopicArn" in client("sns", address).list_topics()["Topics"][0]

    @pytest.mark.parametrize(
        "service, operation, wrong_secret, wrong_key, status",
        [
            ("dynamodb", "list_tables", "InvalidSignatureException", "UnrecognizedClientException", 400),
            ("logs", "describe_log_groups", "InvalidSignatureException", "UnrecognizedClientException", 400),
            ("sqs", "list_queues", "InvalidSignatureException", "UnrecognizedClientException", 400),
            ("lambda", "list_functions", "InvalidSignatureException", "UnrecognizedClientException", 403),
            ("apigateway", "get_rest_apis", "InvalidSignatureException", "UnrecognizedClientException", 403),
            ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId", 403),
            ("sns", "list_topics", "SignatureDoesNotMatch", "InvalidClientTokenId", 403),
            ("cloudformation", "list_stacks", "SignatureDoesNotMatch", "InvalidClientTokenId", 403),
            ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId", 403),
        ],
    )
    def test_wrong_ones_get_the_protocols_own_error(self, address, service, operation, wrong_secret, wrong_key, status):
        for arguments, code in [({"secret": "wrong"}, wrong_secret), ({"key": "nobody"}, wrong_key)]:
            with pytest.raises(ClientError) as caught:
                getattr(client(service, address, **arguments), operation)()
            assert caught.value.response["Error"]["Code"] == code
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status

    def test_unsigned_calls_are_refused(self, address):
        status, _, body = send(dynamodb_request(address))
        assert status == 400 and "MissingAuthenticationTokenException" in body
        form = AWSRequest("POST", address + "/", data=b"Action=GetCallerIdentity&Version=2011-06-15")
        status, _, body = send(form)
        assert status == 403 and "<Code>MissingAuthenticationToken</Code>" in body
        status, headers, _ = send(AWSRequest("GET", address + "/restapis"))
        assert (status, headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")

    def test_functions_sign_with_keys_of_their_own(self, strict):
        # The handler behind the API reads the table with what it was started with.
        with urllib.request.urlopen(strict["apiURL"] + "/items", timeout=30) as answer:
            assert answer.status == 200


class TestAlteredRequests:
    def signed(self, address, body=b'{"Limit": 5}'):
        request = dynamodb_request(address, body)
        SigV4Auth(TEST, "dynamodb", REGION).add_auth(request)
        return request.prepare()

    def test_what_was_signed_passes(self, address):
        assert send(self.signed(address))[0] == 200

    @pytest.mark.parametrize("change", ["body", "target", "path", "query", "date", "signature"])
    def test_what_was_changed_afterwards_does_not(self, address, change):
        request = self.signed(address)
        if change == "body":
            request.body = b'{"Limit": 6}'
        elif change == "target":
            request.headers["X-Amz-Target"] = "DynamoDB_20120810.DescribeLimits"
        elif change == "path":
            request.url += "other"
        elif change == "query":
            request.url += "?a=b"
        elif change == "date":
            date = request.headers["X-Amz-Date"]
            request.headers["X-Amz-Date"] = date[:-2] + str((int(date[-2]) + 1) % 6) + "Z"
        else:
            value = request.headers["Authorization"]
            request.headers["Authorization"] = value[:-1] + ("0" if value[-1] != "0" else "1")
        status, _, body = send(request)
        assert status == 400, body
        assert "InvalidSignatureException" in body or "SerializationException" in body

    @pytest.mark.parametrize("header", ["AWS4-HMAC-SHA256 Credential=test", "AWS4-HMAC-SHA256 x", "AWS4-ECDSA-P256-SHA256 y"])
    def test_what_cannot_be_read_is_incomplete(self, address, header):
        request = dynamodb_request(address)
        request.headers["Authorization"] = header
        status, _, body = send(request)
        assert status == 400 and "IncompleteSignatureException" in body

    @pytest.mark.parametrize("seconds, words", [(-901, "Signature expired"), (901, "Signature not yet current")])
    def test_signatures_age_by_real_time(self, address, at, seconds, words):
        at(seconds)
        status, _, body = send(self.signed(address))
        assert status == 400 and words in body and "InvalidSignatureException" in body

    @pytest.mark.parametrize("seconds", [-840, 840])
    def test_clocks_may_differ_by_some_minutes(self, address, at, seconds):
        at(seconds)
        assert send(self.signed(address))[0] == 200

    def test_many_paths_and_queries_are_signed_alike(self, address):
        paths = ["/restapis/a%20b", "/restapis/%C3%A4/stages", "/restapis/x?limit=5&position=a%2Fb%20c", "/restapis/a~b.c-d_e?z=1&a=2&a=1"]
        for path in paths:
            request = AWSRequest("GET", address + path)
            SigV4Auth(TEST, "apigateway", REGION).add_auth(request)
            status, headers, body = send(request)
            assert (status, headers.get("x-amzn-ErrorType")) == (404, "NotFoundException"), (path, body)


class TestPresigned:
    def query_signed(self, address, expires=60):
        request = AWSRequest("GET", address + "/?Action=GetCallerIdentity&Version=2011-06-15")
        SigV4QueryAuth(TEST, "sts", REGION, expires=expires).add_auth(request)
        return request

    def test_a_presigned_call_passes_until_its_time_is_over(self, address, at):
        assert send(self.query_signed(address))[0] == 200
        at(-61)
        status, _, body = send(self.query_signed(address, expires=60))
        assert status == 403 and "SignatureDoesNotMatch" in body

    def test_an_altered_presigned_call_does_not(self, address):
        request = self.query_signed(address)
        request.url = request.url.replace("Version=2011-06-15", "Version=2011-06-16")
        assert "SignatureDoesNotMatch" in send(request)[2]

    @pytest.mark.parametrize("version", ["s3v4", None])
    def test_a_presigned_object(self, address, unique, version):
        # Without a version botocore presigns with S3's older signature.
        s3 = client("s3", address)
        signer = boto3.client(
            "s3", endpoint_url=address, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
            config=Config(signature_version=version),
        )
        s3.create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=unique, Key="a b/ü", Body=b"content")
        parameters = {"Bucket": unique, "Key": "a b/ü", "ResponseContentType": "text/x"}
        url = signer.generate_presigned_url("get_object", Params=parameters, ExpiresIn=60)
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert (answer.read(), answer.headers["Content-Type"]) == (b"content", "text/x")
        for changed in [url.replace("/a%20b", "/b%20b"), url.replace("text%2Fx", "text%2Fy")]:
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(changed, timeout=20)
            assert caught.value.code == 403

    def test_a_presigned_object_is_forbidden_when_its_time_is_over(self, address):
        s3 = client("s3", address)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "any", "Key": "k"}, ExpiresIn=-5)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url, timeout=20)
        assert caught.value.code == 403 and b"Request has expired" in caught.value.read()


class TestObjects:
    @pytest.fixture(scope="class")
    def bucket(self, address):
        name = f"signed-{int(time.time())}"
        client("s3", address).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def put(self, address, bucket, body, stated):
        request = AWSRequest("PUT", f"{address}/{bucket}/object", data=body)
        request.headers["X-Amz-Content-SHA256"] = stated
        auth = S3SigV4Auth(TEST, "s3", REGION)
        auth.payload = lambda _: stated
        auth.add_auth(request)
        return request

    def test_a_body_may_go_unsigned(self, address, bucket):
        assert send(self.put(address, bucket, b"anything", "UNSIGNED-PAYLOAD"))[0] == 200

    def test_a_body_that_is_not_the_hashed_one_is_refused(self, address, bucket):
        request = self.put(address, bucket, b"anything", hashlib.sha256(b"something").hexdigest())
        status, _, body = send(request)
        assert status == 400 and "XAmzContentSHA256Mismatch" in body

    def test_skew_is_named_as_s3_names_it(self, address, bucket, at):
        at(-1000)
        status, _, body = send(self.put(address, bucket, b"", hashlib.sha256(b"").hexdigest()))
        assert status == 403 and "RequestTimeTooSkewed" in body

    def chunked(self, address, bucket, chunks, spoil=False):
        """A body in signed chunks, after the worked example of S3's guide."""
        request = AWSRequest("PUT", f"{address}/{bucket}/chunked")
        request.headers["X-Amz-Content-SHA256"] = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        request.headers["Content-Encoding"] = "aws-chunked"
        request.headers["X-Amz-Decoded-Content-Length"] = str(sum(map(len, chunks)))
        auth = S3SigV4Auth(TEST, "s3", REGION)
        auth.payload = lambda _: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        auth.add_auth(request)
        date = request.context["timestamp"]
        scope = auth.credential_scope(request)
        previous = request.headers["Authorization"].rsplit("Signature=", 1)[1]
        body = b""
        empty = hashlib.sha256(b"").hexdigest()
        for chunk in [*chunks, b""]:
            text = "\n".join(
                ["AWS4-HMAC-SHA256-PAYLOAD", date, scope, previous, empty, hashlib.sha256(chunk).hexdigest()]
            )
            previous = auth.signature(text, request)
            sent = chunk.replace(b"a", b"b") if spoil else chunk
            body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + sent + b"\r\n"
        request.data = body
        return request

    def test_chunks_are_checked_one_by_one(self, address, bucket):
        status, _, body = send(self.chunked(address, bucket, [b"a" * 65536, b"a" * 100]))
        assert status == 200, body
        stored = client("s3", address).get_object(Bucket=bucket, Key="chunked")["Body"].read()
        assert stored == b"a" * 65636
        status, _, body = send(self.chunked(address, bucket, [b"a" * 100], spoil=True))
        assert status == 403 and "SignatureDoesNotMatch" in body


class TestAPIMethods:
    """AWS_IAM as a method's authorization; it holds whether or not the AWS API asks for signatures."""

    @pytest.fixture(scope="class")
    def method(self, endpoint):
        apigateway = client("apigateway", endpoint)
        api = apigateway.create_rest_api(name="signed")
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "ANY"}
        apigateway.put_method(**place, authorizationType="AWS_IAM")
        apigateway.put_integration(
            **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'},
            passthroughBehavior="WHEN_NO_MATCH",
        )
        apigateway.put_method_response(**place, statusCode="200")
        apigateway.put_integration_response(
            **place, statusCode="200", responseTemplates={"application/json": "$context.identity.accessKey"}
        )
        apigateway.create_deployment(restApiId=api["id"], stageName="s")
        yield f"{endpoint}/_aws/execute-api/{api['id']}/s/"
        apigateway.delete_rest_api(restApiId=api["id"])

    def test_signed_requests_reach_the_method(self, method):
        request = AWSRequest("POST", method, data=b'{"a": 1}', headers={"Content-Type": "application/json"})
        SigV4Auth(TEST, "execute-api", REGION).add_auth(request)
        status, _, body = send(request)
        assert (status, body) == (200, "test")

    @pytest.mark.parametrize(
        "credentials, service, type_, words",
        [
            (None, "execute-api", "MissingAuthenticationTokenException", "Missing Authentication Token"),
            (Credentials("test", "wrong"), "execute-api", "InvalidSignatureException", "does not match the signature"),
            (Credentials("nobody", "x"), "execute-api", "UnrecognizedClientException", "security token included in the request is invalid"),
            (TEST, "s3", "InvalidSignatureException", "Credential should be scoped to correct service: 'execute-api'"),
        ],
    )
    def test_others_are_forbidden(self, method, credentials, service, type_, words):
        request = AWSRequest("GET", method)
        if credentials:
            SigV4Auth(credentials, service, REGION).add_auth(request)
        status, headers, body = send(request)
        assert (status, headers["x-amzn-ErrorType"]) == (403, type_)
        assert words in json.loads(body)["message"]
