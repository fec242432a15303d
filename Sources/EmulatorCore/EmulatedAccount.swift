/// The account and region that everything emulated belongs to.
package struct EmulatedAccount: Sendable, Equatable {
    package var id: String
    package var region: String

    package init(id: String = "123456789012", region: String = "us-west-2") {
        self.id = id
        self.region = region
    }

    /// `arn:aws:<service>:<region>:<account>:<resource>`.
    package func arn(_ service: String, _ resource: String) -> String {
        "arn:aws:\(service):\(region):\(id):\(resource)"
    }
}
