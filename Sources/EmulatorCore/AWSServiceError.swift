package import ExactJSON

/// An error answer of an emulated AWS service, before it is put into the protocol's form.
package struct AWSServiceError: Error, Sendable, Equatable {
    /// The error's name as the service model has it, without namespace: `ResourceNotFoundException`.
    package var code: String
    package var message: String
    /// The HTTP status: 400 for most, 404 and 409 for REST services, 500 for our own faults.
    package var status: Int
    /// Further members of the error's body, such as `CancellationReasons` or `Item`.
    package var members: [String: JSONValue]

    package init(_ code: String, _ message: String, status: Int = 400, members: [String: JSONValue] = [:]) {
        self.code = code
        self.message = message
        self.status = status
        self.members = members
    }

    package static func validation(_ message: String) -> AWSServiceError { .init("ValidationException", message) }

    /// The operation is not one that this emulator has.
    package static func unknownOperation(_ name: String) -> AWSServiceError {
        .init("UnknownOperationException", "The operation \(name) is not emulated.")
    }
}

/// A service reached by operation name with a JSON input, whatever protocol carried it.
package protocol EmulatedService: Sendable {
    /// Carries out one call; the input and the answer have the members of the service model's shapes.
    func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue
}
