import ExactJSON

/// One change out of a table's stream.
struct StreamRecord: Sendable, Equatable {
    var eventID: String
    /// `INSERT`, `MODIFY` or `REMOVE`.
    var eventName: String
    var sequenceNumber: String
    /// Nil when the key is no string.
    var id: String?
    /// Attribute values by name; empty on INSERT.
    var oldImage: [String: JSONValue]
    /// Attribute values by name; empty on REMOVE.
    var newImage: [String: JSONValue]

    /// - Throws: `ItemsError` with code `event` when this is no stream record.
    init(_ json: JSONValue) throws(ItemsError) {
        guard let change = json["dynamodb"], let name = json["eventName"]?.stringValue,
            let sequenceNumber = change["SequenceNumber"]?.stringValue
        else { throw ItemsError(code: .event, message: "this is no record of a table's stream") }
        eventID = json["eventID"]?.stringValue ?? ""
        eventName = name
        self.sequenceNumber = sequenceNumber
        id = change["Keys"]?["id"]?["S"]?.stringValue
        oldImage = change["OldImage"]?.objectValue ?? [:]
        newImage = change["NewImage"]?.objectValue ?? [:]
    }

    /// All records of an event.
    static func records(of payload: [UInt8]) throws(ItemsError) -> [StreamRecord] {
        guard let event = try? JSONValue(parsing: payload), let records = event["Records"]?.arrayValue else {
            throw ItemsError(code: .event, message: "this is no event of a table's stream")
        }
        var parsed: [StreamRecord] = []
        for record in records { parsed.append(try StreamRecord(record)) }
        return parsed
    }

    /// Names of the attributes that differ between the images; all of them when the item was made or removed.
    var changed: [String] {
        Set(oldImage.keys).union(newImage.keys).filter { oldImage[$0] != newImage[$0] }.sorted()
    }

    /// The nonce by which a probe finds its write again; of the old image when there is no new one.
    var probe: String? { Self.text((eventName == "REMOVE" ? oldImage : newImage)["probe"]) }

    /// The fault that the item carries, see `StreamFault`.
    var fault: String? { Self.text(newImage["firedrillFault"]) }

    private static func text(_ value: JSONValue?) -> String? {
        value?["S"]?.stringValue ?? value?["N"]?.stringValue
    }
}
