/// A filter pattern in brackets: one condition for each space-delimited field of a message.
///
/// `[ip, user, ..., status = 4*, bytes > 1000]`: fields in quotes or brackets count as one; `...` stands for any number of
/// fields.
struct FieldPattern: Sendable, Equatable {
    indirect enum Condition: Sendable, Equatable {
        case anything
        case compare(PatternComparison, PatternOperand)
        case and(Condition, Condition)
        case or(Condition, Condition)

        func holds(_ field: String) -> Bool {
            switch self {
            case .anything: true
            case .compare(let comparison, let operand): operand.holds(comparison, text: field)
            case .and(let left, let right): left.holds(field) && right.holds(field)
            case .or(let left, let right): left.holds(field) || right.holds(field)
            }
        }
    }

    struct Field: Sendable, Equatable {
        var name: String
        var condition: Condition
    }

    /// Fields from the message's start.
    var leading: [Field]
    /// Fields up to the message's end, after `...`; nil without one.
    var trailing: [Field]?

    /// The fields' values by name, when the message matches.
    func match(_ message: String) -> [String: String]? {
        let fields = Self.fields(of: message)
        let trailing = trailing ?? []
        let least = leading.count + trailing.count
        guard self.trailing == nil ? fields.count == least : fields.count >= least else { return nil }
        var values: [String: String] = [:]
        let pairs = Array(zip(leading, fields)) + Array(zip(trailing, fields.suffix(trailing.count)))
        for (field, value) in pairs {
            guard field.condition.holds(value) else { return nil }
            if !field.name.isEmpty { values[field.name] = value }
        }
        return values
    }

    /// Splits at spaces, save inside of quotes and brackets, which are taken off.
    static func fields(of message: String) -> [String] {
        let bytes = Array(message.utf8)
        var fields: [String] = []
        var position = 0
        while position < bytes.count {
            if PatternReader.isSpace(bytes[position]) {
                position += 1
                continue
            }
            let close: UInt8? =
                switch bytes[position] {
                case UInt8(ascii: "\""): UInt8(ascii: "\"")
                case UInt8(ascii: "["): UInt8(ascii: "]")
                default: nil
                }
            let rest = bytes[(position + 1)...]
            if let close, let end = rest.firstIndex(of: close),
                end + 1 == bytes.count || PatternReader.isSpace(bytes[end + 1])
            {
                fields.append(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))
                position = end + 1
            } else {
                let end = bytes[position...].firstIndex(where: PatternReader.isSpace) ?? bytes.count
                fields.append(String(decoding: bytes[position..<end], as: UTF8.self))
                position = end
            }
        }
        return fields
    }
}
