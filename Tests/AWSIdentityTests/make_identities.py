"""Writes identities.json: what botocore finds in given variables and files, the truth that our search is checked against.

Each case has variables, files, scripted HTTP answers (STS, containers, instances) and what botocore made of them: access
key, secret, token, region and the endpoints of some services, or that it refused. Run it with botocore 1.43 when the rules
change: python make_identities.py > identities.json
"""
import json
import os
import random
import sys
import tempfile
import time
from unittest import mock

import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import botocore.httpsession
import botocore.session

SEED = 20260201
pick = random.Random(SEED)
SERVICES = {"cloudwatch": "CLOUDWATCH", "logs": "CLOUDWATCH_LOGS", "apigateway": "API_GATEWAY", "lambda": "LAMBDA",
            "cloudformation": "CLOUDFORMATION", "dynamodb": "DYNAMODB", "sqs": "SQS", "sns": "SNS", "iam": "IAM", "sts": "STS"}
FAR = "2099-01-01T00:00:00Z"


def sts(action, form):
    role = form.get("RoleArn", "?").split("/")[-1]
    by = form.get("by", "nobody")
    detail = "-".join(form[k] for k in ("ExternalId", "DurationSeconds") if k in form)
    inner = (f"<Credentials><AccessKeyId>ASIA-{role}-by-{by}</AccessKeyId><SecretAccessKey>s-{role}{detail}</SecretAccessKey>"
             f"<SessionToken>t-{role}</SessionToken><Expiration>{FAR}</Expiration></Credentials>")
    return f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{inner}</{action}Result></{action}Response>'


def metadata(name):
    return json.dumps({"Code": "Success", "AccessKeyId": f"ASIA-{name}", "SecretAccessKey": f"s-{name}", "Token": f"t-{name}",
                       "Expiration": FAR})


CONTAINER = {"GET http://169.254.170.2/task": [200, metadata("task")],
             "GET http://127.0.0.1:9/pod": [200, metadata("pod")],
             "GET http://169.254.170.23/v1/credentials": [200, metadata("eks")]}
INSTANCE = {"PUT http://169.254.169.254/latest/api/token": [200, "imds-token"],
            "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/": [200, "my-role"],
            "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role": [200, metadata("instance")]}
OTHER_INSTANCE = {k.replace("169.254.169.254", "127.0.0.1:7"): v for k, v in INSTANCE.items()}
OLD_INSTANCE = {**INSTANCE, "PUT http://169.254.169.254/latest/api/token": [404, ""]}


class Scripted:
    """Answers botocore's requests from the case's script; STS is answered by what it is asked."""

    def __init__(self, script):
        self.script = script

    @staticmethod
    def bytes(body):
        return body.encode() if isinstance(body, str) else body or b""

    def send(self, request):
        url, method = request.url, request.method
        if f"{method} {url}" in self.script:
            status, text = self.script[f"{method} {url}"]
        elif method == "POST" and b"Action=AssumeRole" in self.bytes(request.body):
            form = dict(p.split("=", 1) for p in self.bytes(request.body).decode().split("&"))
            form = {k: botocore.compat.unquote(v.replace("+", " ")) for k, v in form.items()}
            auth = request.headers.get("Authorization", b"")
            auth = auth.decode() if isinstance(auth, bytes) else auth
            if "Credential=" in auth:
                form["by"] = auth.split("Credential=")[1].split("/")[0]
            status, text = 200, sts(form["Action"], form)
        else:
            raise botocore.exceptions.EndpointConnectionError(endpoint_url=url)
        body = text.encode()

        class Raw:
            def stream(self, *_a, **_k):
                yield body
        return botocore.awsrequest.AWSResponse(url, status, {}, Raw())


