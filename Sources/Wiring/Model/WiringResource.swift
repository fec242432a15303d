package import ExactJSON

/// One resource of a stack with its properties in CloudFormation's shape, from wherever it was read.
///
/// Both readers end here, so that a rule judges a template and a deployed stack by the same words.
package struct WiringResource: Sendable, Equatable {
    package var logicalID: String
    /// `AWS::CloudWatch::Alarm`.
    package var type: String
    /// What `Ref` gives: the physical id, or in a template that is not deployed a name made up from the logical id.
    package var ref: String
    /// What `Fn::GetAtt` gives, as far as rules read it: `Arn`, `StreamArn`.
    package var attributes: [String: String]
    /// An object, all functions evaluated.
    package var properties: JSONValue

    package init(
        logicalID: String, type: String, ref: String, attributes: [String: String] = [:], properties: JSONValue
    ) {
        self.logicalID = logicalID
        self.type = type
        self.ref = ref
        self.attributes = attributes
        self.properties = properties
    }

    /// The ARN that the resource goes by, or its `Ref` where it has none.
    var arn: String { attributes["Arn"] ?? attributes["TopicArn"] ?? ref }
}
