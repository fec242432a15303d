"""Clients that speak one certain wire protocol of those that a service's model names."""

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

from conftest import REGION


class OneProtocolLoader(botocore.loaders.Loader):
    """Loads service models as if they had one protocol only."""

    def __init__(self, protocol):
        super().__init__()
        self.protocol = protocol

    def load_service_model(self, service_name, type_name, api_version=None):
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name == "service-2" and self.protocol in model["metadata"].get("protocols", []):
            metadata = {**model["metadata"], "protocol": self.protocol, "protocols": [self.protocol]}
            if self.protocol == "query":
                metadata.pop("awsQueryCompatible", None)
            return {**model, "metadata": metadata}
        return model


def connect_over(protocol, service, endpoint):
    """A client of the service that sends this protocol."""
    session = botocore.session.Session()
    session.register_component("data_loader", OneProtocolLoader(protocol))
    client = boto3.Session(botocore_session=session).client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )  # fmt: skip
    assert client.meta.service_model.resolved_protocol == protocol
    return client
