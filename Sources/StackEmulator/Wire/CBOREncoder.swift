import EmulatorCore
import ExactJSON

/// Writes an answer as CBOR (RFC 8949), its members by the types of the service's model.
struct CBOREncoder {
    private let types: MemberTypes
    private var output: [UInt8] = []

    static func encode(_ value: JSONValue, types: MemberTypes) -> [UInt8] {
        var encoder = CBOREncoder(types: types)
        encoder.write(value, kind: .string, name: "")
        return encoder.output
    }

    private init(types: MemberTypes) { self.types = types }

    private mutating func write(_ value: JSONValue, kind: MemberTypes.Kind, name: String) {
        switch value {
        case .null: output.append(0xF6)
        case .bool(let flag): output.append(flag ? 0xF5 : 0xF4)
        case .number(let literal): write(number: literal, kind)
        case .string(let text): write(text: text)
        case .array(let elements):
            head(4, UInt64(elements.count))
            for element in elements { write(element, kind: kind, name: name) }
        case .object(let members):
            let present = members.filter { !$0.value.isNull }.sorted { $0.key < $1.key }
            head(5, UInt64(present.count))
            for (key, member) in present {
                write(text: key)
                if case .map(let valueKind) = kind {
                    write(member, kind: valueKind, name: key)
                } else {
                    write(member, kind: types.kind(of: key, in: name), name: key)
                }
            }
        }
    }

    private mutating func write(text: String) {
        head(3, UInt64(text.utf8.count))
        output.append(contentsOf: text.utf8)
    }

    private mutating func write(number literal: String, _ kind: MemberTypes.Kind) {
        switch kind {
        case .timestamp:
            head(6, 1)
            write(double: Double(literal) ?? 0)
        case .double: write(double: Double(literal) ?? 0)
        default:
            guard let integer = Int64(literal) else {
                write(double: Double(literal) ?? 0)
                return
            }
            if integer >= 0 { head(0, UInt64(integer)) } else { head(1, UInt64(-1 - integer)) }
        }
    }

    private mutating func write(double: Double) {
        output.append(0xFB)
        append(double.bitPattern, bytes: 8)
    }

    /// The major type with its number in the fewest bytes.
    private mutating func head(_ major: UInt8, _ value: UInt64) {
        switch value {
        case 0..<24: output.append(major << 5 | UInt8(value))
        case 24...0xFF:
            output.append(major << 5 | 24)
            append(value, bytes: 1)
        case 0x100...0xFFFF:
            output.append(major << 5 | 25)
            append(value, bytes: 2)
        case 0x1_0000...0xFFFF_FFFF:
            output.append(major << 5 | 26)
            append(value, bytes: 4)
        default:
            output.append(major << 5 | 27)
            append(value, bytes: 8)
        }
    }

    private mutating func append(_ value: UInt64, bytes count: Int) {
        for place in (0..<count).reversed() { output.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
    }
}
