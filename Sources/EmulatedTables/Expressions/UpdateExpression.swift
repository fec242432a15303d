import EmulatorCore

/// What an UpdateExpression does to an item.
struct UpdateExpression: Sendable, Equatable {
    indirect enum Value: Sendable, Equatable {
        case path(DocumentPath)
        case value(AttributeValue)
        case sum(Value, Value)
        case difference(Value, Value)
        case ifNotExists(DocumentPath, Value)
        case listAppend(Value, Value)
    }

    enum Action: Sendable, Equatable {
        case set(Value)
        case remove
        case add(AttributeValue)
        case delete(AttributeValue)
    }

    struct Clause: Sendable, Equatable {
        var path: DocumentPath
        var action: Action
    }

    var clauses: [Clause] = []
    /// Comes from parameters of before expressions, whose errors have other words and whose ADD takes lists.
    var isEarly = false

    /// Whether it could bring an item into being: an update that only removes does not.
    var createsItem: Bool {
        clauses.isEmpty
            || clauses.contains {
                switch $0.action {
                case .set, .add: true
                case .remove, .delete: false
                }
            }
    }

    /// The item after the update; every operand is taken from the item before it.
    func apply(to item: Item) throws(AWSServiceError) -> Item {
        var changed = item
        var removals: [DocumentPath] = []
        var sets: [(path: DocumentPath, value: AttributeValue)] = []
        for clause in clauses {
            switch clause.action {
            case .set(let value):
                sets.append((clause.path, try Self.evaluate(value, in: item)))
            case .remove: removals.append(clause.path)
            case .add(let operand):
                let current = clause.path.value(in: item)
                sets.append((clause.path, try add(operand, to: current)))
            case .delete(let operand):
                guard let current = clause.path.value(in: item) else {
                    try item.checkParent(of: clause.path)
                    continue
                }
                if let rest = try delete(operand, from: current) {
                    sets.append((clause.path, rest))
                } else {
                    removals.append(clause.path)
                }
            }
        }
        // Elements past the end are appended, in the order of their indexes.
        for (path, value) in sets.sorted(by: { Self.lastIndex($0.path) < Self.lastIndex($1.path) }) {
            try changed.set(value, at: path)
        }
        // Later elements first, so that earlier removals do not move them.
        for path in removals.sorted(by: { Self.lastIndex($0) > Self.lastIndex($1) }) { try changed.remove(at: path) }
        return changed
    }

    private static func lastIndex(_ path: DocumentPath) -> Int {
        if case .element(let index) = path.steps.last { index } else { -1 }
    }

    private static let wrongType = AWSServiceError.validation(
        "An operand in the update expression has an incorrect data type")

    private var mismatch: AWSServiceError {
        isEarly ? .validation("Type mismatch for attribute to update") : Self.wrongType
    }

    private static func evaluate(_ value: Value, in item: Item) throws(AWSServiceError) -> AttributeValue {
        switch value {
        case .value(let constant): return constant
        case .path(let path):
            guard let found = path.value(in: item) else {
                throw .validation(
                    "The provided expression refers to an attribute that does not exist in the item")
            }
            return found
        case .ifNotExists(let path, let fallback):
            if let found = path.value(in: item) { return found }
            return try evaluate(fallback, in: item)
        case .listAppend(let left, let right):
            guard case .list(let first) = try evaluate(left, in: item),
                case .list(let second) = try evaluate(right, in: item)
            else { throw wrongType }
            return .list(first + second)
        case .sum(let left, let right), .difference(let left, let right):
            guard case .number(let first) = try evaluate(left, in: item),
                case .number(let second) = try evaluate(right, in: item)
            else { throw wrongType }
            if case .sum = value {
                return .number(try checked { () throws(DynamoNumber.Fault) in try first.adding(second) })
            }
            return .number(try checked { () throws(DynamoNumber.Fault) in try first.subtracting(second) })
        }
    }

    private static func checked(
        _ arithmetic: () throws(DynamoNumber.Fault) -> DynamoNumber
    ) throws(AWSServiceError) -> DynamoNumber {
        do throws(DynamoNumber.Fault) {
            return try arithmetic()
        } catch {
            // A result that needs too many digits is told as an overflow.
            throw .validation((error == .tooPrecise ? .overflow : error).rawValue)
        }
    }