def resolve(case):
    with tempfile.TemporaryDirectory() as home:
        for path, text in case["files"].items():
            full = path.replace("~", home)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w") as file:
                file.write(text)
        environment = {k: v.replace("~", home) if k.endswith("FILE") else v for k, v in case["environment"].items()}
        environment |= {"HOME": home, "PATH": os.environ["PATH"]}

        scripted = Scripted(case["http"])
        with mock.patch.dict(os.environ, environment, clear=True), \
                mock.patch.object(botocore.httpsession.URLLib3Session, "send", lambda _self, request: scripted.send(request)), \
                mock.patch.object(time, "sleep", lambda _s: None):
            try:
                session = botocore.session.Session(profile=case.get("profile"))
                region = session.get_config_variable("region")
                credentials = session.get_credentials()
                if credentials is None:
                    return {"found": False}
                frozen = credentials.get_frozen_credentials()
                endpoints = {}
                for service, identifier in SERVICES.items():
                    client = session.create_client(service, region_name=region or "us-west-2", endpoint_url=case.get("endpoint"),
                                                   aws_access_key_id="a", aws_secret_access_key="b")
                    endpoints[identifier] = client.meta.endpoint_url.rstrip("/")
                return {"found": True, "accessKeyID": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token,
                        "region": region, "endpoints": endpoints}
            except Exception as error:  # whatever botocore refuses with
                return {"found": False, "refusal": type(error).__name__}


def case(name, environment=None, files=None, profile=None, http=None, endpoint=None):
    return {"name": name, "environment": environment or {}, "files": files or {}, "profile": profile, "http": http or {},
            "endpoint": endpoint}


