"""Keys, queues, topics, buckets, parameters and roles as resources of a stack that is made, changed and deleted."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

from conftest import connect

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}


def template(changed=False):
    """A template with every type, and the same with its properties changed."""
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"Description": "b" if changed else "a", "KeyPolicy": DOCUMENT, "EnableKeyRotation": not changed}},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": {"Fn::Sub": "alias/${AWS::StackName}"}, "TargetKeyId": {"Ref": "Key"}}},
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": 20 if changed else 10,
                "Tags": [{"Key": "team", "Value": "fire"}],
                **({} if changed else {"DelaySeconds": 3}),
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
            },
        },
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                            "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "Topic"}}},
                        }
                    ]
                },
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "two" if changed else "one"}},
        "TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": DOCUMENT}},
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                "RawMessageDelivery": True,
                "FilterPolicy": {"kind": ["b" if changed else "a"]},
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Suspended" if changed else "Enabled"},
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": changed},
                "Tags": [{"Key": "team", "Value": "fire"}],
            },
        },
        "BucketPolicy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": DOCUMENT}},
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "two" if changed else "one", "Tags": {"team": "fire"}}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [{"PolicyName": "new" if changed else "old", "PolicyDocument": DOCUMENT}],
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            },
        },
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "extra", "PolicyDocument": DOCUMENT, "Roles": [{"Ref": "Role"}]}},
        "Managed": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": DOCUMENT, "Roles": [{"Ref": "Role"}]}},
    }
    outputs = {name: {"Value": {"Ref": name}} for name in resources}
    outputs["Value"] = {"Value": {"Fn::GetAtt": ["Parameter", "Value"]}}
    return json.dumps({"Resources": resources, "Outputs": outputs})


@pytest.fixture
def stack(endpoint, unique):
    """A stack of the template: its name and a function that gives its outputs."""
    cloudformation = connect("cloudformation", endpoint)
    cloudformation.create_stack(
        StackName=unique, TemplateBody=template(), Capabilities=["CAPABILITY_NAMED_IAM"], Tags=[{"Key": "from", "Value": "stack"}]
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

    def outputs():
        (described,) = cloudformation.describe_stacks(StackName=unique)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    yield unique, outputs
    try:
        cloudformation.delete_stack(StackName=unique)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
    except ClientError:
        pass


def test_resources_are_made_changed_and_removed(endpoint, stack):
    name, outputs = stack
    clients = {service: connect(service, endpoint) for service in ("cloudformation", "kms", "sqs", "sns", "s3", "ssm", "iam")}
    kms, sqs, sns, s3, ssm, iam = (clients[service] for service in ("kms", "sqs", "sns", "s3", "ssm", "iam"))
    made = outputs()

    def queue():
        return sqs.get_queue_attributes(QueueUrl=made["Queue"], AttributeNames=["All"])["Attributes"]

    def arrivals(kind):
        sns.publish(TopicArn=made["Topic"], Message=kind, MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}})
        counts = queue()
        return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesDelayed"])

    assert kms.describe_key(KeyId=made["Alias"])["KeyMetadata"]["KeyId"] == made["Key"]
    assert kms.get_key_rotation_status(KeyId=made["Key"])["KeyRotationEnabled"] is True
    assert (queue()["VisibilityTimeout"], queue()["DelaySeconds"]) == ("10", "3")
    assert sqs.list_queue_tags(QueueUrl=made["Queue"])["Tags"] == {"team": "fire", "from": "stack"}
    assert arrivals("b") == 0 and arrivals("a") == 1
    assert s3.get_bucket_versioning(Bucket=made["Bucket"])["Status"] == "Enabled"
    assert json.loads(s3.get_bucket_policy(Bucket=made["Bucket"])["Policy"]) == DOCUMENT
    assert ssm.get_parameter(Name=made["Parameter"])["Parameter"]["Value"] == "one"
    assert sorted(iam.list_role_policies(RoleName=made["Role"])["PolicyNames"]) == ["extra", "old"]
    attached = iam.list_attached_role_policies(RoleName=made["Role"])["AttachedPolicies"]
    assert made["Managed"] in [policy["PolicyArn"] for policy in attached] and len(attached) == 2

    clients["cloudformation"].update_stack(
        StackName=name, TemplateBody=template(changed=True), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    clients["cloudformation"].get_waiter("stack_update_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    after = outputs()
    assert {**after, "Value": ""} == {**made, "Value": ""} and after["Value"] == "two"
    assert kms.describe_key(KeyId=made["Key"])["KeyMetadata"]["Description"] == "b"
    assert kms.get_key_rotation_status(KeyId=made["Key"])["KeyRotationEnabled"] is False
    assert (queue()["VisibilityTimeout"], queue()["DelaySeconds"]) == ("20", "0")
    assert arrivals("a") == 1 and arrivals("b") == 2
    assert sns.get_topic_attributes(TopicArn=made["Topic"])["Attributes"]["DisplayName"] == "two"
    assert s3.get_bucket_versioning(Bucket=made["Bucket"])["Status"] == "Suspended"
    assert s3.get_public_access_block(Bucket=made["Bucket"])["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"]
    assert ssm.get_parameter(Name=made["Parameter"])["Parameter"]["Value"] == "two"
    assert sorted(iam.list_role_policies(RoleName=made["Role"])["PolicyNames"]) == ["extra", "new"]

    clients["cloudformation"].delete_stack(StackName=name)
    clients["cloudformation"].get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    assert kms.describe_key(KeyId=made["Key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    for call, arguments in (
        (kms.describe_key, {"KeyId": made["Alias"]}),
        (sqs.get_queue_attributes, {"QueueUrl": made["Queue"]}),
        (sns.get_topic_attributes, {"TopicArn": made["Topic"]}),
        (s3.head_bucket, {"Bucket": made["Bucket"]}),
        (ssm.get_parameter, {"Name": made["Parameter"]}),
        (iam.get_role, {"RoleName": made["Role"]}),
        (iam.get_policy, {"PolicyArn": made["Managed"]}),
    ):
        with pytest.raises(ClientError):
            call(**arguments)


def test_a_name_that_is_taken_fails_the_stack(endpoint, unique):
    cloudformation, sqs = connect("cloudformation", endpoint), connect("sqs", endpoint)
    url = sqs.create_queue(QueueName=unique)["QueueUrl"]
    body = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": unique}}}}
    cloudformation.create_stack(StackName=unique, TemplateBody=json.dumps(body), OnFailure="DO_NOTHING")
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
    events = cloudformation.describe_stack_events(StackName=unique)["StackEvents"]
    (reason,) = [event["ResourceStatusReason"] for event in events if event["LogicalResourceId"] == "Queue" and "FAILED" in event["ResourceStatus"]]
    assert "already exists" in reason
    cloudformation.delete_stack(StackName=unique)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=unique, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    # What the stack did not make stays.
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"].endswith(unique)
    sqs.delete_queue(QueueUrl=url)
