/// Can an alarm's word get through a topic, and does anybody hear it?
enum TopicRules {
    static let all = [policy, stray, encryption, silent, subscription, queuePolicy]

    private static let cloudWatch = "cloudwatch.amazonaws.com"

    static let policy = WiringRule(
        "topic.policy", .error, "a topic's policy lets CloudWatch publish for the alarms",
        because:
            "A policy of its own takes the place of the one that lets the account publish. CloudWatch does not tell "
            + "when it is refused; the alarm rings and nobody hears."
    ) { subject, _ in
        subject.topics.flatMap { topic -> [WiringRule.Sighting] in
            guard topic.hasPolicy else { return [] }
            return subject.publishers(to: topic).compactMap { alarm in
                let context = [
                    "aws:sourceaccount": subject.account, "aws:sourceowner": subject.account,
                    "aws:sourcearn": alarm.arn,
                ]
                guard
                    !topic.statements.permit(
                        "sns:Publish", on: topic.arn, by: cloudWatch, account: subject.account, context: context)
                else { return nil }
                let place =
                    topic.statements.first { $0.principals.contains(cloudWatch) }?.place
                    ?? topic.statements.first?.place
                return WiringRule.Sighting(
                    place ?? WiringPlace(topic.logicalID),
                    "the policy of topic \(topic.name) does not let \(cloudWatch) publish for alarm \(alarm.name)",
                    remedy:
                        "allow sns:Publish on \(topic.arn) to the service \(cloudWatch), with conditions that fit the alarm \(alarm.arn)"
                )
            }
        }
    }

    static let stray = WiringRule(
        "topic.stray", .error, "a topic's policy belongs to a topic of the stack",
        because: "A policy for a topic that does not exist fails to deploy, and the topic that was meant keeps another."
    ) { subject, _ in
        let known = Set(subject.topics.map(\.arn))
        return subject.resources.filter { $0.type == "AWS::SNS::TopicPolicy" }.flatMap { policy in
            policy.properties.texts("Topics").enumerated().filter { !known.contains($0.element) }.map { index, topic in
                WiringRule.Sighting(
                    WiringPlace(policy.logicalID, "Topics", String(index)),
                    "\(policy.logicalID) is the policy of \(topic), which is no topic of this stack",
                    remedy: "refer to the stack's own topic", severity: topic.hasPrefix("arn:") ? .advice : nil)
            }
        }
    }

    static let encryption = WiringRule(
        "topic.encryption", .error, "CloudWatch may use the key of the topic it publishes to",
        because: "To publish to an encrypted topic CloudWatch needs the key. The AWS-managed one, alias/aws/sns, never "
            + "lets it in (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html)."
    ) { subject, _ in
        subject.topics.compactMap { topic in
            guard let keyID = topic.keyID, !subject.publishers(to: topic).isEmpty else { return nil }
            let place = WiringPlace(topic.logicalID, "KmsMasterKeyId")
            if keyID.hasSuffix("alias/aws/sns") {
                return WiringRule.Sighting(
                    place, "topic \(topic.name) is encrypted with alias/aws/sns, which CloudWatch cannot use",
                    remedy:
                        "use a key of your own whose policy allows kms:Decrypt and kms:GenerateDataKey* to \(cloudWatch)"
                )
            }
            guard let key = subject.keys.first(where: { $0.id == keyID || $0.arn == keyID }) else { return nil }
            let context = ["aws:sourceaccount": subject.account]
            let missing = ["kms:Decrypt", "kms:GenerateDataKey"].filter {
                !key.statements.permit($0, on: key.arn, by: cloudWatch, account: subject.account, context: context)
            }
            guard !missing.isEmpty else { return nil }
            return WiringRule.Sighting(
                WiringPlace(key.logicalID, "KeyPolicy"),
                "the key of topic \(topic.name) does not allow \(missing.joined(separator: ", ")) to \(cloudWatch)",
                remedy: "allow kms:Decrypt and kms:GenerateDataKey* to the service \(cloudWatch) in the key's policy")
        }
    }

    static let silent = WiringRule(
        "topic.silent", .advice, "somebody subscribes to a topic that alarms publish to",
        because: "A topic hands on to its subscribers; without one the message ends there."
    ) { subject, _ in
        subject.topics.compactMap { topic in
            guard topic.subscriptions.isEmpty, !subject.publishers(to: topic).isEmpty else { return nil }
            return WiringRule.Sighting(
                WiringPlace(topic.logicalID), "nobody in this stack subscribes to topic \(topic.name)",
                remedy: "subscribe whoever is on call: aws sns subscribe --protocol email --topic-arn \(topic.arn) "
                    + "--notification-endpoint ADDRESS")
        }
    }

    /// https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    private static let transports = [
        "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs",
    ]

    static let subscription = WiringRule(
        "topic.subscription", .error, "a subscription leads somewhere",
        because: "SNS takes what it can deliver to; the rest of a deployment waits for it in vain."
    ) { subject, _ in
        subject.topics.flatMap { topic in
            topic.subscriptions.compactMap { subscription in
                let byARN = ["sqs", "lambda", "firehose"].contains(subscription.transport)
                let words: String? =
                    !transports.contains(subscription.transport)
                    ? "by \(subscription.transport), which SNS does not know"
                        + NearestName.hint(subscription.transport, among: transports)
                    : subscription.endpoint.isEmpty
                        ? "of topic \(topic.name) names no endpoint"
                        : byARN && WiringSubject.isKnownNotToBeARN(subscription.endpoint)
                            ? "delivers to \(subscription.endpoint), which is no ARN" : nil
                return words.map {
                    WiringRule.Sighting(
                        subscription.place, "the subscription \(subscription.place.logicalID) \($0)",
                        remedy: "give it a Protocol of SNS and an endpoint that fits it")
                }
            }
        }
    }

    static let queuePolicy = WiringRule(
        "topic.queuePolicy", .error, "a queue that subscribes to a topic lets the topic send",
        because: "SNS drops what a queue refuses, without a word to the one who published."
    ) { subject, _ in
        subject.topics.flatMap { topic in
            topic.subscriptions.compactMap { subscription in
                guard subscription.transport == "sqs",
                    let queue = subject.queues.first(where: { $0.arn == subscription.endpoint }),
                    !queue.statements.permit(
                        "sqs:SendMessage", on: queue.arn, by: "sns.amazonaws.com", account: subject.account,
                        context: ["aws:sourcearn": topic.arn, "aws:sourceaccount": subject.account])
                else { return nil }
                return WiringRule.Sighting(
                    subscription.place, "queue \(queue.name) does not let topic \(topic.name) send to it",
                    remedy:
                        "allow sqs:SendMessage to sns.amazonaws.com in an AWS::SQS::QueuePolicy, with aws:SourceArn \(topic.arn)"
                )
            }
        }
    }
}

extension WiringSubject {
    /// An alarm as a topic's policy sees it.
    struct Publisher: Equatable {
        var name: String
        var arn: String
    }

    /// The alarms that publish to a topic.
    func publishers(to topic: TopicDefinition) -> [Publisher] {
        alarms.filter { ($0.alarmActions + $0.okActions).contains(topic.arn) }.map {
            Publisher(name: $0.name, arn: $0.arn)
        }
            + composites.filter { $0.alarmActions.contains(topic.arn) }.map { alarm in
                Publisher(name: alarm.name, arn: resource(alarm.logicalID)?.arn ?? alarm.name)
            }
    }
}