CONFIG, CREDENTIALS = "~/.aws/config", "~/.aws/credentials"
KEYS = {"AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "senv"}
BASE = "[default]\nregion = eu-west-1\naws_access_key_id = AKCONF\naws_secret_access_key = sconf\n"
DEV = "[profile dev]\nregion=ap-south-1\naws_access_key_id=AKDEV\naws_secret_access_key=sdev\naws_session_token=tdev\n"
SHARED = "[default]\naws_access_key_id = AKCRED\naws_secret_access_key = scred\n[dev]\naws_access_key_id = AKDEVCRED\naws_secret_access_key = sdevcred\n"
ROLE = "[profile role]\nrole_arn = arn:aws:iam::1:role/r1\nsource_profile = dev\nregion = us-east-2\n"
PROCESS = "[profile prog]\ncredential_process = /bin/echo '{\"Version\": 1, \"AccessKeyId\": \"AKPROG\", \"SecretAccessKey\": \"sprog\"%s}'\nregion = us-west-1\n"
cases = [
    case("nothing at all"),
    case("environment", KEYS | {"AWS_DEFAULT_REGION": "us-west-2"}),
    case("environment with token", KEYS | {"AWS_SESSION_TOKEN": "tok"}),
    case("environment with the older token", KEYS | {"AWS_SESSION_TOKEN": "tok", "AWS_SECURITY_TOKEN": "old"}),
    case("id without secret", {"AWS_ACCESS_KEY_ID": "AKENV"}),
    case("secret without id falls through", {"AWS_SECRET_ACCESS_KEY": "x"}, {CREDENTIALS: SHARED}),
    case("empty id falls through", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "x"}, {CREDENTIALS: SHARED}),
    case("config file", files={CONFIG: BASE}),
    case("credentials file goes before config", files={CONFIG: BASE, CREDENTIALS: SHARED}),
    case("environment goes before files", KEYS, {CONFIG: BASE, CREDENTIALS: SHARED}),
    case("environment goes before AWS_PROFILE", KEYS | {"AWS_PROFILE": "dev"}, {CONFIG: BASE + DEV}),
    case("profile on the command line goes before the environment", KEYS, {CONFIG: BASE + DEV}, profile="dev"),
    case("AWS_PROFILE", {"AWS_PROFILE": "dev"}, {CONFIG: BASE + DEV}),
    case("AWS_DEFAULT_PROFILE goes before AWS_PROFILE", {"AWS_PROFILE": "default", "AWS_DEFAULT_PROFILE": "dev"}, {CONFIG: BASE + DEV}),
    case("unknown profile", files={CONFIG: BASE}, profile="nope"),
    case("unknown profile in the environment", {"AWS_PROFILE": "nope"}, {CONFIG: BASE}),
    case("profile in the credentials file alone", files={CREDENTIALS: SHARED}, profile="dev"),
    case("profile in both files", files={CONFIG: DEV, CREDENTIALS: SHARED}, profile="dev"),
    case("files elsewhere", {"AWS_CONFIG_FILE": "~/elsewhere/c", "AWS_SHARED_CREDENTIALS_FILE": "~/elsewhere/k"},
         {"~/elsewhere/c": BASE + DEV, "~/elsewhere/k": SHARED, CONFIG: "[default]\nregion = xx\n"}, profile="dev"),
    case("region of the environment", {"AWS_DEFAULT_REGION": "sa-east-1"}, {CONFIG: BASE}),
    case("region of china", {"AWS_DEFAULT_REGION": "cn-north-1"}, {CONFIG: BASE}),
    case("region of govcloud", {"AWS_DEFAULT_REGION": "us-gov-west-1"}, {CONFIG: BASE}),
    case("region of an isolated partition", {"AWS_DEFAULT_REGION": "us-iso-east-1"}, {CONFIG: BASE}),
    case("id without secret in a file", files={CREDENTIALS: "[default]\naws_access_key_id = AK\n"}),
    case("quoted profile name", files={CONFIG: '[profile "my own"]\naws_access_key_id = Q\naws_secret_access_key = q\nregion = us-west-2\n'}, profile="my own"),
    case("comments, colons, capitals, blanks",
         files={CONFIG: "# c\n; c\n[default]\nRegion : eu-north-1\n\nAWS_Access_Key_ID=A#B\n aws_secret_access_key = s;t \n"}),
    case("a value that goes on", files={CONFIG: "[default]\nregion = us-west-2\naws_access_key_id = A\n  B\naws_secret_access_key = s\n"}),
    case("a key twice", files={CONFIG: "[default]\nregion = a\nregion = b\n"} ),
    case("a section twice", files={CONFIG: BASE + "[default]\nregion = b\n"}),
    case("a setting before any section", files={CONFIG: "region = a\n"}),
    case("a line that is nothing", files={CONFIG: BASE + "nonsense\n"}),
    case("DEFAULT counts for all", files={CONFIG: "[DEFAULT]\nregion = us-east-2\n" + DEV.replace("region=ap-south-1\n", "")}, profile="dev"),
    case("a nested setting", files={CONFIG: BASE + "s3 =\n  max_concurrent_requests = 20\n  addressing_style = path\n"}),
    case("a nested setting without sign", files={CONFIG: BASE + "s3 =\n  nonsense\n"}),
    case("section names that only look alike", files={CONFIG: "[profiledev]\nregion = x\n[profile]\nregion = y\n[dev]\nregion = z\n" + BASE}),
    case("role from a source profile", files={CONFIG: DEV + ROLE}, profile="role"),
    case("role from a source profile in the credentials file", files={CONFIG: DEV + ROLE, CREDENTIALS: SHARED}, profile="role"),
    case("role by AWS_PROFILE", {"AWS_PROFILE": "role"}, {CONFIG: DEV + ROLE}),
    case("role of the default profile", files={CONFIG: DEV + ROLE.replace("profile role", "default")}),
    case("role with id and duration", files={CONFIG: DEV + ROLE + "external_id = e1\nduration_seconds = 1800\nrole_session_name = me\n"}, profile="role"),
    case("role with a duration that is none", files={CONFIG: DEV + ROLE + "duration_seconds = long\n"}, profile="role"),
    case("role chain", files={CONFIG: DEV + ROLE + "[profile r2]\nrole_arn = arn:aws:iam::2:role/r2\nsource_profile = role\nregion = us-east-1\n"}, profile="r2"),
    case("role chain in a circle", files={CONFIG: "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\nregion=x\n[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n"}, profile="a"),
    case("role from itself with keys", files={CONFIG: "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = a\nregion=us-west-2\naws_access_key_id=AKSELF\naws_secret_access_key=s\n"}, profile="a"),
    case("role from itself without keys", files={CONFIG: "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = a\nregion=x\n"}, profile="a"),
    case("role without source", files={CONFIG: "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nregion=x\n"}, profile="a"),
    case("role with two sources", files={CONFIG: DEV + ROLE + "credential_source = Environment\n"}, profile="role"),
    case("role from a profile that is not there", files={CONFIG: ROLE}, profile="role"),
    case("role from a profile without credentials", files={CONFIG: ROLE + "[profile dev]\nregion = x\n"}, profile="role"),
    case("role from the environment", KEYS | {"AWS_SESSION_TOKEN": "t"}, {CONFIG: ROLE.replace("source_profile = dev", "credential_source = Environment")}, profile="role"),
    case("role from an environment that is empty", files={CONFIG: ROLE.replace("source_profile = dev", "credential_source = Environment")}, profile="role"),
    case("role from a container", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}, {CONFIG: ROLE.replace("source_profile = dev", "credential_source = EcsContainer")}, profile="role", http=CONTAINER),
    case("role from an instance", files={CONFIG: ROLE.replace("source_profile = dev", "credential_source = Ec2InstanceMetadata")}, profile="role", http=INSTANCE),
    case("role from a source that is none", files={CONFIG: ROLE.replace("source_profile = dev", "credential_source = Moon")}, profile="role"),
    case("role from a program", files={CONFIG: PROCESS % "" + ROLE.replace("dev", "prog")}, profile="role"),
    case("environment goes before the default profile's role", KEYS, {CONFIG: DEV + ROLE.replace("profile role", "default")}),
    case("web identity by environment", {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web", "AWS_DEFAULT_REGION": "us-west-2"}, {"~/token": "jwt-of-ci"}),
    case("web identity without role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_DEFAULT_REGION": "us-west-2"}, {"~/token": "jwt-of-ci"}),
    case("web identity without token", {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web", "AWS_DEFAULT_REGION": "us-west-2"}),
    case("web identity goes before the credentials file", {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web", "AWS_DEFAULT_REGION": "us-west-2"}, {"~/token": "jwt-of-ci", CREDENTIALS: SHARED}),
    case("web identity by environment does not count with a profile", {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}, {"~/token": "jwt-of-ci", CONFIG: DEV}, profile="dev"),
    case("keys in the environment go before web identity", KEYS | {"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}, {"~/token": "jwt-of-ci"}),
    case("program", files={CONFIG: PROCESS % ', "SessionToken": "tp"'}, profile="prog"),
    case("program whose credentials expire", files={CONFIG: PROCESS % f', "SessionToken": "tp", "Expiration": "{FAR}"'}, profile="prog"),
    case("program that fails", files={CONFIG: "[profile prog]\ncredential_process = /bin/false\n"}, profile="prog"),
    case("program of another version", files={CONFIG: (PROCESS % "").replace('"Version": 1', '"Version": 2')}, profile="prog"),
    case("program without secret", files={CONFIG: (PROCESS % "").replace("SecretAccessKey", "Other")}, profile="prog"),
    case("program that says no JSON", files={CONFIG: "[profile prog]\ncredential_process = /bin/echo hello\n"}, profile="prog"),
    case("program goes before config keys", files={CONFIG: PROCESS % "" + "aws_access_key_id = X\naws_secret_access_key = y\n"}, profile="prog"),
    case("credentials file goes before program", files={CONFIG: (PROCESS % "").replace("prog]", "dev]"), CREDENTIALS: SHARED}, profile="dev"),
    case("container", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}, http=CONTAINER),
    case("container by full URI", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/pod", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth"}, http=CONTAINER),
    case("container of EKS with a token file", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "~/auth"}, {"~/auth": "tok"}, http=CONTAINER),
    case("container at a host that must not see the token", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}, http=CONTAINER),
    case("container with a broken token", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/pod", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\nb"}, http=CONTAINER),
    case("container that does not answer", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/gone"}, http=CONTAINER),
    case("files go before the container", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}, {CONFIG: BASE}, http=CONTAINER),
    case("container goes before the instance", {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}, http=CONTAINER | INSTANCE),
    case("instance", {"AWS_DEFAULT_REGION": "us-west-2"}, http=INSTANCE),
    case("instance with the first version of the service", {"AWS_DEFAULT_REGION": "us-west-2"}, http=OLD_INSTANCE),
    case("instance without the first version", {"AWS_DEFAULT_REGION": "us-west-2", "AWS_EC2_METADATA_V1_DISABLED": "true"}, http=OLD_INSTANCE),
    case("instance switched off", {"AWS_EC2_METADATA_DISABLED": "true"}, http=INSTANCE),
    case("instance service elsewhere", {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:7", "AWS_DEFAULT_REGION": "us-west-2"}, http=OTHER_INSTANCE),
    case("instance without role", {"AWS_DEFAULT_REGION": "us-west-2"}, http={**INSTANCE, "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/": [404, ""]}),
    case("files go before the instance", files={CONFIG: BASE}, http=INSTANCE),
    case("endpoint of the command line", KEYS | {"AWS_ENDPOINT_URL": "http://env"}, {CONFIG: BASE}, endpoint="http://cli:1"),
    case("endpoint of the environment", KEYS | {"AWS_ENDPOINT_URL": "http://env:1"}, {CONFIG: BASE + "endpoint_url = http://conf:2\n"}),
    case("endpoint of a service in the environment", KEYS | {"AWS_ENDPOINT_URL_CLOUDWATCH": "http://cw:1", "AWS_ENDPOINT_URL_API_GATEWAY": "http://ag:2", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://l:3"}, {CONFIG: BASE}),
    case("endpoint of the profile", files={CONFIG: BASE + "endpoint_url = http://conf:2\n"}),
    case("endpoints of services", files={CONFIG: BASE + "services = mine\nendpoint_url = http://conf:2\n[services mine]\ncloudwatch =\n  endpoint_url = http://cw:1\ncloudwatch_logs =\n  endpoint_url = http://l:3\napi_gateway =\n  endpoint_url = http://ag:4\n"}),
    case("the environment's endpoint goes before services", KEYS | {"AWS_ENDPOINT_URL": "http://env:1"}, {CONFIG: BASE + "services = mine\n[services mine]\nlambda =\n  endpoint_url = http://la:1\n"}),
    case("services that are not there", files={CONFIG: BASE + "services = mine\n"}),
    case("configured endpoints ignored", KEYS | {"AWS_ENDPOINT_URL": "http://env:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, {CONFIG: BASE + "endpoint_url = http://conf:2\n"}),
    case("configured endpoints ignored by the profile", files={CONFIG: BASE + "endpoint_url = http://conf:2\nignore_configured_endpoint_urls = true\n"}),
    case("configured endpoints ignored, not the command line's", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, {CONFIG: BASE}, endpoint="http://cli:1"),
]

# Mixtures: whatever goes together by chance, the order of the places decides.
PARTS = [
    lambda c: c["environment"].update(KEYS), lambda c: c["environment"].update({"AWS_SESSION_TOKEN": "tok"}),
    lambda c: c["environment"].update({"AWS_DEFAULT_REGION": "us-west-2"}),
    lambda c: c["environment"].update({"AWS_PROFILE": pick.choice(["dev", "role", "prog", "default"])}),
    lambda c: c["files"].update({CREDENTIALS: SHARED}),
    lambda c: c["environment"].update({"AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}),
    lambda c: c["environment"].update({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}),
    lambda c: c["http"].update(INSTANCE), lambda c: c["environment"].update({"AWS_EC2_METADATA_DISABLED": "true"}),
    lambda c: c.update(profile=pick.choice(["dev", "role", "prog", "default"])),
    lambda c: c["environment"].update({"AWS_ENDPOINT_URL": "http://env:1"}),
    lambda c: c["environment"].update({"AWS_ENDPOINT_URL_SNS": "http://sns:1"}),
    lambda c: c["environment"].update({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": pick.choice(["true", "false"])}),
]
for number in range(220):
    mixed = case(f"mixture {number}", {}, {"~/token": "jwt-of-ci"}, http=dict(CONTAINER))
    sections = [pick.choice([BASE, "[default]\nregion = eu-west-1\n"]), DEV, ROLE, PROCESS % ""]
    pick.shuffle(sections)
    mixed["files"][CONFIG] = "".join(s for s in sections if pick.random() < 0.8)
    for part in pick.sample(PARTS, pick.randrange(1, 6)):
        part(mixed)
    cases.append(mixed)

for each in cases:
    each["expected"] = resolve(each)
print(f'{{"seed": {SEED}, "cases": [')
print(",\n".join(json.dumps(each) for each in cases))
print("]}")
print(sum(c["expected"]["found"] for c in cases), "of", len(cases), "found", file=sys.stderr)
