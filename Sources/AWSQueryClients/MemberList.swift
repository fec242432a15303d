/// A list as the query protocol has it: `<X><member>...</member></X>`, or `<X/>` when it is empty.
struct MemberList<Element: Decodable>: Decodable {
    var member: [Element]?
}

extension Optional {
    /// The elements of a list that an answer may leave out.
    func elements<Element>() -> [Element] where Wrapped == MemberList<Element> { self?.member ?? [] }
}
