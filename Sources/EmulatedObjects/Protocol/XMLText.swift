/// XML as S3 writes it, put together element by element.
struct XMLText: Sendable, Equatable {
    static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    /// A document with its outermost element.
    init(_ root: String, namespace: String? = XMLText.namespace, _ content: (inout XMLText) -> Void = { _ in }) {
        text += namespace.map { "<\(root) xmlns=\"\($0)\">" } ?? "<\(root)>"
        content(&self)
        text += "</\(root)>"
    }

    mutating func element(_ name: String, _ content: (inout XMLText) -> Void) {
        text += "<\(name)>"
        content(&self)
        text += "</\(name)>"
    }

    /// An element with text; nothing at all for nil.
    mutating func element(_ name: String, _ value: String?) {
        guard let value else { return }
        text += "<\(name)>\(Self.escaped(value))</\(name)>"
    }

    mutating func element(_ name: String, _ value: Int?) { element(name, value.map { String($0) }) }
    mutating func element(_ name: String, _ value: Bool) { element(name, value ? "true" : "false") }

    /// XML that is written already, without its declaration.
    mutating func append(raw: String) { text += raw }

    /// Markup escaped; control characters that XML 1.0 cannot say are written as references, as S3 does.
    static func escaped(_ text: String) -> String {
        var output = ""
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "\r": output += "&#13;"
            case _ where scalar.value < 0x20 && scalar != "\t" && scalar != "\n":
                output += "&#x\(String(scalar.value, radix: 16));"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
