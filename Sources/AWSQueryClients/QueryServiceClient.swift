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
        _ call: AWSCall, _ parameters: [(String, String)], as type: Answer.Type
    ) async throws(AWSCallError) -> Answer {
        let action = call.permission
        let fields = [("Action", call.operation), ("Version", service.apiVersion ?? "")] + parameters
        let form = fields.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
            .joined(separator: "&")
        return try await connection.send(
            service, method: "POST", path: "/",
            headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: Array(form.utf8), action: action, repeatable: call.isRead, decodeError: Self.decodeError
        ) { (response) throws(MalformedAnswer) in
            do {
                return try Self.decoder().decode(type, from: .init(response.body))
            } catch {
                throw MalformedAnswer("the answer's XML is not as the service model has it: \(error)")
            }
        }
    }

    /// All pages of a listing: repeats the call with the answer's token until there is none.
    ///
    /// - Parameters:
    ///   - token: the token's name, the same in the form and in the answer.
    ///   - page: takes the elements and the token out of an answer.
    package func pages<Answer: Decodable, Element>(
        _ call: AWSCall, _ parameters: [(String, String)], token: String, as type: Answer.Type,
        _ page: (Answer) -> ([Element], String?)
    ) async throws(AWSCallError) -> [Element] {
        var collected: [Element] = []
        var last: String?
        while true {
            let answer = try await self.call(call, parameters + (last.map { [(token, $0)] } ?? []), as: type)
            let (elements, next) = page(answer)
            collected += elements
            // A token that comes back unchanged would lead round for ever.
            guard let next, !next.isEmpty, next != last else { return collected }
            last = next
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
