/// One entry of the Rules section: what must hold for a combination of parameters.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
package struct TemplateRule: Sendable, Equatable {
    package var name: String
    /// When the assertions count; nil when they always do.
    package var condition: TemplateNode?
    package var assertions: [Assertion]
    package var location: TemplateLocation

    package struct Assertion: Sendable, Equatable {
        package var assert: TemplateNode
        package var description: String?
    }
}
