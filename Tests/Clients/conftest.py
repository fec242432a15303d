"""What all tests of the emulator through AWS's own client share.

The tests need a running emulator; its address is in FIREDRILL_ENDPOINT.
"""

import os
import uuid

import boto3
import pytest
from botocore.config import Config

HOW_TO_START = (
    "FIREDRILL_ENDPOINT is not set. Start an emulator with `.build/debug/firedrill emulate --port 4599` and run the tests "
    "with FIREDRILL_ENDPOINT=http://127.0.0.1:4599, or let `make test` do both."
)
REGION = "us-west-2"


def connect(service, endpoint=None):
    """A client of the service, at the endpoint or (inside of moto's mock) without one."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture(scope="session")
def endpoint():
    address = os.environ.get("FIREDRILL_ENDPOINT")
    if not address:
        pytest.fail(HOW_TO_START, pytrace=False)
    return address


@pytest.fixture(scope="session")
def dynamodb(endpoint):
    return connect("dynamodb", endpoint)


@pytest.fixture(scope="session")
def streams(endpoint):
    return connect("dynamodbstreams", endpoint)


@pytest.fixture(scope="session")
def cloudwatch(endpoint):
    return connect("cloudwatch", endpoint)


@pytest.fixture(scope="session")
def logs(endpoint):
    return connect("logs", endpoint)


@pytest.fixture
def unique():
    """A name that no other test uses."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def moto():
    """Runs a function in moto's stand-in of AWS and returns what it returns: a second opinion."""
    from moto import mock_aws

    def run(function, service):
        with mock_aws():
            return function(connect(service))

    return run
