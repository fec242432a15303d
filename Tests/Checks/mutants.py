"""Mutants of a CloudFormation template: each differs from it in one property that a rule or a drill reads."""

import copy
import dataclasses

import yaml

# Types whose properties are read, and the members of their properties that are not: texts for people, tags, code.
READ = {
    "AWS::CloudWatch::Alarm": {"AlarmDescription", "OKActions"},
    "AWS::ApiGateway::Stage": {"DeploymentId", "Description"},
    "AWS::ApiGateway::Method": {"AuthorizationType", "MethodResponses", "IntegrationResponses", "RequestTemplates"},
    "AWS::ApiGateway::Resource": set(),
    "AWS::ApiGateway::RestApi": {"Description", "EndpointConfiguration"},
    "AWS::Lambda::Function": {"Description", "Code", "Runtime", "Handler", "Architectures", "MemorySize"},
    "AWS::Lambda::EventSourceMapping": set(),
    "AWS::Lambda::Permission": set(),
    "AWS::DynamoDB::Table": {
        "BillingMode", "AttributeDefinitions", "KeySchema", "PointInTimeRecoverySpecification",
        "DeletionProtectionEnabled", "TimeToLiveSpecification", "Tags",
    },
    "AWS::SQS::Queue": {"SqsManagedSseEnabled"},
    "AWS::SQS::QueuePolicy": set(),
    "AWS::SNS::Topic": {"DisplayName"},
    "AWS::SNS::TopicPolicy": set(),
    "AWS::SNS::Subscription": {"RawMessageDelivery"},
    "AWS::Logs::LogGroup": set(),
    "AWS::IAM::Role": set(),
    "AWS::IAM::Policy": set(),
    "AWS::KMS::Key": {"Description", "EnableKeyRotation"},
}

# What else a value could have been, by the member's name. None takes the member out.
OTHERS = {
    "Namespace": ["AWS/SQS", "AWS/Lamda", "Custom/App"],
    "MetricName": ["Erors", "5xxError", "Invocations", "4XXError", "5XXError", "Errors"],
    "Statistic": ["Average", "Minimum", "Maximum", "SampleCount", "Total"],
    "Period": [45, 60, 600, 3600, 86400],
    "EvaluationPeriods": [0, 1, 3, 12, 300],
    "DatapointsToAlarm": [2, 3, None],
    "Threshold": [-1, 0, 2, 500],
    "ComparisonOperator": ["GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold", "AtLeast"],
    "TreatMissingData": ["breaching", "ignore", "missing", "none", None],
    "Unit": ["Seconds"],
    "BatchSize": [1, 1000],
    "MaximumBatchingWindowInSeconds": [0, 300],
    "MaximumRetryAttempts": [0, -1, None],
    "MaximumRecordAgeInSeconds": [60, None],
    "StartingPosition": ["LATEST"],
    "StreamViewType": ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"],
    "CacheTtlInSeconds": [0, 10, 300, 7200, None],
    "CacheClusterSize": ["0.7", "6.1"],
    "ResourcePath": ["/~1itemz", "/~1items~1{id}"],
    "HttpMethod": ["POST", "GET", "*"],
    "Timeout": [3, 60],
    "RetentionInDays": [365, None],
    "Effect": ["Deny"],
    "Principal": [{"Service": "ec2.amazonaws.com"}],
    "LoggingLevel": ["OFF"],
    "MessageRetentionPeriod": [60, None],
    "FunctionResponseTypes": [None],
    "Environment": [None],
    "KmsMasterKeyId": ["alias/aws/sns"],
}

# Members that a resource may gain.
ADDED = {
    "AWS::CloudWatch::Alarm": {"ActionsEnabled": False, "Unit": "Seconds"},
    "AWS::Lambda::EventSourceMapping": {"Enabled": False},
    "AWS::Lambda::Function": {"ReservedConcurrentExecutions": 0},
    "AWS::KMS::Key": {"Enabled": False},
    "AWS::SNS::Topic": {"KmsMasterKeyId": "alias/aws/sns"},
}


@dataclasses.dataclass
class Mutant:
    # "Api4XXAlarm.Threshold=500"
    name: str
    document: dict


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms, such as !Ref, as their long ones."""


def _function(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


Loader.add_multi_constructor("!", _function)


def parse(text):
    return yaml.load(text, Loader)


def _is_function(value):
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _others(name, value):
    """Values that a leaf could have had instead."""
    if name == "Principal":
        return ["s3.amazonaws.com", None]
    if name in OTHERS:
        return [other for other in OTHERS[name] if other != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value * 10]
    return ["other", None]


def _places(value, path=()):
    """Every leaf, element and member that could be another, with its path; a function counts as a leaf."""
    if isinstance(value, dict) and not _is_function(value):
        for name, member in value.items():
            yield from _places(member, path + (name,))
            if isinstance(member, (dict, list)) and not _is_function(member) and name in OTHERS:
                yield path + (name,), member
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _places(element, path + (index,))
            if isinstance(element, (dict, list)) and not _is_function(element):
                yield path + (index,), element
    elif path:
        yield path, value


def _changed(template, logical_id, path, value):
    document = copy.deepcopy(template)
    holder = document["Resources"][logical_id]["Properties"]
    for step in path[:-1]:
        holder = holder[step]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


def _references(template, logical_id, value):
    """Another resource of the same type in a function's place: the wrong table, topic or function."""
    name = next(iter(value))
    if name == "Ref":
        target = value[name]
    elif name == "Fn::GetAtt":
        target = value[name][0] if isinstance(value[name], list) else value[name].split(".")[0]
    else:
        return
    resources = template["Resources"]
    if target not in resources:
        return
    others = [other for other, r in resources.items() if r["Type"] == resources[target]["Type"] and other != target]
    for other in others[:2]:
        if other == logical_id:
            continue
        yield other, {"Ref": other} if name == "Ref" else {name: [other] + list(value[name][1:])}


def of(template):
    """All mutants of a template."""
    seen = set()

    def mutant(logical_id, path, value):
        name = ".".join([logical_id] + [str(step) for step in path])
        shown = "removed" if value is None else value if isinstance(value, str) else str(value)
        full = f"{name}={shown}"
        if full not in seen:
            seen.add(full)
            yield Mutant(full, _changed(template, logical_id, path, value))

    for logical_id, resource in template["Resources"].items():
        kind = resource["Type"]
        if kind not in READ:
            continue
        properties = resource.get("Properties", {})
        for path, value in _places(properties):
            if any(step in READ[kind] for step in path):
                continue
            named = next((step for step in reversed(path) if isinstance(step, str)), "")
            if _is_function(value):
                for other, reference in _references(template, logical_id, value):
                    yield from mutant(logical_id, path, reference)
                yield from mutant(logical_id, path, "other")
            elif isinstance(value, (dict, list)) and not isinstance(path[-1], int):
                for other in OTHERS[path[-1]]:
                    yield from mutant(logical_id, path, other)
            elif isinstance(path[-1], int):
                yield from mutant(logical_id, path, None)
                if not isinstance(value, dict):
                    yield from mutant(logical_id, path, "other")
            else:
                for other in _others(named, value):
                    yield from mutant(logical_id, path, other)
        for name, value in properties.items():
            if name not in READ[kind] and isinstance(value, (dict, list)):
                yield from mutant(logical_id, (name,), None)
        for name, value in ADDED.get(kind, {}).items():
            if name not in properties:
                yield from mutant(logical_id, (name,), value)
