package import DurableDocuments
import EmulatorCore
import ExactJSON

extension CloudWatchService {
    static let dashboardCollection = "cloudwatch.dashboard"

    /// Takes over what an earlier process has kept: alarms with their states and histories, and dashboards. Metrics are not
    /// kept.
    ///
    /// - Returns: The names of alarms that cannot be read any more.
    package func restore() throws(DocumentStoreError) -> [String] {
        guard let documents, documents.isDurable else { return [] }
        let (alarms, history) = (
            try documents.documents(in: AlarmDocuments.alarms), try documents.documents(in: AlarmDocuments.history)
        )
        let dashboards = try documents.documents(in: Self.dashboardCollection)
        var lost: [String] = []
        self.alarms.withLock { store in
            for (name, document) in alarms.sorted(by: { $0.key < $1.key }) {
                if let alarm = AlarmDocuments.alarm(document) { store.restore(alarm) } else { lost.append(name) }
            }
            for (id, document) in history.sorted(by: { $0.key < $1.key }) {
                guard let number = Int(id), let item = AlarmDocuments.item(document) else { continue }
                store.restore(item, number: number)
            }
        }
        self.dashboards.withLock { kept in
            for (name, document) in dashboards {
                kept[name] = Dashboard(
                    body: document["body"]?.stringValue ?? "", modified: AlarmDocuments.moment(document["modified"]))
            }
        }
        return lost
    }

    func keep(_ dashboard: Dashboard?, named name: String) {
        let document = dashboard.map { dashboard -> JSONValue in
            ["body": .string(dashboard.body), "modified": AlarmDocuments.moment(dashboard.modified)]
        }
        documents?.record([.init(Self.dashboardCollection, name, document)])
    }
}
