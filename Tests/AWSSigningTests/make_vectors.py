"""Writes vectors.json: requests signed by botocore, the truth that our signer is checked against.

Run it with botocore 1.43 when the rules change: python make_vectors.py > vectors.json
"""
import datetime
import json
import random

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SEED = 20260131
NOW = datetime.datetime(2026, 1, 31, 8, 5, 9, tzinfo=datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda: NOW
pick = random.Random(SEED)

PATHS = ["", "/", "/items", "/items/", "/items//b", "/a/./b", "/a/../b", "/items/a%20b", "/items/%E2%82%AC", "/a:b/c",
         "/~user/-_.", "/items/a+b", "/items/%2Fslash", "/dev/items/{id}", "/..", "/a/b/../../c/", "/(x)!*'"]
QUERIES = ["", "b=2&a=1", "a=2&a=1", "flag", "flag=", "a=%20&b=%2B", "z&y=1&z=0", "limit=5&nextToken=abc%3D%3D",
           "A=1&a=2&B=3", "empty=&other=x%26y", "=novalue", "a=b=c"]
VALUES = ["simple", "  padded  ", "two  spaces   here", "tab\there", "", "a,b , c", '"quoted  text"', "ünïcode"]
SERVICES = [("monitoring", "us-west-2"), ("dynamodb", "eu-central-1"), ("execute-api", "us-west-2"),
            ("lambda", "ap-south-1"), ("s3", "us-east-1")]

vectors = []
for number in range(500):
    service, region = pick.choice(SERVICES)
    token = pick.choice([None, None, "FwoGZXIvYXdzE/token+with/chars=="])
    host = pick.choice(["example.amazonaws.com", "127.0.0.1:4566", "example.com:443", "localhost:80"])
    scheme = pick.choice(["http", "https"])
    query = pick.choice(QUERIES)
    path = pick.choice(PATHS) or "/"
    url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    body = pick.choice(["", "{}", '{"id":"ü"}', "x" * pick.randrange(2000)])
    headers = [("Content-Type", "application/json")] if pick.random() < 0.5 else []
    for name in pick.sample(["X-Custom", "X-Amz-Target", "x-lower", "User-Agent", "Expect", "Accept"], pick.randrange(4)):
        headers.append((name, pick.choice(VALUES[:-1])))
    unsigned = service != "s3" and pick.random() < 0.2 and scheme == "https"
    request = AWSRequest(method=pick.choice(["GET", "POST", "put", "DELETE", "PATCH"]), url=url, data=body.encode())
    for name, value in headers:
        request.headers[name] = value
    if unsigned:
        request.context["payload_signing_enabled"] = False
    if service == "s3":
        # Path handling of S3 with the plain signer's headers: the content hash is in the request already.
        import hashlib
        digest = hashlib.sha256(body.encode()).hexdigest()
        request.headers["X-Amz-Content-SHA256"] = digest
        headers.append(("X-Amz-Content-SHA256", digest))
        signer = botocore.auth.S3SigV4Auth(Credentials("AKIDEXAMPLE", "wJalr/secret+KEY", token), service, region)
        request.context["client_config"] = None
        request.context["payload_signing_enabled"] = True
    else:
        signer = botocore.auth.SigV4Auth(Credentials("AKIDEXAMPLE", "wJalr/secret+KEY", token), service, region)
    if service == "s3" and scheme == "https":
        continue
    signer.add_auth(request)
    vectors.append({"service": service, "region": region, "token": token, "method": request.method, "url": url,
                    "headers": headers, "body": body, "unsigned": unsigned,
                    "authorization": request.headers["Authorization"]})

print(json.dumps({"seed": SEED, "date": "20260131T080509Z", "vectors": vectors}, indent=0, ensure_ascii=True))
