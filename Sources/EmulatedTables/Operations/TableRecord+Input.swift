import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

extension TableRecord {
    /// How a table is paid for.
    struct Throughput: Sendable {
        var isPayPerRequest: Bool
        var read: Int
        var write: Int

        /// Reads BillingMode and ProvisionedThroughput; nil when the call has neither.
        ///
        /// - Parameter table: the table that is updated, whose mode stays when the call has none.
        init?(_ input: TableInput, for table: TableRecord? = nil) throws(AWSServiceError) {
            let mode = try input.choice("BillingMode", of: ["PROVISIONED", "PAY_PER_REQUEST"])
            let provisioned = try input.object("ProvisionedThroughput").map { TableInput(.object($0)) }
            guard mode != nil || provisioned != nil else { return nil }
            isPayPerRequest = mode.map { $0 == "PAY_PER_REQUEST" } ?? table?.isPayPerRequest ?? false
            if isPayPerRequest {
                guard provisioned == nil else {
                    throw .validation(
                        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can "
                            + "be specified when BillingMode is PAY_PER_REQUEST")
                }
                (read, write) = (0, 0)
                return
            }
            guard let provisioned else {
                throw .validation(
                    "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                        + "specified when BillingMode is PROVISIONED")
            }
            (read, write) = try Self.units(provisioned)
        }

        /// Reads the members of ProvisionedThroughput.
        static func units(_ input: TableInput) throws(AWSServiceError) -> (read: Int, write: Int) {
            func units(_ key: String) throws(AWSServiceError) -> Int {
                guard let units = try input.integer(key) else {
                    throw .validation(
                        "1 validation error detected: Value null at 'provisionedThroughput.\(TableInput.lowerFirst(key))' "
                            + "failed to satisfy constraint: Member must not be null")
                }
                guard units >= 1 else {
                    throw .validation(
                        "1 validation error detected: Value '\(units)' at "
                            + "'provisionedThroughput.\(TableInput.lowerFirst(key))' failed to satisfy constraint: Member "
                            + "must have value greater than or equal to 1")
                }
                return units
            }
            return (try units("ReadCapacityUnits"), try units("WriteCapacityUnits"))
        }
    }

    mutating func set(_ throughput: Throughput, at moment: Timestamp) {
        if throughput.isPayPerRequest, !isPayPerRequest { lastPayPerRequest = moment.nanosecondsSinceEpoch }
        isPayPerRequest = throughput.isPayPerRequest
        readCapacity = throughput.read
        writeCapacity = throughput.write
    }

    /// Refuses names that no table can have.
    static func check(
        name: String, member: String = "tableName", shown: String = "TableName"
    ) throws(AWSServiceError) {
        let isValid = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let constraint: String
        switch name.utf8.count {
        case 0: constraint = "have length greater than or equal to 1"
        case 256...: constraint = "have length less than or equal to 255"
        case _ where !isValid: constraint = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        case 1, 2:
            throw .validation("\(shown) must be at least 3 characters long and at most 255 characters long")
        default: return
        }
        throw .validation(
            "1 validation error detected: Value '\(name)' at '\(member)' failed to satisfy constraint: Member must "
                + constraint)
    }

    /// Reads and checks the input of CreateTable.
    ///
    /// - Parameter takeNumber: gives the table and its indexes their numbers.
    init(_ input: TableInput, created: Timestamp, takeNumber: () -> Int64) throws(AWSServiceError) {
        let name = try input.requiredString("TableName")
        try Self.check(name: name)
        guard let throughput = try Throughput(input) else {
            throw .validation(
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                    + "specified when BillingMode is PROVISIONED")
        }
        let keys = try KeySchemaInput(input)
        let schema = try keys.schema(input)
        let indexes = try SecondaryIndex.list(
            input, keys: keys, table: schema, isPayPerRequest: throughput.isPayPerRequest, takeNumber: takeNumber)
        try keys.checkUse(by: schema, indexes)
        self.init(
            number: takeNumber(), name: name, tableID: UUID().uuidString.lowercased(),
            created: created.nanosecondsSinceEpoch, schema: schema, isPayPerRequest: false,
            readCapacity: 0, writeCapacity: 0,
            isDeletionProtected: try input.bool("DeletionProtectionEnabled") ?? false,
            encryption: try Encryption(input)?.key, tags: try Self.tags(input),
            attributeTypes: keys.types, indexes: indexes, tableClass: try Self.tableClass(input))
        set(throughput, at: created)
        onDemandLimits = try TableCapacity.onDemand(input, isPayPerRequest: isPayPerRequest)
        warmth = try TableCapacity.warm(input, over: initialWarmth)
    }

    /// Reads the member TableClass.
    static func tableClass(_ input: TableInput) throws(AWSServiceError) -> String? {
        try input.choice("TableClass", of: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"])
    }

    /// What the member SSESpecification asks for.
    struct Encryption: Sendable {
        /// Nil for the key that AWS owns.
        var key: String?

        /// Nil when the call does not have the member.
        init?(_ input: TableInput) throws(AWSServiceError) {
            guard let members = try input.object("SSESpecification") else { return nil }
            let specification = TableInput(.object(members))
            guard try specification.bool("Enabled") == true else {
                guard specification["KMSMasterKeyId"] == nil else {
                    throw .validation(
                        "One or more parameter values were invalid: KMSMasterKeyId can be specified only if Enabled is true"
                    )
                }
                return
            }
            key = try specification.string("KMSMasterKeyId") ?? "alias/aws/dynamodb"
        }
    }
}
