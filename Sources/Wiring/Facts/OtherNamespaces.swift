/// Namespaces of AWS whose metrics are not known here one by one
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html).
enum OtherNamespaces {
    static let names: Set<String> = [
        "AWS/ACMPrivateCA", "AWS/AppSync", "AWS/ApplicationELB", "AWS/Athena", "AWS/AutoScaling", "AWS/Backup",
        "AWS/Bedrock", "AWS/Billing", "AWS/CertificateManager", "AWS/CloudFront", "AWS/CloudHSM", "AWS/CloudSearch",
        "AWS/CloudTrail", "AWS/CodeBuild", "AWS/Cognito", "AWS/Config", "AWS/DAX", "AWS/DMS", "AWS/DX", "AWS/DocDB",
        "AWS/EBS", "AWS/EC2", "AWS/EC2Spot", "AWS/ECS", "AWS/EFS", "AWS/ELB", "AWS/ES", "AWS/ElastiCache",
        "AWS/ElasticBeanstalk", "AWS/EventBridge/Pipes", "AWS/Events", "AWS/Firehose", "AWS/FSx",
        "AWS/GlobalAccelerator",
        "AWS/IoT", "AWS/KMS", "AWS/Kafka", "AWS/Kinesis", "AWS/KinesisAnalytics", "AWS/MemoryDB", "AWS/NATGateway",
        "AWS/Neptune", "AWS/NetworkELB", "AWS/NetworkFirewall", "AWS/RDS", "AWS/Redshift", "AWS/Route53", "AWS/S3",
        "AWS/SES", "AWS/SSM-RunCommand", "AWS/SageMaker", "AWS/Scheduler", "AWS/SecretsManager", "AWS/States",
        "AWS/Transfer", "AWS/TransitGateway", "AWS/TrustedAdvisor", "AWS/Usage", "AWS/VPN", "AWS/WAFV2",
        "AWS/WorkSpaces", "AWS/X-Ray",
    ]
}
