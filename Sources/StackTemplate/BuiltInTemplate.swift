/// This project's own stack.
package enum BuiltInTemplate {
    /// The text of `template.yaml`, comments and all.
    package static let text = String(decoding: PackageResources.template_yaml, as: UTF8.self)

    /// What messages call the built-in template.
    package static let file = "template.yaml"
}
