import Testing
import Timekeeping

@Suite("Timestamp")
struct TimestampTests {
    /// Written by Python's datetime.
    static let table: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.000Z"),
        (951782400, "2000-02-29T00:00:00.000Z"),
        (951868799, "2000-02-29T23:59:59.000Z"),
        (4102444799, "2099-12-31T23:59:59.000Z"),
        (1769846709, "2026-01-31T08:05:09.000Z"),
        (-86400, "1969-12-31T00:00:00.000Z"),
        (-2208988800, "1900-01-01T00:00:00.000Z"),
        (-1057140425, "1936-07-02T13:52:55.000Z"),
        (-3204257712, "1868-06-17T16:24:48.000Z"),
        (-3698404309, "1852-10-20T09:28:11.000Z"),
        (4160556536, "2101-11-04T14:08:56.000Z"),
        (-3820580107, "1848-12-06T07:44:53.000Z"),
        (-5838957352, "1784-12-20T11:24:08.000Z"),
        (157461338, "1974-12-28T11:15:38.000Z"),
        (-5699973233, "1789-05-17T02:06:07.000Z"),
        (2979544025, "2064-06-01T11:07:05.000Z"),
        (-4176703962, "1837-08-24T12:27:18.000Z"),
        (6141237423, "2164-08-10T03:17:03.000Z"),
        (3548738649, "2082-06-15T08:44:09.000Z"),
        (5284739765, "2137-06-19T23:16:05.000Z"),
        (-1929621079, "1908-11-08T10:08:41.000Z"),
        (5068572879, "2130-08-14T00:54:39.000Z"),
        (-4296270316, "1833-11-09T15:34:44.000Z"),
        (-1807016244, "1912-09-27T11:02:36.000Z"),
        (2790005680, "2058-05-30T17:34:40.000Z"),
        (-2312906037, "1896-09-15T06:06:03.000Z"),
        (-461170282, "1955-05-22T09:08:38.000Z"),
        (3209505444, "2071-09-15T01:17:24.000Z"),
        (3095848384, "2068-02-07T13:53:04.000Z"),
        (3914853944, "2094-01-20T19:25:44.000Z"),
        (6095170607, "2163-02-23T22:56:47.000Z"),
    ]

    @Test("is written and read as Python's datetime does", arguments: table)
    func agreesWithPython(seconds: Int64, text: String) {
        let time = Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000)
        #expect(time.iso8601 == text)
        #expect(Timestamp(iso8601: text) == time)
        #expect(time.basicISO8601 == text.filter { $0 != "-" && $0 != ":" }.replacing(".000", with: ""))
    }

    @Test(
        "offsets and fractions are understood",
        arguments: [
            ("2026-01-31T08:05:09+01:00", "2026-01-31T07:05:09.000Z"),
            ("2026-01-31T08:05:09.25Z", "2026-01-31T08:05:09.250Z"),
            ("2026-01-31T08:05:09+0000", "2026-01-31T08:05:09.000Z"),
            ("2026-01-31T08:05:09.1239999Z", "2026-01-31T08:05:09.123Z"),
            ("2026-01-31 08:05:09", "2026-01-31T08:05:09.000Z"),
        ])
    func readsVariants(text: String, normal: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == normal)
    }

    @Test(
        "what is no moment is nil",
        arguments: [
            "", "2026", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:05:09X", "2026-01-31T08:05:09.Z",
            "2026-01-31T08:05:09+1", "9999-01-31T08:05:09Z", "2026-01-31T08:05", "é26-01-31T08:05:09Z",
        ])
    func refuses(text: String) { #expect(Timestamp(iso8601: text) == nil) }

    @Test(
        "floors to periods, before 1970 too",
        arguments: [(119, 60, 60), (120, 60, 120), (-1, 60, -60), (301, 300, 300)])
    func floors(seconds: Int64, period: Int64, start: Int64) {
        let time = Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000 + 5)
        #expect(time.floored(toSeconds: period).wholeSecondsSinceEpoch == start)
    }

    @Test("numbers from the wire never trap", arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300])
    func survives(seconds: Double) {
        let time = Timestamp(secondsSinceEpoch: seconds)
        _ = (time.iso8601, time + .seconds(Int64.max), time - time, Timestamp(millisecondsSinceEpoch: .max))
    }
}
