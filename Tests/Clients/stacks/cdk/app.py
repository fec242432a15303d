"""A notes service as a user of the AWS CDK would write it: everything that the emulator is to run, in one stack.

Nothing in it knows of the emulator. `CDK_OUTDIR=cdk.out python app.py` synthesises it.
"""

import pathlib

from aws_cdk import (
    App,
    CfnOutput,
    Duration,
    Environment,
    RemovalPolicy,
    Stack,
    aws_apigateway as apigateway,
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_dynamodb as dynamodb,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_lambda_event_sources as sources,
    aws_logs as logs,
    aws_s3 as s3,
    aws_sns as sns,
    aws_sns_subscriptions as subscriptions,
    aws_sqs as sqs,
    aws_ssm as ssm,
)

HANDLERS = str(pathlib.Path(__file__).parent / "handlers")


class NotesStack(Stack):
    def __init__(self, scope, name, **options):
        super().__init__(scope, name, **options)
        self.key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY)
        self.notes = dynamodb.Table(
            self,
            "Notes",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.changes = dynamodb.Table(
            self,
            "Changes",
            partition_key=dynamodb.Attribute(name="note", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sequence", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires",
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.exports = s3.Bucket(
            self,
            "Exports",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.greeting = ssm.StringParameter(self, "Greeting", string_value="notes at your service")
        self.alerts = sns.Topic(self, "Alerts", display_name="Notes alerts")
        self.inbox = sqs.Queue(self, "Inbox", retention_period=Duration.days(1))
        self.alerts.add_subscription(subscriptions.SqsSubscription(self.inbox, raw_message_delivery=True))
        self.failures = sqs.Queue(self, "Failures", encryption=sqs.QueueEncryption.SQS_MANAGED)

        self.api_handler = self.handler(
            "Api", "api.handler", NOTES=self.notes.table_name, GREETING=self.greeting.string_value
        )
        self.notes.grant_read_write_data(self.api_handler)
        self.stream_handler = self.handler("Stream", "stream.handler", CHANGES=self.changes.table_name)
        self.changes.grant_write_data(self.stream_handler)
        self.stream_handler.add_event_source(
            sources.DynamoEventSource(
                self.notes,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=25,
                bisect_batch_on_error=True,
                retry_attempts=2,
                report_batch_item_failures=True,
                on_failure=sources.SqsDlq(self.failures),
            )
        )
        self.live = lambda_.Alias(self, "Live", alias_name="live", version=self.api_handler.current_version)
        self.api = self.rest_api()
        self.alarms()
        for name, value in {
            "ApiUrl": self.api.url,
            "NotesTable": self.notes.table_name,
            "ChangesTable": self.changes.table_name,
            "InboxUrl": self.inbox.queue_url,
            "FailuresUrl": self.failures.queue_url,
            "ExportsBucket": self.exports.bucket_name,
            "GreetingParameter": self.greeting.parameter_name,
            "ApiFunction": self.api_handler.function_name,
            "StreamLogGroup": self.stream_handler.log_group.log_group_name,
        }.items():
            CfnOutput(self, name, value=value)

    def handler(self, name, handler, **variables):
        return lambda_.Function(
            self,
            f"{name}Handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler=handler,
            code=lambda_.Code.from_asset(HANDLERS),
            timeout=Duration.seconds(15),
            memory_size=256,
            environment=variables,
            environment_encryption=self.key,
            log_group=logs.LogGroup(
                self,
                f"{name}Log",
                retention=logs.RetentionDays.TWO_WEEKS,
                removal_policy=RemovalPolicy.DESTROY,
            ),
        )

    def rest_api(self):
        access = logs.LogGroup(self, "AccessLog", removal_policy=RemovalPolicy.DESTROY)
        api = apigateway.RestApi(
            self,
            "NotesApi",
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=["https://notes.example"],
                allow_methods=["GET", "POST", "PUT", "DELETE"],
                allow_headers=["Content-Type"],
                max_age=Duration.hours(1),
            ),
            deploy_options=apigateway.StageOptions(
                stage_name="v1",
                caching_enabled=True,
                cache_cluster_enabled=True,
                cache_cluster_size="0.5",
                cache_ttl=Duration.seconds(60),
                metrics_enabled=True,
                access_log_destination=apigateway.LogGroupLogDestination(access),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=True,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=True,
                ),
                method_options={"/notes/GET": apigateway.MethodDeploymentOptions(caching_enabled=False)},
            ),
        )
        integration = apigateway.LambdaIntegration(self.live)
        by_id = apigateway.LambdaIntegration(self.live, cache_key_parameters=["method.request.path.id"])
        api.root.add_method("GET", integration)
        notes = api.root.add_resource("notes")
        notes.add_method("GET", integration)
        notes.add_method("POST", integration)
        note = notes.add_resource("{id}")
        note.add_method("GET", by_id, request_parameters={"method.request.path.id": True})
        note.add_method("PUT", integration)
        note.add_method("DELETE", integration)
        api.add_gateway_response(
            "ClientErrors",
            type=apigateway.ResponseType.DEFAULT_4_XX,
            response_headers={"Access-Control-Allow-Origin": "'https://notes.example'"},
        )
        return api

    def alarms(self):
        ring = actions.SnsAction(self.alerts)
        for name, metric in {
            "ServerErrors": self.api.metric_server_error(statistic="Sum", period=Duration.minutes(1)),
            "HandlerErrors": self.api_handler.metric_errors(statistic="Sum", period=Duration.minutes(1)),
            "StreamErrors": self.stream_handler.metric_errors(statistic="Sum", period=Duration.minutes(1)),
        }.items():
            alarm = cloudwatch.Alarm(
                self,
                name,
                metric=metric,
                threshold=1,
                evaluation_periods=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(ring)
            alarm.add_ok_action(ring)


app = App()
NotesStack(app, "Notes", env=Environment(region="us-west-2"))
app.synth()
