package import AWSClients
import HTTPExchange
import XMLCoder

/// Calls a service that takes a form and answers XML: CloudFormation, STS, SNS.
package struct QueryServiceClient: Sendable {
    package var service: AWSService
    package var connection: AWSConnection

    package init(service: AWSService, connection: AWSConnection) {
        self.service = service
        self.connection = connection
    }

    /// Carries out one operation that reads and decodes its answer.
    package func call<Answer: Decodable>(
        _ operation: String, _ parameters: [(String, String)], as type: Answer.Type
    ) async throws(AWSCallError) -> Answer {
        let action = "\(service.signingName):\(operation)"
        let fields = [("Action", operation), ("Version", service.apiVersion ?? "")] + parameters
        let form = fields.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
            .joined(separator: "&")
        let response = try await connection.send(
            service, method: "POST", path: "/",
            headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(form.utf8), action: action, repeatable: true, decodeError: Self.decodeError)
        do {
            return try Self.decoder().decode(type, from: .init(response.body))
        } catch {
            throw AWSCallError(
                code: "MalformedAnswer", message: "the answer's XML is not as the service model has it: \(error)",
                status: response.status, action: action)
        }
    }

    private static func decoder() -> XMLDecoder {
        let decoder = XMLDecoder()
        decoder.shouldProcessNamespaces = true
        return decoder
    }

    private struct ErrorAnswer: Decodable {
        struct Detail: Decodable {
            var Code: String
            var Message: String?
        }
        var Error: Detail
    }

    private static let decodeError: @Sendable (HTTPResponse) -> (code: String, message: String) = { response in
        guard let answer = try? decoder().decode(ErrorAnswer.self, from: .init(response.body)) else {
            return ("HTTP\(response.status)", "")
        }
        return (answer.Error.Code, answer.Error.Message ?? "")
    }
}
