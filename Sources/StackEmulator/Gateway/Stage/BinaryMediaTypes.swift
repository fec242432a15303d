/// The content types whose bodies are bytes and not text.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
struct BinaryMediaTypes: Sendable, Equatable {
    private var types: Set<String>
    /// `image/*`: the part before the slash.
    private var groups: Set<String> = []
    private var all = false

    init(_ types: [String]) {
        self.types = Set(types.map { $0.lowercased() })
        for type in self.types {
            if type == "*/*" { all = true }
            if type.hasSuffix("/*") { groups.insert(String(type.dropLast(2))) }
        }
    }

    /// Whether a Content-Type names one of them.
    func contains(_ header: String?) -> Bool {
        if all { return true }
        guard !types.isEmpty, let header else { return false }
        let type = header.prefix { $0 != ";" && $0 != "," }.lowercased().filter { $0 != " " }
        return types.contains(type) || groups.contains(String(type.prefix { $0 != "/" }))
    }
}
