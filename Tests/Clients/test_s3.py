"""S3 through boto3: buckets, objects, uploads in parts, conditions, checksums."""

import base64
import hashlib
import io
import urllib.error
import urllib.request
import zlib

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import REGION, connect

MEBIBYTE = 1 << 20


@pytest.fixture(scope="session")
def s3(endpoint):
    return connect("s3", endpoint)


@pytest.fixture
def bucket(s3, unique):
    s3.create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield unique
    versions = s3.list_object_versions(Bucket=unique)
    for version in versions.get("Versions", []) + versions.get("DeleteMarkers", []):
        s3.delete_object(Bucket=unique, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=unique)


def refusal(call, *arguments, **keywords):
    """Code and status of the error that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **keywords)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def body(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def test_buckets_are_made_listed_and_removed(s3, unique):
    s3.create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert unique in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=unique)["LocationConstraint"] == REGION
    assert s3.head_bucket(Bucket=unique)["BucketRegion"] == REGION
    again = refusal(s3.create_bucket, Bucket=unique, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert again == ("BucketAlreadyOwnedByYou", 409)
    s3.put_object(Bucket=unique, Key="k", Body=b"")
    assert refusal(s3.delete_bucket, Bucket=unique) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=unique, Key="k")
    s3.delete_bucket(Bucket=unique)
    assert refusal(s3.head_bucket, Bucket=unique) == ("404", 404)
    assert refusal(s3.list_objects_v2, Bucket=unique) == ("NoSuchBucket", 404)
    assert refusal(s3.delete_bucket, Bucket=unique) == ("NoSuchBucket", 404)


def test_bucket_names_and_regions_are_checked(s3, unique):
    where = {"LocationConstraint": REGION}
    assert refusal(s3.create_bucket, Bucket="Not_A_Name", CreateBucketConfiguration=where) == ("InvalidBucketName", 400)
    assert refusal(s3.create_bucket, Bucket=unique) == ("IllegalLocationConstraintException", 400)
    elsewhere = {"LocationConstraint": "eu-west-1"}
    assert refusal(s3.create_bucket, Bucket=unique, CreateBucketConfiguration=elsewhere) == (
        "IllegalLocationConstraintException",
        400,
    )


def test_an_object_comes_back_as_it_was_put(s3, bucket):
    content = b"\x00\xff" * 70_000
    put = s3.put_object(
        Bucket=bucket,
        Key="a folder/ü+&=?.bin",
        Body=content,
        ContentType="image/x-test",
        ContentEncoding="gzip",
        CacheControl="max-age=3",
        Metadata={"team": "fire", "n": "1"},
        Tagging="a=1&b=x%20y",
    )
    assert put["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    assert put["ServerSideEncryption"] == "AES256"
    got = s3.get_object(Bucket=bucket, Key="a folder/ü+&=?.bin")
    assert got["Body"].read() == content
    assert got["ContentType"] == "image/x-test"
    assert got["ContentEncoding"] == "gzip"
    assert got["CacheControl"] == "max-age=3"
    assert got["Metadata"] == {"team": "fire", "n": "1"}
    assert got["TagCount"] == 2
    head = s3.head_object(Bucket=bucket, Key="a folder/ü+&=?.bin")
    assert head["ContentLength"] == len(content)
    assert head["ETag"] == put["ETag"]
    assert "VersionId" not in head
    tags = s3.get_object_tagging(Bucket=bucket, Key="a folder/ü+&=?.bin")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "x y"}]
    assert refusal(s3.get_object, Bucket=bucket, Key="none") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket=bucket, Key="none") == ("404", 404)


@pytest.mark.parametrize(
    "asked, expected",
    [
        ("bytes=0-3", b"0123"),
        ("bytes=8-", b"89"),
        ("bytes=-4", b"6789"),
        ("bytes=5-500", b"56789"),
        ("bytes=9-9", b"9"),
    ],
)
def test_ranges(s3, bucket, asked, expected):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="k", Range=asked)
    assert got["Body"].read() == expected
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"].endswith("/10")
    assert refusal(s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-") == ("InvalidRange", 416)


def test_conditions_on_reads_and_writes(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["ETag"]
    assert body(s3, bucket, "k", IfMatch=etag) == b"one"
    assert refusal(s3.get_object, Bucket=bucket, Key="k", IfMatch='"x"') == ("PreconditionFailed", 412)
    assert refusal(s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag) == ("304", 304)
    once = refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"two", IfNoneMatch="*")
    assert once == ("PreconditionFailed", 412)
    s3.put_object(Bucket=bucket, Key="fresh", Body=b"two", IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfMatch=etag)
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"3", IfMatch=etag) == ("PreconditionFailed", 412)
    assert refusal(s3.put_object, Bucket=bucket, Key="none", Body=b"3", IfMatch=etag) == ("NoSuchKey", 404)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_checked_and_given_back(s3, bucket, algorithm):
    content = b"checked" * 1000
    digest = {
        "CRC32": zlib.crc32(content).to_bytes(4, "big"),
        "SHA1": hashlib.sha1(content).digest(),
        "SHA256": hashlib.sha256(content).digest(),
    }[algorithm]
    value = base64.b64encode(digest).decode()
    # A stream makes botocore send chunks with the checksum behind them, over HTTP as a header.
    put = s3.put_object(Bucket=bucket, Key="k", Body=io.BytesIO(content), ChecksumAlgorithm=algorithm)
    assert put[f"Checksum{algorithm}"] == value
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got[f"Checksum{algorithm}"] == value
    assert got["Body"].read() == content
    wrong = {f"Checksum{algorithm}": base64.b64encode(bytes(len(digest))).decode()}
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=content, **wrong) == ("BadDigest", 400)
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key="k", ObjectAttributes=["ETag", "Checksum", "ObjectSize", "StorageClass"]
    )
    assert attributes["Checksum"][f"Checksum{algorithm}"] == value
    assert attributes["ObjectSize"] == len(content)


def test_a_wrong_md5_is_refused(s3, bucket):
    md5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"this", ContentMD5=md5) == ("BadDigest", 400)
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"this", ContentMD5="AAAA") == ("InvalidDigest", 400)


def test_listings_page_and_fold(s3, bucket):
    keys = [f"{folder}/{number:02}" for folder in ("a", "b") for number in range(12)] + ["top", "ü &<>"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == sorted(keys, key=str.encode)
    folded = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in folded["CommonPrefixes"]] == ["a/", "b/"]
    assert [entry["Key"] for entry in folded["Contents"]] == ["top", "ü &<>"]
    assert folded["KeyCount"] == 4
    first = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=1)
    assert first["NextMarker"] == "a/" and first["IsTruncated"]
    second = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=1, Marker=first["NextMarker"])
    assert [entry["Prefix"] for entry in second["CommonPrefixes"]] == ["b/"]
    after = s3.list_objects_v2(Bucket=bucket, Prefix="a/", StartAfter="a/09")
    assert [entry["Key"] for entry in after["Contents"]] == ["a/10", "a/11"]
    token = refusal(s3.list_objects_v2, Bucket=bucket, ContinuationToken="nonsense")
    assert token == ("InvalidArgument", 400)


def test_several_objects_are_deleted_at_once(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"<{number}>&", Body=b"")
    objects = [{"Key": f"<{number}>&"} for number in range(4)] + [{"Key": "never was"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert len(answer["Deleted"]) == 5
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["<4>&"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "<4>&"}], "Quiet": True})
    assert "Deleted" not in quiet


def test_copies_take_metadata_along_or_replace_it(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a/ü+1", Body=b"content", Metadata={"m": "1"}, Tagging="t=1", ContentType="text/x")
    source = {"Bucket": bucket, "Key": "a/ü+1"}
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source)
    copied = s3.get_object(Bucket=bucket, Key="b")
    assert (copied["Body"].read(), copied["Metadata"], copied["ContentType"]) == (b"content", {"m": "1"}, "text/x")
    assert s3.get_object_tagging(Bucket=bucket, Key="b")["TagSet"] == [{"Key": "t", "Value": "1"}]
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, MetadataDirective="REPLACE", Metadata={"m": "2"})
    assert s3.head_object(Bucket=bucket, Key="b")["Metadata"] == {"m": "2"}
    assert refusal(s3.copy_object, Bucket=bucket, Key="a/ü+1", CopySource=source) == ("InvalidRequest", 400)
    missing = {"Bucket": bucket, "Key": "none"}
    assert refusal(s3.copy_object, Bucket=bucket, Key="b", CopySource=missing) == ("NoSuchKey", 404)
    other = refusal(s3.copy_object, Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch='"x"')
    assert other == ("PreconditionFailed", 412)


def test_a_large_file_goes_up_and_down_in_parts(s3, bucket):
    content = bytes(range(256)) * (20 * MEBIBYTE // 256) + b"end"
    s3.upload_fileobj(io.BytesIO(content), bucket, "large")
    head = s3.head_object(Bucket=bucket, Key="large")
    assert head["ContentLength"] == len(content)
    assert head["ETag"].endswith('-3"')
    target = io.BytesIO()
    s3.download_fileobj(bucket, "large", target)
    assert target.getvalue() == content
    assert s3.head_object(Bucket=bucket, Key="large", PartNumber=3)["PartsCount"] == 3
    s3.copy({"Bucket": bucket, "Key": "large"}, bucket, "copy")
    assert body(s3, bucket, "copy", Range="bytes=-3") == b"end"


def test_parts_are_checked_on_completion(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    where = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    one = s3.upload_part(PartNumber=1, Body=b"1" * 5 * MEBIBYTE, **where)["ETag"]
    two = s3.upload_part(PartNumber=2, Body=b"22", **where)["ETag"]
    assert [part["PartNumber"] for part in s3.list_parts(**where)["Parts"]] == [1, 2]
    assert [entry["UploadId"] for entry in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]

    def complete(*parts):
        listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return s3.complete_multipart_upload(MultipartUpload={"Parts": listed}, **where)

    assert refusal(complete, (2, two), (1, one)) == ("InvalidPartOrder", 400)
    assert refusal(complete, (1, two)) == ("InvalidPart", 400)
    assert refusal(complete, (1, one), (3, two)) == ("InvalidPart", 400)
    small = s3.upload_part(PartNumber=1, Body=b"1", **where)["ETag"]
    assert refusal(complete, (1, small), (2, two)) == ("EntityTooSmall", 400)
    s3.upload_part(PartNumber=1, Body=b"1" * 5 * MEBIBYTE, **where)
    done = complete((1, one), (2, two))
    digests = hashlib.md5(b"1" * 5 * MEBIBYTE).digest() + hashlib.md5(b"22").digest()
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    assert refusal(complete, (1, one), (2, two)) == ("NoSuchUpload", 404)
    assert body(s3, bucket, "k", PartNumber=2) == b"22"


def test_an_aborted_upload_leaves_nothing(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"1")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert refusal(s3.list_parts, Bucket=bucket, Key="k", UploadId=upload) == ("NoSuchUpload", 404)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_versions_are_kept_and_deletions_marked(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    one = s3.put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    two = s3.put_object(Bucket=bucket, Key="k", Body=b"two")["VersionId"]
    assert body(s3, bucket, "k") == b"two"
    assert body(s3, bucket, "k", VersionId=one) == b"one"
    assert body(s3, bucket, "k", VersionId="null") == b"before"
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    assert refusal(s3.get_object, Bucket=bucket, Key="k") == ("NoSuchKey", 404)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    listed = s3.list_object_versions(Bucket=bucket)
    assert [version["VersionId"] for version in listed["Versions"]] == [two, one, "null"]
    assert listed["DeleteMarkers"][0]["IsLatest"] is True
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    seen = [entry["VersionId"] for page in pages for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    assert seen == [marker["VersionId"], two, one, "null"]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert body(s3, bucket, "k") == b"two"
    s3.delete_object(Bucket=bucket, Key="k", VersionId=two)
    assert body(s3, bucket, "k") == b"one"
    assert refusal(s3.get_object, Bucket=bucket, Key="k", VersionId=two) == ("NoSuchVersion", 404)


def test_configurations_are_kept(s3, bucket):
    assert refusal(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)
    policy = '{"Version":"2012-10-17","Statement":[]}'
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    s3.delete_bucket_policy(Bucket=bucket)
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy="no") == ("MalformedPolicy", 400)
    tags = [{"Key": "team", "Value": "fire & flame"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=kms)
    assert s3.put_object(Bucket=bucket, Key="k", Body=b"")["ServerSideEncryption"] == "aws:kms"
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    s3.delete_public_access_block(Bucket=bucket)
    assert refusal(s3.get_public_access_block, Bucket=bucket) == ("NoSuchPublicAccessBlockConfiguration", 404)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == ("NoSuchLifecycleConfiguration", 404)
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["ID"] == "r"


def test_access_control_lists_are_refused_as_on_new_buckets(s3, bucket):
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    public = refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"", ACL="public-read")
    assert public == ("AccessControlListNotSupported", 400)
    s3.put_object(Bucket=bucket, Key="k", Body=b"", ACL="bucket-owner-full-control")


def test_presigned_urls_work_until_they_expire(s3, bucket):
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=60)
    with urllib.request.urlopen(urllib.request.Request(put, data=b"by url", method="PUT")) as answer:
        assert answer.status == 200
    get = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a b", "ResponseContentType": "text/x"}, ExpiresIn=60
    )
    with urllib.request.urlopen(get) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"by url", "text/x")
    late = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"}, ExpiresIn=-5)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(late)
    assert caught.value.code == 403 and b"Request has expired" in caught.value.read()


def test_a_bucket_may_stand_in_the_host(endpoint, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k/1", Body=b"by host")
    request = urllib.request.Request(f"{endpoint}/k/1", headers={"Host": f"{bucket}.s3.{REGION}.amazonaws.com"})
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"by host"


def test_another_accounts_bucket_is_refused(s3, bucket):
    assert refusal(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="999999999999") == ("403", 403)


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_signed_chunks_are_taken_apart(endpoint, bucket, s3, size):
    content = (b"0123456789" * (size // 10 + 1))[:size]
    signature = "0" * 64
    chunks = [content[start : start + 65_536] for start in range(0, size, 65_536)] + [b""]
    wire = b"".join(
        f"{len(chunk):x};chunk-signature={signature}\r\n".encode() + chunk + b"\r\n" for chunk in chunks
    )
    request = urllib.request.Request(
        f"{endpoint}/{bucket}/chunked",
        data=wire,
        method="PUT",
        headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/s3/aws4_request, "
            f"SignedHeaders=host, Signature={signature}",
            "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(size),
            "Content-Type": "text/plain",
        },
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    got = s3.get_object(Bucket=bucket, Key="chunked")
    assert got["Body"].read() == content
    assert "ContentEncoding" not in got


def test_resources_of_boto3_work(endpoint, bucket):
    resource = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}),
    )
    resource.Object(bucket, "x").put(Body=b"1")
    assert [summary.key for summary in resource.Bucket(bucket).objects.all()] == ["x"]
    resource.Bucket(bucket).objects.all().delete()
