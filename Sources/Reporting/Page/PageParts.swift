/// The parts that the page's templates are filled with. A name that may be missing is used in no other part: a template
/// that does not find a name in a part looks for it in the part around it.

/// A figure with its name.
struct FactPart {
    var label: String
    var value: String
    var factNote: String?
    /// A class that makes it stand out: `bad`.
    var factTone: String?

    init(_ label: String, _ value: String, note: String? = nil, tone: String? = nil) {
        self.label = label
        self.value = value
        factNote = note
        factTone = tone
    }
}

/// A verdict as a shape and a word, so that colour is never all that tells.
struct MarkPart {
    /// `pass`, `fail`, `invalid`, `skipped`: class and name of the shape.
    var shape: String
    var word: String
}

/// A drawing with its title.
struct FigurePart {
    struct Legend {
        var name: String
        var style: String
    }

    var figureTitle: String
    var figureNote: String?
    var legend: [Legend] = []
    /// Markup, escaped where it was made.
    var drawing: String
}

/// A table; on a narrow screen each row becomes a block whose cells carry their column's name.
struct TablePart {
    struct Column {
        var title: String
        /// Class: `num` and `short` do not break, `text` and `wide` do.
        var align: String
    }

    struct Group {
        var groupTitle: String
        var span: String
        /// The class of a group that has a title.
        var groupClass: String
    }

    struct Cell {
        var text: String
        var columnTitle = ""
        var align = ""
        /// What the script sorts by, where it is not the text.
        var sortKey: String?
        var cellNote: String?
        var cellMark: MarkPart?
        /// A share as a width: `31.4%`.
        var cellBar: String?
        var cellTone: String?

        init(
            _ text: String, sort: Double? = nil, note: String? = nil, mark: MarkPart? = nil, share: Double? = nil,
            tone: String? = nil
        ) {
            self.text = text
            sortKey = sort.flatMap { $0.isFinite ? "\($0)" : nil }
            cellNote = note
            cellMark = mark
            cellBar = share.map { Figure.fixed(min(max($0.isFinite ? $0 : 0, 0), 1) * 100, 1) + "%" }
            cellTone = tone
        }
    }

    struct Row {
        var head: Cell
        var cells: [Cell]
    }

    /// What becomes of the table on a narrow screen: it stays one, or each row is a block of so many columns.
    enum Narrow: String {
        case table = ""
        case two = "stack two"
        case three = "stack three"
        case four = "stack four"
    }

    var caption: String
    var tableClass: String
    var columns: [Column]
    var groups: [Group] = []
    var rows: [Row]
    var foot: [Row]
    /// Stored, because the templates do not see computed properties.
    var grouped: Bool

    /// Columns as (title, class); each row has one cell a column, the first being its head.
    init(
        _ caption: String, sortable: Bool = false, narrow: Narrow = .table,
        columns: [(title: String, align: String)],
        groups: [(title: String, span: Int, short: String)] = [], rows: [[Cell]], foot: [[Cell]] = []
    ) {
        self.caption = caption
        tableClass = [sortable ? "sortable" : "", narrow.rawValue].filter { !$0.isEmpty }.joined(separator: " ")
        self.columns = columns.map { Column(title: $0.title, align: $0.align) }
        self.groups = groups.map {
            Group(groupTitle: $0.title, span: String($0.span), groupClass: $0.title.isEmpty ? "" : "group")
        }
        grouped = !groups.isEmpty
        var groupOfColumn: [String] = []
        for group in groups { groupOfColumn += Array(repeating: group.short, count: group.span) }
        func labelled(_ cells: [Cell]) -> Row? {
            let all = zip(cells, columns).enumerated().map { index, pair in
                var cell = pair.0
                let group = index < groupOfColumn.count ? groupOfColumn[index] : ""
                cell.columnTitle = group.isEmpty ? pair.1.title : "\(group) \(pair.1.title)"
                cell.align = pair.1.align
                return cell
            }
            return all.first.map { Row(head: $0, cells: Array(all.dropFirst())) }
        }
        self.rows = rows.compactMap(labelled)
        self.foot = foot.compactMap(labelled)
    }
}
