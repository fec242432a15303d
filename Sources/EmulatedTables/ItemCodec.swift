/// Items as compact bytes, for storing them: equal items give equal bytes.
///
/// A value is a tag followed by its content; lengths and counts are variable-length integers, seven bits a byte, low ones
/// first. Members are sorted by name.
enum ItemCodec {
    /// The stored bytes are not what this codec writes.
    struct Corrupt: Error {}

    private enum Tag: UInt8 {
        case string, number, binary, yes, no, null, stringSet, numberSet, binarySet, list, map
    }

    static func encode(_ item: Item) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        write(members: item, &bytes)
        return bytes
    }

    static func decode(_ bytes: UnsafeRawBufferPointer) throws(Corrupt) -> Item {
        var reader = Reader(bytes: bytes)
        let item = try reader.members()
        guard reader.isAtEnd else { throw Corrupt() }
        return item
    }

    private static func write(members: Item, _ bytes: inout [UInt8]) {
        write(count: members.count, &bytes)
        for (name, value) in members.sorted(by: { textIsLess($0.key, $1.key) }) {
            write(text: name, &bytes)
            write(value, &bytes)
        }
    }

    private static func write(_ value: AttributeValue, _ bytes: inout [UInt8]) {
        switch value {
        case .string(let text):
            bytes.append(Tag.string.rawValue)
            write(text: text, &bytes)
        case .number(let number):
            bytes.append(Tag.number.rawValue)
            write(number, &bytes)
        case .binary(let content):
            bytes.append(Tag.binary.rawValue)
            write(content, &bytes)
        case .bool(let bool): bytes.append(bool ? Tag.yes.rawValue : Tag.no.rawValue)
        case .null: bytes.append(Tag.null.rawValue)
        case .stringSet(let set):
            bytes.append(Tag.stringSet.rawValue)
            write(count: set.count, &bytes)
            for text in set { write(text: text, &bytes) }
        case .numberSet(let set):
            bytes.append(Tag.numberSet.rawValue)
            write(count: set.count, &bytes)
            for number in set { write(number, &bytes) }
        case .binarySet(let set):
            bytes.append(Tag.binarySet.rawValue)
            write(count: set.count, &bytes)
            for content in set { write(content, &bytes) }
        case .list(let elements):
            bytes.append(Tag.list.rawValue)
            write(count: elements.count, &bytes)
            for element in elements { write(element, &bytes) }
        case .map(let members):
            bytes.append(Tag.map.rawValue)
            write(members: members, &bytes)
        }
    }

    private static func write(count: Int, _ bytes: inout [UInt8]) {
        var rest = UInt64(count)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func write(text: String, _ bytes: inout [UInt8]) {
        write(count: text.utf8.count, &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func write(_ content: [UInt8], _ bytes: inout [UInt8]) {
        write(count: content.count, &bytes)
        bytes.append(contentsOf: content)
    }

    /// A sign and exponent byte pair, then the coefficient's bytes that are not zero.
    private static func write(_ number: DynamoNumber, _ bytes: inout [UInt8]) {
        let length = (128 - number.coefficient.leadingZeroBitCount + 7) / 8
        bytes.append(UInt8(length) | (number.isNegative ? 0x80 : 0))
        let exponent = UInt16(bitPattern: Int16(truncatingIfNeeded: number.exponent))
        bytes.append(UInt8(exponent >> 8))
        bytes.append(UInt8(truncatingIfNeeded: exponent))
        for index in 0..<length { bytes.append(UInt8(truncatingIfNeeded: number.coefficient >> UInt128(index * 8))) }
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0
        var depth = 0

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func byte() throws(Corrupt) -> UInt8 {
            guard position < bytes.count else { throw Corrupt() }
            position += 1
            return bytes[position - 1]
        }

        /// A count of things that take at least a byte each.
        mutating func count() throws(Corrupt) -> Int {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while true {
                let byte = try byte()
                value |= UInt64(byte & 0x7F) << shift
                if byte & 0x80 == 0 { break }
                shift += 7
                guard shift < 56 else { throw Corrupt() }
            }
            guard value <= UInt64(bytes.count - position) else { throw Corrupt() }
            return Int(value)
        }

        mutating func text() throws(Corrupt) -> String {
            let count = try count()
            defer { position += count }
            return String(decoding: bytes[position..<position + count], as: UTF8.self)
        }

        mutating func content() throws(Corrupt) -> [UInt8] {
            let count = try count()
            defer { position += count }
            return [UInt8](bytes[position..<position + count])
        }

        mutating func number() throws(Corrupt) -> DynamoNumber {
            let head = try byte()
            let exponent = Int16(bitPattern: UInt16(try byte()) << 8 | UInt16(try byte()))
            var coefficient: UInt128 = 0
            for index in 0..<Int(head & 0x7F) {
                guard index < 16 else { throw Corrupt() }
                coefficient |= UInt128(try byte()) << UInt128(index * 8)
            }
            do throws(DynamoNumber.Fault) {
                return try DynamoNumber(
                    isNegative: head & 0x80 != 0, normalizing: coefficient, exponent: Int(exponent))
            } catch {
                throw Corrupt()
            }
        }

        mutating func members() throws(Corrupt) -> Item {
            let count = try count()
            var members = Item(minimumCapacity: count)
            for _ in 0..<count {
                let name = try text()
                members[name] = try value()
            }
            return members
        }

        mutating func value() throws(Corrupt) -> AttributeValue {
            guard let tag = Tag(rawValue: try byte()) else { throw Corrupt() }
            switch tag {
            case .string: return .string(try text())
            case .number: return .number(try number())
            case .binary: return .binary(try content())
            case .yes: return .bool(true)
            case .no: return .bool(false)
            case .null: return .null
            case .stringSet: return .stringSet(try several { reader throws(Corrupt) in try reader.text() })
            case .numberSet: return .numberSet(try several { reader throws(Corrupt) in try reader.number() })
            case .binarySet: return .binarySet(try several { reader throws(Corrupt) in try reader.content() })
            case .list, .map:
                depth += 1
                guard depth <= 2 * AttributeValue.maximumDepth else { throw Corrupt() }
                defer { depth -= 1 }
                if tag == .map { return .map(try members()) }
                return .list(try several { reader throws(Corrupt) in try reader.value() })
            }
        }

        private mutating func several<T>(_ read: (inout Reader) throws(Corrupt) -> T) throws(Corrupt) -> [T] {
            let count = try count()
            var values: [T] = []
            values.reserveCapacity(min(count, 1024))
            for _ in 0..<count { values.append(try read(&self)) }
            return values
        }
    }
}
