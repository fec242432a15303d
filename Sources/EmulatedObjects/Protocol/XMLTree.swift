import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An element of a request's XML: its name without prefix, its text, its children in order.
struct XMLTree: Sendable, Equatable {
    var name: String
    var text = ""
    var children: [XMLTree] = []

    subscript(_ name: String) -> XMLTree? { children.first { $0.name == name } }

    func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// The text of a child, without blanks around it; nil when there is no such child.
    func value(_ name: String) -> String? { self[name]?.trimmed }

    var trimmed: String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

    /// Reads a document; nil when it is not well-formed, is deeper or larger than any S3 request, or has a document type,
    /// which could define entities that blow up.
    static func parse(_ bytes: [UInt8]) -> XMLTree? {
        // Foundation's parser traps at names that are no UTF-8.
        guard !bytes.isEmpty, bytes.count <= maximumBytes, String(validating: bytes, as: UTF8.self) != nil,
            !bytes.contains(sequence: Array("<!DOCTYPE".utf8))
        else { return nil }
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        let builder = XMLTreeBuilder()
        parser.delegate = builder
        guard parser.parse(), !builder.isRefused else { return nil }
        return builder.root
    }

    /// A list of 10,000 parts with checksums takes 2 MB.
    static let maximumBytes = 8 << 20
    fileprivate static let maximumDepth = 32
}

/// Puts the tree together from the parser's events.
private final class XMLTreeBuilder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    var isRefused = false
    private var open: [XMLTree] = []

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard open.count < XMLTree.maximumDepth, root == nil else {
            isRefused = true
            parser.abortParsing()
            return
        }
        let name = elementName.split(separator: ":").last.map(String.init) ?? elementName
        open.append(XMLTree(name: name))
    }

    // `parse` returns true for some documents that it reports an error for.
    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) { isRefused = true }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += string
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += String(decoding: block, as: UTF8.self)
    }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
        guard let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }
}

extension [UInt8] {
    /// Whether the bytes of `sequence` stand somewhere in here.
    func contains(sequence: [UInt8]) -> Bool {
        guard let first = sequence.first, count >= sequence.count else { return false }
        var start = startIndex
        while let index = self[start...].firstIndex(of: first), index + sequence.count <= count {
            if self[index..<index + sequence.count].elementsEqual(sequence) { return true }
            start = index + 1
        }
        return false
    }
}
