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
         "/~user/-_.", "/items/a+b", "/items/%2Fslash", "/dev/items/{id}", "/..", "/a/b/../../c/", "/(x)!*'",
         "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A1%3Afunction%3Af/configuration", "/a//../b", "/./",
         "/a;b=c,d/@e", "/%41%7e", "/items/%F0%9F%94%A5", "/$default/x", "/a/b/..", "/a%2F..%2Fb"]
QUERIES = ["", "b=2&a=1", "a=2&a=1", "flag", "flag=", "a=%20&b=%2B", "z&y=1&z=0", "limit=5&nextToken=abc%3D%3D",
           "A=1&a=2&B=3", "empty=&other=x%26y", "=novalue", "a=b=c", "a&&b", "&", "a=%2f&a=%2F", "k%20e=v", "AA=1&Aa=2&aA=3",
           "a=1&a-b=2&a.b=3&a%20=4", "list.1=x&list.10=y&list.2=z", "q=%E2%82%AC&p=%c3%bc"]
VALUES = ["simple", "  padded  ", "two  spaces   here", "tab\there", "", "a,b , c", '"quoted  text"', "ünïcode"]
SERVICES = [("monitoring", "us-west-2"), ("dynamodb", "eu-central-1"), ("execute-api", "us-west-2"),
            ("lambda", "ap-south-1"), ("s3", "us-east-1")]

vectors = []
for number in range(900):
    service, region = pick.choice(SERVICES)
    token = pick.choice([None, None, "FwoGZXIvYXdzE/token+with/chars=="])
    host = pick.choice(["example.amazonaws.com", "127.0.0.1:4566", "example.com:443", "localhost:80"])
    scheme = pick.choice(["http", "https"])
    query = pick.choice(QUERIES)
    path = pick.choice(PATHS) or "/"
    url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    body = pick.choice(["", "{}", '{"id":"ü"}', "x" * pick.randrange(200)])
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

# Signatures in the query: botocore parses the query and writes it anew, so only queries that it leaves as they are.
PRESIGNED_QUERIES = ["", "a=1&b=2", "versionId=a.b-c_d~e", "z=%2B%2F&flag=", "partNumber=1&uploadId=%E2%82%AC"]
presigned = []
for number in range(300):
    service, region = pick.choice(SERVICES)
    token = pick.choice([None, "FwoGZXIvYXdzE/token+with/chars=="])
    scheme, host = pick.choice([("https", "example.amazonaws.com"), ("http", "127.0.0.1:4566"), ("https", "example.com:8443")])
    query = pick.choice(PRESIGNED_QUERIES)
    path = pick.choice(PATHS) or "/"
    url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    expires = pick.choice([1, 60, 3600, 604800])
    headers = [(name, pick.choice(VALUES[:4])) for name in pick.sample(["x-amz-acl", "Content-MD5", "Range"], pick.randrange(3))]
    request = AWSRequest(method=pick.choice(["GET", "PUT", "HEAD", "DELETE"]), url=url)
    for name, value in headers:
        request.headers[name] = value
    kind = botocore.auth.S3SigV4QueryAuth if service == "s3" else botocore.auth.SigV4QueryAuth
    kind(Credentials("AKIDEXAMPLE", "wJalr/secret+KEY", token), service, region, expires=expires).add_auth(request)
    presigned.append({"service": service, "region": region, "token": token, "method": request.method, "url": url,
                      "headers": headers, "expires": expires, "presigned": request.url})

print(json.dumps({"seed": SEED, "date": "20260131T080509Z", "vectors": vectors, "presigned": presigned}, indent=0, ensure_ascii=True))
