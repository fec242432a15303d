import EmulatorCore
import ExactJSON

/// One page of a listing; its token is the place where the next page starts.
struct Page<Element> {
    var elements: ArraySlice<Element>
    /// Absent on the last page.
    var nextToken: JSONValue?

    /// - Throws: `InvalidNextToken` for a token that no page has given out.
    init(_ all: [Element], _ input: CallInput, size: Int) throws(AWSServiceError) {
        var start = 0
        if let token = try input.string("NextToken") {
            guard let place = Int(token), (0...all.count).contains(place) else {
                throw .init("InvalidNextToken", "The token \(token) is invalid.")
            }
            start = place
        }
        let end = min(start + size, all.count)
        elements = all[start..<end]
        nextToken = end < all.count ? .string(String(end)) : nil
    }
}
