package import AWSClients
import ExactJSON
import Synchronization

/// What a run did to its target and has not taken back yet, on disk before it is done.
///
/// One JSON object a line. Whoever finds the file after a crash can undo the run: `firedrill undo`, `firedrill clean`.
package final class DrillJournal: Sendable {
    /// What is needed to reach the target again.
    package struct Header: Sendable, Equatable {
        package var runID: String
        package var stack: String
        package var region: String
        package var endpointURL: String?

        package init(runID: String, stack: String, region: String, endpointURL: String?) {
            self.runID = runID
            self.stack = stack
            self.region = region
            self.endpointURL = endpointURL
        }
    }

    package let header: Header
    /// Writes a line and returns when it is on disk.
    private let append: @Sendable (String) throws(DrillError) -> Void
    private let open = Mutex((next: 1, changes: [Int: Reversal]()))

    /// Begins a journal.
    ///
    /// - Parameter append: writes a line and returns when it will outlive a crash.
    package init(
        header: Header, append: @escaping @Sendable (String) throws(DrillError) -> Void
    ) throws(DrillError) {
        self.header = header
        self.append = append
        try append(
            JSONValue.object([
                "run": .string(header.runID), "stack": .string(header.stack), "region": .string(header.region),
                "endpoint": header.endpointURL.map { .string($0) } ?? .null,
            ]).text)
    }

    /// Reads a journal that a run left behind. A line that was being written when the run died is none.
    ///
    /// - Throws: `DrillError` when the text is no journal.
    package init(
        reading text: String, append: @escaping @Sendable (String) throws(DrillError) -> Void
    ) throws(DrillError) {
        let lines = text.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
        guard let first = lines.first, let run = first["run"]?.stringValue, let stack = first["stack"]?.stringValue,
            let region = first["region"]?.stringValue
        else {
            throw DrillError(
                code: .configuration, message: "this is no journal of a drill: its first line names no run")
        }
        header = Header(runID: run, stack: stack, region: region, endpointURL: first["endpoint"]?.stringValue)
        self.append = append
        open.withLock { open in
            for line in lines.dropFirst() {
                if let number = line["change"]?.intValue, let reversal = Reversal(line) {
                    open.changes[number] = reversal
                    open.next = max(open.next, number + 1)
                } else if let number = line["undone"]?.intValue {
                    open.changes[number] = nil
                }
            }
        }
    }

    /// What has not been taken back, the latest first.
    package var outstanding: [(number: Int, reversal: Reversal)] {
        open.withLock { $0.changes.sorted { $0.key > $1.key }.map { ($0.key, $0.value) } }
    }

    /// Notes how a change will be taken back. It must be called before the change is made.
    ///
    /// - Returns: the number to hand to `undo`.
    func note(_ reversal: Reversal) throws(DrillError) -> Int {
        let number = open.withLock { open in
            defer { open.next += 1 }
            return open.next
        }
        var line = reversal.json.objectValue ?? [:]
        line["change"] = .integer(number)
        try append(JSONValue.object(line).text)
        open.withLock { $0.changes[number] = reversal }
        return number
    }

    /// Takes one change back, also when the run has been asked to stop.
    package func undo(_ number: Int, _ connection: AWSConnection) async throws(DrillError) {
        guard let reversal = open.withLock({ $0.changes[number] }) else { return }
        // Its own task: a cancelled one could send nothing more, and this is what must still be sent.
        let result: Result<Void, AWSCallError> = await Task {
            do throws(AWSCallError) { return .success(try await reversal.apply(connection)) } catch {
                return .failure(error)
            }
        }.value
        if case .failure(let error) = result { throw DrillError(error) }
        try append(JSONValue.object(["undone": .integer(number)]).text)
        open.withLock { $0.changes[number] = nil }
    }
}
