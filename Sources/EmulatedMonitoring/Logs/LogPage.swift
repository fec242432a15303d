import EmulatorCore
import ExactJSON

/// One page of a listing of groups or streams.
struct LogPage<Element> {
    var elements: ArraySlice<Element>
    var nextToken: String?

    init(_ all: [Element], _ input: CallInput, size: Int) throws(AWSServiceError) {
        var start = 0
        if let token = try input.string("nextToken") {
            guard let place = Int(token), (0...all.count).contains(place) else {
                throw .invalidLogs("The specified nextToken is invalid.")
            }
            start = place
        }
        let end = min(start + size, all.count)
        elements = all[start..<end]
        nextToken = end < all.count ? String(end) : nil
    }

    func answer(_ member: String, _ json: (Element) -> JSONValue) -> JSONValue {
        var answer: [String: JSONValue] = [member: .array(elements.map(json))]
        if let nextToken { answer["nextToken"] = .string(nextToken) }
        return .object(answer)
    }
}