    private func add(_ operand: AttributeValue, to current: AttributeValue?) throws(AWSServiceError)
        -> AttributeValue
    {
        switch (current, operand) {
        case (nil, _): return operand
        case (.number(let left), .number(let right)):
            return .number(try Self.checked { () throws(DynamoNumber.Fault) in try left.adding(right) })
        case (.list(let left), .list(let right)) where isEarly: return .list(left + right)
        case (.stringSet(let left), .stringSet(let right)):
            return .stringSet(Set(left).union(right).sorted(by: textIsLess))
        case (.numberSet(let left), .numberSet(let right)): return .numberSet(Set(left).union(right).sorted())
        case (.binarySet(let left), .binarySet(let right)):
            return .binarySet(Set(left).union(right).sorted(by: bytesAreLess))
        default: throw mismatch
        }
    }

    /// The set without the operand's members; nil when nothing is left.
    private func delete(
        _ operand: AttributeValue, from current: AttributeValue
    ) throws(AWSServiceError) -> AttributeValue? {
        switch (current, operand) {
        case (.stringSet(let left), .stringSet(let right)):
            let rest = left.filter { !right.contains($0) }
            return rest.isEmpty ? nil : .stringSet(rest)
        case (.numberSet(let left), .numberSet(let right)):
            let rest = left.filter { !right.contains($0) }
            return rest.isEmpty ? nil : .numberSet(rest)
        case (.binarySet(let left), .binarySet(let right)):
            let rest = left.filter { !right.contains($0) }
            return rest.isEmpty ? nil : .binarySet(rest)
        default: throw mismatch
        }
    }
}

extension Item {
    /// Refuses a path whose last step has nothing to be taken in, in an item that exists.
    fileprivate func checkParent(of path: DocumentPath) throws(AWSServiceError) {
        guard let step = path.steps.last else { return }
        let parent = DocumentPath(attribute: path.attribute, steps: path.steps.dropLast()).value(in: self)
        switch (step, parent) {
        case (.member, .map), (.element, .list): return
        default: throw Self.invalidPath
        }
    }

    private static let invalidPath = AWSServiceError.validation(
        "The document path provided in the update expression is invalid for update")

    /// Sets the value at a place whose parents exist.
    mutating func set(_ value: AttributeValue, at path: DocumentPath) throws(AWSServiceError) {
        guard !path.steps.isEmpty else {
            self[path.attribute] = value
            return
        }
        guard let root = self[path.attribute] else { throw Self.invalidPath }
        self[path.attribute] = try Self.setting(value, in: root, at: path.steps[...])
    }

    private static func setting(
        _ value: AttributeValue, in parent: AttributeValue, at steps: ArraySlice<DocumentPath.Step>
    ) throws(AWSServiceError) -> AttributeValue {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch (step, parent) {
        case (.member(let name), .map(var members)):
            if rest.isEmpty {
                members[name] = value
            } else {
                guard let member = members[name] else { throw invalidPath }
                members[name] = try setting(value, in: member, at: rest)
            }
            return .map(members)
        case (.element(let index), .list(var elements)):
            if elements.indices.contains(index) {
                elements[index] = try setting(value, in: elements[index], at: rest)
            } else {
                guard rest.isEmpty else { throw invalidPath }
                elements.append(value)
            }
            return .list(elements)
        default: throw invalidPath
        }
    }

    /// Removes the value at a place; that there is none is no mistake, but that its parent is none is.
    mutating func remove(at path: DocumentPath) throws(AWSServiceError) {
        guard !path.steps.isEmpty else {
            self[path.attribute] = nil
            return
        }
        guard let root = self[path.attribute] else { throw Self.invalidPath }
        self[path.attribute] = try Self.removing(path.steps[...], from: root)
    }

    private static func removing(
        _ steps: ArraySlice<DocumentPath.Step>, from parent: AttributeValue
    ) throws(AWSServiceError) -> AttributeValue {
        guard let step = steps.first else { return parent }
        let rest = steps.dropFirst()
        switch (step, parent) {
        case (.member(let name), .map(var members)):
            if rest.isEmpty {
                members[name] = nil
            } else {
                guard let member = members[name] else { throw invalidPath }
                members[name] = try removing(rest, from: member)
            }
            return .map(members)
        case (.element(let index), .list(var elements)):
            guard elements.indices.contains(index) else {
                guard rest.isEmpty else { throw invalidPath }
                return parent
            }
            if rest.isEmpty {
                elements.remove(at: index)
            } else {
                elements[index] = try removing(rest, from: elements[index])
            }
            return .list(elements)
        default: throw invalidPath
        }
    }
}
