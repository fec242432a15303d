"""What a stage does with requests: routes, cache, logs, templates, functions behind templates, binary bodies."""

import base64
import gzip
import json
import time
import urllib.request
import zlib

import pytest
from conftest import connect
from test_apigateway import mock, send
from test_lambda import ROLE, archive


@pytest.fixture(scope="module")
def apigateway(endpoint):
    return connect("apigateway", endpoint)


@pytest.fixture(scope="module")
def function(endpoint):
    """The ARN of the function behind the stack's own API."""
    functions = connect("lambda", endpoint).list_functions()["Functions"]
    return next(f["FunctionArn"] for f in functions if f["FunctionName"].startswith("api-handler"))


@pytest.fixture
def api(apigateway, unique):
    made = apigateway.create_rest_api(name=unique)
    yield made
    apigateway.delete_rest_api(restApiId=made["id"])


def uri(function):
    return f"arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/{function}/invocations"


def deploy(apigateway, api, operations=(), **stage):
    apigateway.create_deployment(restApiId=api["id"], stageName="s", **stage)
    if operations:
        apigateway.update_stage(
            restApiId=api["id"], stageName="s",
            patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in operations],
        )


def logged(endpoint, group):
    logs = connect("logs", endpoint)
    return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


class TestTemplates:
    def test_a_mock_sees_the_request(self, apigateway, api, endpoint):
        mock(
            apigateway, api["id"], api["rootResourceId"], "POST",
            template='#set($status = $input.path("$.status")){"statusCode": $status}',
            response='{"q": "$input.params("q")", "n": $context.requestTimeEpoch, "v": "$stageVariables.v"}',
        )
        deploy(apigateway, api, variables={"v": "1"})
        body = json.dumps({"status": 200}).encode()
        status, _, text = send(endpoint, api["id"], "s", "/?q=a%20b", "POST", body, {"Content-Type": "application/json"})
        assert status == 200
        answer = json.loads(text)
        assert (answer["q"], answer["v"]) == ("a b", "1") and abs(answer["n"] / 1000 - time.time()) < 86_400 * 40

    def test_the_response_is_chosen_by_its_pattern_and_can_override_its_status(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"], template='{"statusCode": $input.params("s")}', response="general")
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        apigateway.put_method_response(**place, statusCode="404")
        apigateway.put_integration_response(
            **place, statusCode="404", selectionPattern="4\\d{2}",
            responseParameters={"method.response.header.X-Why": "'pattern'", "method.response.header.X-Id": "context.requestId"},
            responseTemplates={"application/json": "#set($context.responseOverride.status = 418)teapot"},
        )
        deploy(apigateway, api)
        assert send(endpoint, api["id"], "s", "/?s=200")[::2] == (200, "general")
        status, headers, body = send(endpoint, api["id"], "s", "/?s=404")
        assert (status, headers["x-why"], body) == (418, "pattern", "teapot")
        assert headers["x-id"] == headers["x-amzn-requestid"]

    def test_a_function_behind_templates(self, apigateway, api, endpoint, function):
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
        apigateway.put_method(**place, authorizationType="NONE")
        event = {
            "resource": "/", "path": "/", "httpMethod": "$input.params('verb')", "headers": None, "pathParameters": None,
            "queryStringParameters": None, "body": None, "isBase64Encoded": False, "requestContext": {"requestId": "r"},
        }
        apigateway.put_integration(
            **place, type="AWS", integrationHttpMethod="POST", uri=uri("${stageVariables.fn}"),
            requestTemplates={"application/json": json.dumps(event)},
        )
        apigateway.put_method_response(**place, statusCode="200")
        apigateway.put_integration_response(
            **place, statusCode="200",
            responseTemplates={"application/json": "inner $input.path('$.statusCode') $input.json('$.body')"},
        )
        connect("lambda", endpoint).add_permission(
            FunctionName=function, StatementId=api["id"], Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-west-2:123456789012:{api['id']}/*",
        )
        deploy(apigateway, api, variables={"fn": function})
        status, _, body = send(endpoint, api["id"], "s", "/?verb=GET", "POST", b"{}", {"Content-Type": "application/json"})
        assert status == 200 and body.startswith("inner 200 "), body

    def test_an_event_goes_through_lambdas_queue(self, apigateway, api, endpoint, unique):
        functions, sqs = connect("lambda", endpoint), connect("sqs", endpoint)
        function = functions.create_function(
            FunctionName=unique, Runtime="provided.al2023", Handler="x", Role=ROLE, Code={"ZipFile": archive()}
        )["FunctionArn"]
        queue = sqs.create_queue(QueueName=unique)["QueueUrl"]
        functions.put_function_event_invoke_config(
            FunctionName=unique, MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:us-west-2:123456789012:{unique}"}},
        )
        functions.add_permission(
            FunctionName=unique, StatementId="s", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
        )
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
        apigateway.put_method(**place, authorizationType="NONE")
        apigateway.put_integration(
            **place, type="AWS", integrationHttpMethod="POST", uri=uri(function),
            requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
            requestTemplates={"application/json": '{"fail": 1}'},
        )
        apigateway.put_method_response(**place, statusCode="202")
        apigateway.put_integration_response(
            **place, statusCode="202", responseTemplates={"application/json": "taken in"}
        )
        deploy(apigateway, api)
        answer = send(endpoint, api["id"], "s", "/", "POST", b"{}", {"Content-Type": "application/json"})
        assert answer[::2] == (202, "taken in")
        # The destination is told of the event that failed, as for any that Invoke took in.
        message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"][0]
        record = json.loads(message["Body"])
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert (record["requestPayload"], record["responsePayload"]["errorType"]) == ({"fail": 1}, "Bad")
        functions.delete_function(FunctionName=unique)
        # A queue takes no event for a function that is not there.
        assert send(endpoint, api["id"], "s", "/", "POST", b"{}", {"Content-Type": "application/json"})[0] == 500

    def test_long_answers_are_compressed_for_who_accepts_it(self, apigateway, api, endpoint):
        apigateway.update_rest_api(
            restApiId=api["id"], patchOperations=[{"op": "replace", "path": "/minimumCompressionSize", "value": "100"}]
        )
        mock(apigateway, api["id"], api["rootResourceId"], response="$input.params('q')")
        deploy(apigateway, api)
        url = f"{endpoint}/_aws/execute-api/{api['id']}/s/"
        long, short = "x" * 100, "x" * 99

        def raw(text, accepted):
            request = urllib.request.Request(f"{url}?q={text}", headers={"Accept-Encoding": accepted} if accepted else {})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.headers["Content-Encoding"], answer.read()

        assert raw(long, "br, gzip;q=0.8, deflate;q=0.2")[0] == "gzip"
        assert gzip.decompress(raw(long, "gzip")[1]).decode() == long
        assert zlib.decompress(raw(long, "deflate")[1]).decode() == long
        for accepted in [None, "identity", "br", "gzip;q=0"]:
            assert raw(long, accepted) == (None, long.encode())
        assert raw(short, "gzip") == (None, short.encode())

    def test_bytes_come_out_of_base64(self, apigateway, api, endpoint):
        content = bytes(range(256))
        mock(apigateway, api["id"], api["rootResourceId"], response=base64.b64encode(content).decode())
        apigateway.update_integration_response(
            restApiId=api["id"], resourceId=api["rootResourceId"], httpMethod="GET", statusCode="200",
            patchOperations=[{"op": "replace", "path": "/contentHandling", "value": "CONVERT_TO_BINARY"}],
        )
        deploy(apigateway, api)
        import urllib.request

        with urllib.request.urlopen(f"{endpoint}/_aws/execute-api/{api['id']}/s/", timeout=20) as answer:
            assert answer.read() == content


class TestRoutes:
    def test_greedy_paths_any_method_and_preflights(self, apigateway, api, endpoint):
        root = api["rootResourceId"]
        greedy = apigateway.create_resource(restApiId=api["id"], parentId=root, pathPart="{proxy+}")["id"]
        exact = apigateway.create_resource(restApiId=api["id"], parentId=root, pathPart="exact")["id"]
        mock(apigateway, api["id"], greedy, "ANY", response="any $context.httpMethod $input.params('proxy')")
        mock(apigateway, api["id"], exact, "OPTIONS", response="preflight")
        deploy(apigateway, api)
        assert send(endpoint, api["id"], "s", "/a/b%20c/")[2] == "any GET a/b%20c"
        assert send(endpoint, api["id"], "s", "/x", "DELETE")[2] == "any DELETE x"
        assert send(endpoint, api["id"], "s", "/exact", "OPTIONS")[2] == "preflight"
        assert send(endpoint, api["id"], "s", "/exact")[0] == 403

    def test_a_head_that_is_too_long_is_refused(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"])
        deploy(apigateway, api)
        assert send(endpoint, api["id"], "s", headers={"X-Long": "a" * 9_500})[0] == 200
        assert send(endpoint, api["id"], "s", headers={"X-Long": "a" * 10_240})[0] == 431

    def test_a_trace_goes_on_and_one_is_begun(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"])
        deploy(apigateway, api)
        sent = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
        assert send(endpoint, api["id"], "s", headers={"X-Amzn-Trace-Id": sent})[1]["x-amzn-trace-id"] == sent
        assert send(endpoint, api["id"], "s")[1]["x-amzn-trace-id"].startswith("Root=1-")


class TestCache:
    @pytest.fixture
    def cached(self, apigateway, api):
        mock(apigateway, api["id"], api["rootResourceId"], response="$context.requestId")
        deploy(
            apigateway, api,
            [("/cacheClusterEnabled", "true"), ("/*/*/caching/enabled", "true"), ("/*/*/caching/ttlInSeconds", "3600")],
        )
        return api["id"]

    def strategy(self, apigateway, api, *operations):
        apigateway.update_stage(
            restApiId=api, stageName="s",
            patchOperations=[{"op": "replace", "path": f"/*/*/caching/{name}", "value": value} for name, value in operations],
        )

    def test_who_may_not_replace_an_entry_is_told_as_the_stage_says(self, apigateway, cached, endpoint):
        first = send(endpoint, cached, "s")[2]
        fresh = {"Cache-Control": "max-age=0"}
        status, headers, body = send(endpoint, cached, "s", headers=fresh)
        assert (status, body) == (200, first) and headers["warning"].startswith("199")
        self.strategy(apigateway, cached, ("unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITHOUT_RESPONSE_HEADER"))
        status, headers, body = send(endpoint, cached, "s", headers=fresh)
        assert (status, body) == (200, first) and "warning" not in headers
        self.strategy(apigateway, cached, ("unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"))
        status, headers, _ = send(endpoint, cached, "s", headers=fresh)
        assert (status, headers["x-amzn-errortype"]) == (403, "ForbiddenException")
        self.strategy(apigateway, cached, ("requireAuthorizationForCacheControl", "false"))
        second = send(endpoint, cached, "s", headers=fresh)[2]
        assert second != first and send(endpoint, cached, "s")[2] == second

    def test_who_signs_may_replace_an_entry(self, cached, endpoint):
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        first = send(endpoint, cached, "s")[2]
        request = AWSRequest("GET", f"{endpoint}/_aws/execute-api/{cached}/s/", headers={"Cache-Control": "max-age=0"})
        SigV4Auth(Credentials("test", "test"), "execute-api", "us-west-2").add_auth(request)
        second = send(endpoint, cached, "s", headers=dict(request.headers.items()))[2]
        assert second != first and send(endpoint, cached, "s")[2] == second

    def test_settings_changed_and_flushed_at_run_time(self, apigateway, cached, endpoint):
        first = send(endpoint, cached, "s")[2]
        assert send(endpoint, cached, "s")[2] == first
        apigateway.flush_stage_cache(restApiId=cached, stageName="s")
        second = send(endpoint, cached, "s")[2]
        assert second != first
        self.strategy(apigateway, cached, ("enabled", "false"))
        assert send(endpoint, cached, "s")[2] != second


class TestLogs:
    def test_execution_logs_hold_what_the_level_asks_for(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"], template='{"statusCode": $input.params("s")}', response="secret body")
        group = f"API-Gateway-Execution-Logs_{api['id']}/s"
        deploy(apigateway, api, [("/*/*/logging/loglevel", "INFO"), ("/*/*/logging/dataTrace", "true")])
        id = send(endpoint, api["id"], "s", "/?s=200", headers={"Authorization": "Bearer abcdefghijkl"})[1]["x-amzn-requestid"]
        lines = logged(endpoint, group)
        assert all(line.startswith(f"({id}) ") for line in lines)
        text = "\n".join(lines)
        for part in ["Starting execution for request", "HTTP Method: GET, Resource Path: /", "Method request query string: {s=200}",
                     "secret body", "Method completed with status: 200"]:
            assert part in text
        assert "Bearer abcdef" not in text
        apigateway.update_stage(
            restApiId=api["id"], stageName="s",
            patchOperations=[{"op": "replace", "path": "/*/*/logging/loglevel", "value": "ERROR"}],
        )
        send(endpoint, api["id"], "s", "/?s=200")
        assert logged(endpoint, group) == lines
        assert send(endpoint, api["id"], "s", "/?s=none")[0] == 500
        (error,) = logged(endpoint, group)[len(lines):]
        assert "Execution failed due to configuration error" in error

    @pytest.mark.parametrize(
        "format_, check",
        [
            ('{"id":"$context.requestId","status":$context.status,"why":"$context.error.responseType"}',
             lambda line, id: json.loads(line) == {"id": id, "status": 403, "why": "MISSING_AUTHENTICATION_TOKEN"}),
            ('$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.path $context.protocol" $context.status $context.requestId',
             lambda line, id: line.startswith("127.0.0.1 - - [") and line.endswith(f'"GET /s/none HTTP/1.1" 403 {id}')),
            ("<request id=\"$context.requestId\"><status>$context.status</status></request>",
             lambda line, id: line == f'<request id="{id}"><status>403</status></request>'),
            ("$context.requestId,$context.httpMethod,$context.status", lambda line, id: line == f"{id},GET,403"),
        ],
        ids=["json", "clf", "xml", "csv"],
    )
    def test_access_logs_in_every_format(self, apigateway, api, endpoint, unique, format_, check):
        mock(apigateway, api["id"], api["rootResourceId"])
        deploy(
            apigateway, api,
            [("/accessLogSettings/destinationArn", f"arn:aws:logs:us-west-2:123456789012:log-group:{unique}"),
             ("/accessLogSettings/format", format_)],
        )
        id = send(endpoint, api["id"], "s", "/none")[1]["x-amzn-requestid"]
        (line,) = logged(endpoint, unique)
        assert check(line, id), line
