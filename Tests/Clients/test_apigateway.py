"""API Gateway's own calls through boto3: APIs are made, changed, deployed and removed at run time."""

import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import connect


@pytest.fixture(scope="module")
def apigateway(endpoint):
    return connect("apigateway", endpoint)


@pytest.fixture
def api(apigateway, unique):
    """A new API, removed afterwards."""
    made = apigateway.create_rest_api(name=unique, description="for a test", tags={"purpose": "test"})
    yield made
    try:
        apigateway.delete_rest_api(restApiId=made["id"])
    except apigateway.exceptions.NotFoundException:
        pass


def refused(call, code, *parts, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    for part in parts:
        assert part in error["Message"], error
    return caught.value.response


def send(endpoint, api, stage, path="/", method="GET", body=None, headers=None):
    """One request to a stage: status, headers in lower case, body."""
    request = urllib.request.Request(
        f"{endpoint}/_aws/execute-api/{api}/{stage}{path}", method=method, data=body, headers=headers or {}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode()


def mock(apigateway, api, resource, method="GET", template='{"statusCode": 200}', response="hello", **options):
    """A method that answers by itself."""
    place = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    apigateway.put_method(**place, authorizationType="NONE", **options)
    apigateway.put_integration(**place, type="MOCK", requestTemplates={"application/json": template})
    apigateway.put_method_response(**place, statusCode="200")
    apigateway.put_integration_response(**place, statusCode="200", responseTemplates={"application/json": response})


class TestReading:
    def test_the_stacks_own_api_is_described(self, apigateway):
        apis = {item["name"]: item for item in apigateway.get_rest_apis()["items"]}
        api = apis["serverless-api-dev"]
        assert apigateway.get_rest_api(restApiId=api["id"])["endpointConfiguration"]["types"] == ["REGIONAL"]
        resources = apigateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
        paths = {resource["path"]: resource for resource in resources}
        assert set(paths) == {"/", "/items", "/items/{id}"}
        method = paths["/items/{id}"]["resourceMethods"]["GET"]
        assert method["requestParameters"] == {"method.request.path.id": True}
        integration = method["methodIntegration"]
        assert integration["cacheKeyParameters"] == ["method.request.path.id"]
        assert integration["type"] == "AWS_PROXY" and integration["httpMethod"] == "POST"
        alone = apigateway.get_integration(
            restApiId=api["id"], resourceId=paths["/items/{id}"]["id"], httpMethod="GET"
        )
        del alone["ResponseMetadata"]
        assert integration == alone
        stage = apigateway.get_stage(restApiId=api["id"], stageName="dev")
        assert stage["cacheClusterEnabled"] and stage["cacheClusterSize"] == "0.5"
        assert stage["cacheClusterStatus"] == "AVAILABLE"
        assert stage["methodSettings"]["*/*"]["cachingEnabled"] is True
        deployments = apigateway.get_deployments(restApiId=api["id"])["items"]
        assert stage["deploymentId"] in [deployment["id"] for deployment in deployments]

    def test_bare_resources_name_their_methods_only(self, apigateway, api):
        mock(apigateway, api["id"], api["rootResourceId"])
        (root,) = apigateway.get_resources(restApiId=api["id"])["items"]
        assert root["resourceMethods"] == {"GET": {}}

    def test_lists_come_in_pages(self, apigateway, api):
        for name in ["a", "b", "c"]:
            apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=name)
        pages = apigateway.get_paginator("get_resources").paginate(restApiId=api["id"], PaginationConfig={"PageSize": 2})
        sizes = [len(page["items"]) for page in pages]
        assert sizes == [2, 2]

    def test_the_account_has_a_role_and_limits(self, apigateway):
        account = apigateway.get_account()
        assert account["throttleSettings"] == {"burstLimit": 5000, "rateLimit": 10000.0}
        assert account["cloudwatchRoleArn"].startswith("arn:aws:iam::")


class TestErrors:
    def test_what_is_not_there(self, apigateway, api):
        refused(apigateway.get_rest_api, "NotFoundException", "Invalid API identifier specified", restApiId="nothing")
        place = {"restApiId": api["id"], "resourceId": "nothing"}
        refused(apigateway.get_resource, "NotFoundException", "Invalid Resource identifier specified", **place)
        place["resourceId"] = api["rootResourceId"]
        refused(apigateway.get_method, "NotFoundException", "Invalid Method identifier", **place, httpMethod="GET")
        apigateway.put_method(**place, httpMethod="GET", authorizationType="NONE")
        refused(apigateway.get_integration, "NotFoundException", "Invalid Integration identifier", **place, httpMethod="GET")
        refused(apigateway.get_stage, "NotFoundException", "Invalid Stage identifier", restApiId=api["id"], stageName="x")
        refused(
            apigateway.get_deployment, "NotFoundException", "Invalid Deployment identifier",
            restApiId=api["id"], deploymentId="x",
        )

    def test_conflicts_and_bad_requests(self, apigateway, api, unique):
        root = {"restApiId": api["id"], "parentId": api["rootResourceId"]}
        apigateway.create_resource(**root, pathPart="items")
        refused(
            apigateway.create_resource, "ConflictException",
            "Another resource with the same parent already has this name: items", **root, pathPart="items",
        )
        refused(apigateway.create_resource, "BadRequestException", "Resource's path part only allow", **root, pathPart="a/b")
        apigateway.create_resource(**root, pathPart="{id}")
        refused(apigateway.create_resource, "BadRequestException", "A sibling ({id})", **root, pathPart="{other}")
        refused(
            apigateway.create_deployment, "BadRequestException", "The REST API doesn't contain any methods",
            restApiId=api["id"],
        )
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        apigateway.put_method(**place, authorizationType="NONE")
        refused(apigateway.put_method, "ConflictException", "Method already exists", **place, authorizationType="NONE")
        refused(
            apigateway.create_deployment, "BadRequestException", "No integration defined for method", restApiId=api["id"]
        )
        refused(
            apigateway.put_integration, "BadRequestException", "Invalid cache key parameter specified", **place,
            type="MOCK", cacheKeyParameters=["method.request.path.id"],
        )

    def test_what_is_not_emulated_says_so(self, apigateway, api):
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        apigateway.put_method(**place, authorizationType="NONE")
        answer = refused(
            apigateway.put_integration, "NotImplementedException", "HTTP_PROXY", **place, type="HTTP_PROXY",
            integrationHttpMethod="GET", uri="http://example.com",
        )
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
        refused(
            apigateway.put_integration, "BadRequestException", "#macro is not emulated", **place, type="MOCK",
            requestTemplates={"application/json": "#macro(x)#end"},
        )

    def test_the_same_mistakes_are_mistakes_for_another_stand_in(self, moto, endpoint):
        def codes(client):
            api = client.create_rest_api(name="same")["id"]
            calls = [
                lambda: client.get_rest_api(restApiId="nothing"),
                lambda: client.get_resource(restApiId=api, resourceId="nothing"),
                lambda: client.get_stage(restApiId=api, stageName="nothing"),
                lambda: client.get_model(restApiId=api, modelName="nothing"),
            ]
            found = []
            for call in calls:
                with pytest.raises(ClientError) as caught:
                    call()
                found.append(caught.value.response["Error"]["Code"])
            client.delete_rest_api(restApiId=api)
            return found

        assert codes(connect("apigateway", endpoint)) == moto(codes, "apigateway")


class TestDeploying:
    def test_a_method_is_served_as_it_was_when_it_was_deployed(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"], response="first")
        first = apigateway.create_deployment(restApiId=api["id"], stageName="s", variables={"colour": "green"})
        assert send(endpoint, api["id"], "s")[::2] == (200, "first")
        place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
        apigateway.update_integration_response(
            **place, statusCode="200",
            patchOperations=[
                {"op": "replace", "path": "/responseTemplates/application~1json", "value": "$stageVariables.colour"}
            ],
        )
        assert send(endpoint, api["id"], "s")[2] == "first"
        second = apigateway.create_deployment(restApiId=api["id"])
        assert send(endpoint, api["id"], "s")[2] == "first"
        apigateway.update_stage(
            restApiId=api["id"], stageName="s",
            patchOperations=[{"op": "replace", "path": "/deploymentId", "value": second["id"]}],
        )
        assert send(endpoint, api["id"], "s")[2] == "green"
        apigateway.update_stage(
            restApiId=api["id"], stageName="s",
            patchOperations=[{"op": "replace", "path": "/variables/colour", "value": "blue"}],
        )
        assert send(endpoint, api["id"], "s")[2] == "blue"
        refused(
            apigateway.delete_deployment, "BadRequestException", "Active stages pointing to this deployment",
            restApiId=api["id"], deploymentId=second["id"],
        )
        apigateway.delete_deployment(restApiId=api["id"], deploymentId=first["id"])
        apigateway.delete_stage(restApiId=api["id"], stageName="s")
        assert send(endpoint, api["id"], "s")[0] == 403
        apigateway.delete_deployment(restApiId=api["id"], deploymentId=second["id"])
        assert apigateway.get_deployments(restApiId=api["id"])["items"] == []

    def test_a_deployment_summarises_its_methods(self, apigateway, api):
        mock(apigateway, api["id"], api["rootResourceId"])
        made = apigateway.create_deployment(restApiId=api["id"], description="one")
        shown = apigateway.get_deployment(restApiId=api["id"], deploymentId=made["id"], embed=["apisummary"])
        assert shown["apiSummary"] == {"/": {"GET": {"authorizationType": "NONE", "apiKeyRequired": False}}}
        assert shown["description"] == "one"

    def test_a_deleted_resource_takes_those_below_it_along(self, apigateway, api):
        a = apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="a")
        b = apigateway.create_resource(restApiId=api["id"], parentId=a["id"], pathPart="b")
        assert b["path"] == "/a/b"
        apigateway.delete_resource(restApiId=api["id"], resourceId=a["id"])
        assert len(apigateway.get_resources(restApiId=api["id"])["items"]) == 1

    def test_a_removed_api_is_gone(self, apigateway, unique):
        made = apigateway.create_rest_api(name=unique)["id"]
        apigateway.delete_rest_api(restApiId=made)
        refused(apigateway.get_rest_api, "NotFoundException", restApiId=made)


class TestStages:
    @pytest.fixture
    def stage(self, apigateway, api):
        mock(apigateway, api["id"], api["rootResourceId"])
        deployment = apigateway.create_deployment(restApiId=api["id"])["id"]
        apigateway.create_stage(restApiId=api["id"], stageName="s", deploymentId=deployment)
        return {"restApiId": api["id"], "stageName": "s"}

    @pytest.mark.parametrize(
        "path, value, member, expected",
        [
            ("/*/*/throttling/rateLimit", "12.5", "throttlingRateLimit", 12.5),
            ("/*/*/throttling/burstLimit", "7", "throttlingBurstLimit", 7),
            ("/*/*/caching/enabled", "true", "cachingEnabled", True),
            ("/*/*/caching/ttlInSeconds", "60", "cacheTtlInSeconds", 60),
            ("/*/*/caching/dataEncrypted", "true", "cacheDataEncrypted", True),
            ("/*/*/caching/requireAuthorizationForCacheControl", "false", "requireAuthorizationForCacheControl", False),
            (
                "/*/*/caching/unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403",
                "unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403",
            ),
            ("/*/*/logging/loglevel", "INFO", "loggingLevel", "INFO"),
            ("/*/*/logging/dataTrace", "true", "dataTraceEnabled", True),
            ("/*/*/metrics/enabled", "true", "metricsEnabled", True),
        ],
    )
    def test_every_method_setting_can_be_changed(self, apigateway, stage, path, value, member, expected):
        changed = apigateway.update_stage(**stage, patchOperations=[{"op": "replace", "path": path, "value": value}])
        assert changed["methodSettings"]["*/*"][member] == expected
        assert apigateway.get_stage(**stage)["methodSettings"]["*/*"][member] == expected

    def test_a_setting_of_one_method_is_kept_under_its_escaped_path_and_can_be_removed(self, apigateway, stage):
        operation = {"op": "replace", "path": "/~1items~1{id}/GET/caching/ttlInSeconds", "value": "5"}
        changed = apigateway.update_stage(**stage, patchOperations=[operation])
        assert changed["methodSettings"]["~1items~1{id}/GET"]["cacheTtlInSeconds"] == 5
        changed = apigateway.update_stage(**stage, patchOperations=[{"op": "remove", "path": "/~1items~1{id}/GET"}])
        assert changed["methodSettings"] == {}
        refused(
            apigateway.update_stage, "BadRequestException", "Cannot remove method setting */*", **stage,
            patchOperations=[{"op": "remove", "path": "/*/*"}],
        )

    def test_what_makes_no_sense_changes_nothing(self, apigateway, stage):
        for operation in [
            {"op": "replace", "path": "/nothing", "value": "x"},
            {"op": "replace", "path": "/*/*/caching/ttlInSeconds", "value": "3601"},
            {"op": "replace", "path": "/*/*/logging/loglevel", "value": "LOUD"},
            {"op": "replace", "path": "/deploymentId", "value": "nothing"},
            {"op": "replace", "path": "/cacheClusterSize", "value": "3"},
        ]:
            good = {"op": "replace", "path": "/description", "value": "changed"}
            refused(apigateway.update_stage, "BadRequestException", **stage, patchOperations=[good, operation])
        assert "description" not in apigateway.get_stage(**stage)

    def test_a_cache_cluster_can_be_switched_on_and_flushed(self, apigateway, stage):
        changed = apigateway.update_stage(
            **stage,
            patchOperations=[
                {"op": "replace", "path": "/cacheClusterEnabled", "value": "true"},
                {"op": "replace", "path": "/cacheClusterSize", "value": "1.6"},
            ],
        )
        assert (changed["cacheClusterStatus"], changed["cacheClusterSize"]) == ("AVAILABLE", "1.6")
        assert apigateway.flush_stage_cache(**stage)["ResponseMetadata"]["HTTPStatusCode"] == 202
        assert apigateway.flush_stage_authorizers_cache(**stage)["ResponseMetadata"]["HTTPStatusCode"] == 202

    def test_a_throttled_method_answers_429_as_the_bucket_says(self, apigateway, api, stage, endpoint):
        apigateway.update_stage(
            **stage,
            patchOperations=[
                {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "0.001"},
                {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "3"},
            ],
        )
        answers = [send(endpoint, api["id"], "s") for _ in range(5)]
        assert [answer[0] for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[4][1]["x-amzn-errortype"] == "TooManyRequestsException"
        assert json.loads(answers[4][2]) == {"message": "Too Many Requests"}

    def test_tags_of_an_api_and_of_a_stage(self, apigateway, api, stage):
        arn = f"arn:aws:apigateway:us-west-2::/restapis/{api['id']}"
        assert apigateway.get_tags(resourceArn=arn)["tags"] == {"purpose": "test"}
        apigateway.tag_resource(resourceArn=arn + "/stages/s", tags={"a": "1", "b": "2"})
        apigateway.untag_resource(resourceArn=arn + "/stages/s", tagKeys=["a"])
        assert apigateway.get_stage(**stage)["tags"] == {"b": "2"}


class TestParts:
    def test_gateway_responses_are_set_listed_and_reset(self, apigateway, api, endpoint):
        mock(apigateway, api["id"], api["rootResourceId"])
        place = {"restApiId": api["id"], "responseType": "MISSING_AUTHENTICATION_TOKEN"}
        assert apigateway.get_gateway_response(**place)["defaultResponse"] is True
        apigateway.put_gateway_response(
            **place, statusCode="404", responseParameters={"gatewayresponse.header.X-Path": "method.request.header.X-In"},
            responseTemplates={"application/json": '{"no": $context.error.messageString, "at": "$context.path"}'},
        )
        apigateway.create_deployment(restApiId=api["id"], stageName="s")
        status, headers, body = send(endpoint, api["id"], "s", "/none", headers={"X-In": "through"})
        assert (status, headers["x-path"]) == (404, "through")
        assert json.loads(body) == {"no": "Missing Authentication Token", "at": "/s/none"}
        listed = {item["responseType"]: item for item in apigateway.get_gateway_responses(restApiId=api["id"])["items"]}
        assert len(listed) == 21 and listed["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
        assert "statusCode" not in listed["DEFAULT_4XX"]
        apigateway.delete_gateway_response(**place)
        assert apigateway.get_gateway_response(**place)["statusCode"] == "403"

    def test_models_and_validators(self, apigateway, api, endpoint):
        root = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
        assert {item["name"] for item in apigateway.get_models(restApiId=api["id"])["items"]} == {"Empty", "Error"}
        schema = {
            "type": "object", "required": ["id"], "additionalProperties": False,
            "properties": {"id": {"type": "string", "minLength": 1}, "count": {"type": "integer", "minimum": 0}},
        }
        apigateway.create_model(
            restApiId=api["id"], name="Item", contentType="application/json", schema=json.dumps(schema)
        )
        validator = apigateway.create_request_validator(
            restApiId=api["id"], name="all", validateRequestBody=True, validateRequestParameters=True
        )["id"]
        mock(
            apigateway, api["id"], api["rootResourceId"], "POST", requestValidatorId=validator,
            requestModels={"application/json": "Item"},
            requestParameters={"method.request.querystring.q": True, "method.request.header.X-Must": True},
        )
        refused(apigateway.delete_model, "ConflictException", restApiId=api["id"], modelName="Item")
        apigateway.create_deployment(restApiId=api["id"], stageName="s")

        def post(query, body, **headers):
            status, answer, text = send(
                endpoint, api["id"], "s", query, "POST", body, {"Content-Type": "application/json"} | headers
            )
            return status, answer.get("x-amzn-errortype"), text

        good = json.dumps({"id": "a", "count": 1}).encode()
        must = {"X-Must": "x"}
        assert post("/?q=1", good, **must) == (200, None, "hello")
        missing = (400, "BadRequestException", '{"message":"Missing required request parameters: [X-Must, q]"}')
        assert post("/", good) == missing
        for bad in [b"", b"{", b"[]", b'{"id": ""}', b'{"id": "a", "count": -1}', b'{"id": "a", "other": 1}', b"{}"]:
            assert post("/?q=1", bad, **must) == (400, "BadRequestException", '{"message":"Invalid request body"}')
        changed = apigateway.update_request_validator(
            restApiId=api["id"], requestValidatorId=validator,
            patchOperations=[{"op": "replace", "path": "/validateRequestBody", "value": "false"}],
        )
        assert changed["validateRequestBody"] is False
        assert apigateway.get_method(**root)["requestValidatorId"] == validator


class TestTestInvoke:
    def test_a_method_is_tried_without_a_deployment(self, apigateway, api):
        template = '{"statusCode": $input.params(\'status\')}'
        mock(apigateway, api["id"], api["rootResourceId"], template=template, response='{"id": "$context.requestId"}')
        answer = apigateway.test_invoke_method(
            restApiId=api["id"], resourceId=api["rootResourceId"], httpMethod="GET", pathWithQueryString="/?status=200"
        )
        assert answer["status"] == 200
        assert json.loads(answer["body"])["id"] == answer["headers"]["x-amzn-RequestId"]
        assert "Starting execution for request" in answer["log"]
