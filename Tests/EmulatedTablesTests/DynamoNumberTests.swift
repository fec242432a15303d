import Foundation
import Testing

@testable import EmulatedTables

@Suite struct DynamoNumberTests {
    /// Made by make_numbers.py with Python's decimal.
    static let rows: [[String]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "numbers.tsv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    }()

    static func result(_ number: () throws(DynamoNumber.Fault) -> DynamoNumber) -> String {
        do throws(DynamoNumber.Fault) {
            return try number().text
        } catch {
            return switch error {
            case .notNumeric: "notNumeric"
            case .overflow: "overflow"
            case .underflow: "underflow"
            case .tooPrecise: "tooPrecise"
            }
        }
    }

    @Test("sums, differences, order and normal form agree with Python's decimal")
    func oracle() throws {
        #expect(Self.rows.count > 1000)
        for row in Self.rows {
            try #require(row.count == 6)
            let a = try DynamoNumber(row[0])
            let b = try DynamoNumber(row[1])
            #expect(a.text == row[2], "\(row[0])")
            #expect((a > b ? 1 : a < b ? -1 : 0) == Int(row[3]), "\(row[0]) against \(row[1])")
            #expect((a == b) == (row[3] == "0"))
            #expect(Self.result { () throws(DynamoNumber.Fault) in try a.adding(b) } == row[4], "\(row[0]) + \(row[1])")
            #expect(
                Self.result { () throws(DynamoNumber.Fault) in try a.subtracting(b) } == row[5], "\(row[0]) - \(row[1])"
            )
            let order = bytesAreLess(a.sortKey, b.sortKey) ? -1 : a.sortKey == b.sortKey ? 0 : 1
            #expect(order == Int(row[3]), "keys of \(row[0]) and \(row[1])")
        }
    }

    @Test(
        "what is no number of DynamoDB is refused for its reason",
        arguments: [
            ("", "notNumeric"), ("-", "notNumeric"), (".", "notNumeric"), ("1e", "notNumeric"), ("1e+", "notNumeric"),
            ("abc", "notNumeric"), ("1 ", "notNumeric"), ("1.2.3", "notNumeric"), ("NaN", "notNumeric"),
            ("Infinity", "notNumeric"), ("0x10", "notNumeric"), ("١", "notNumeric"),
            (String(repeating: "1", count: 39), "tooPrecise"),
            ("1" + String(repeating: "0", count: 38) + "1", "tooPrecise"),
            ("1e126", "overflow"), ("-1e126", "overflow"), ("1e99999999999999999999", "overflow"),
            ("1e-131", "underflow"), ("-9.9e-131", "underflow"), ("1e-99999999999999999999", "underflow"),
        ])
    func refused(text: String, reason: String) {
        #expect(Self.result { () throws(DynamoNumber.Fault) in try DynamoNumber(text) } == reason)
    }

    @Test(
        "zeros cost no precision",
        arguments: ["000000000000000000000000000000000000000000001", "1.0000000000000000000000000000000000000000000"])
    func zeros(text: String) throws { #expect(try DynamoNumber(text).text == "1") }

    @Test(
        "integers convert",
        arguments: [(0, "0"), (Int.min, "-9223372036854775808"), (Int.max, "9223372036854775807"), (1200, "1200")])
    func integers(value: Int, text: String) throws {
        #expect(DynamoNumber(value).text == text)
        #expect(try DynamoNumber(text) == DynamoNumber(value))
    }

    @Test(
        "a number takes a byte and one for every two digits on either side of its point",
        arguments: [
            ("0", 1), ("1", 2), ("12", 2), ("123", 3), ("1234", 3), ("15", 2), ("-42", 3), ("100", 2), ("1010", 3),
            ("0.0000001", 2), ("0.15", 2), ("1.5", 3), ("1.234", 4), ("3.14159", 5), ("100.5", 4), ("123456", 4),
            ("1E125", 2), ("1E-100", 2), (String(repeating: "1", count: 38), 20),
        ])
    func size(text: String, bytes: Int) throws { #expect(try DynamoNumber(text).storedSize == bytes) }
}
