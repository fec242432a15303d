"""The notes API: create, read, change, delete, list."""

import json
import os
import uuid

import boto3

notes = boto3.resource("dynamodb").Table(os.environ["NOTES"])


def answer(status, body, origin="https://notes.example"):
    headers = {
        "Access-Control-Allow-Origin": origin,
        # New on every invocation: two equal ones mean that the second answer came from a cache.
        "X-Origin-Marker": uuid.uuid4().hex,
    }
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, default=int)}


def handler(event, context):
    route = f"{event['httpMethod']} {event['resource']}"
    note = (event["pathParameters"] or {}).get("id")
    if route == "GET /":
        return answer(200, {"greeting": os.environ["GREETING"], "version": context.function_version})
    if route == "GET /notes":
        return answer(200, {"notes": notes.scan()["Items"]})
    if route == "POST /notes":
        item = json.loads(event["body"])
        # A note without a text is a mistake of this handler's author: it fails, and the alarm rings.
        item = {"id": item.get("id", uuid.uuid4().hex), "text": item["text"], "edits": 0}
        notes.put_item(Item=item)
        return answer(201, item)
    if route == "GET /notes/{id}":
        found = notes.get_item(Key={"id": note}).get("Item")
        return answer(200, found) if found else answer(404, {"error": f"no note {note}"})
    if route == "PUT /notes/{id}":
        changed = notes.update_item(
            Key={"id": note},
            UpdateExpression="SET #text = :text ADD edits :one",
            ExpressionAttributeNames={"#text": "text"},
            ExpressionAttributeValues={":text": json.loads(event["body"])["text"], ":one": 1},
            ReturnValues="ALL_NEW",
        )
        return answer(200, changed["Attributes"])
    if route == "DELETE /notes/{id}":
        gone = notes.delete_item(Key={"id": note}, ReturnValues="ALL_OLD").get("Attributes")
        return answer(200, gone) if gone else answer(404, {"error": f"no note {note}"})
    return answer(404, {"error": route})
