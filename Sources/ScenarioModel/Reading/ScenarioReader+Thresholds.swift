import Yams

extension ScenarioReader {
    func thresholds(_ node: Node, flows: [Flow]) -> [Threshold] {
        let names = Set(flows.flatMap { $0.steps.map(\.name) })
        return (entries(node, "thresholds") ?? []).flatMap { text, key, value -> [Threshold] in
            guard let (metric, tags) = selector(text, key, requestNames: names) else { return [] }
            let items = value.sequence.map { Array($0) } ?? [value]
            return items.compactMap { threshold($0, metric: metric, tags: tags) }
        }
    }

    private func threshold(_ node: Node, metric: ThresholdMetric, tags: [String: String]) -> Threshold? {
        var source: Node? = node
        if node.mapping != nil {
            source = fields(node, "a threshold", keys: ["expr"], later: ["window", "abortOnFail", "delay"])
                .flatMap { required($0, "expr", "a threshold") }
        }
        guard let source, let text = text(source, "a threshold") else { return nil }
        do throws(ThresholdExpression.Mistake) {
            let expression = try ThresholdExpression(text, metric: metric)
            return Threshold(
                metric: metric, tags: tags, expression: text, aggregation: expression.aggregation,
                comparison: expression.comparison, limit: expression.limit, location: SourceLocation(source.mark))
        } catch {
            report(.badExpression, source, error.message, hint: error.hint)
            return nil
        }
    }

    /// `metric` or `metric{tag:value}`.
    private func selector(
        _ text: String, _ key: Node, requestNames: Set<String>
    ) -> (ThresholdMetric, [String: String])? {
        let name = String(text.prefix { $0 != "{" })
        guard let metric = ThresholdMetric(rawValue: name) else {
            let known = ThresholdMetric.allCases.map(\.rawValue)
            let nearest = SpellingSuggestion.nearest(to: name, among: known)
            report(
                .unknownName, key, "unknown metric `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" } ?? "known: \(known.joined(separator: ", "))")
            return nil
        }
        let rest = text.dropFirst(name.count)
        if rest.isEmpty { return (metric, [:]) }
        guard rest.hasSuffix("}"), let colon = rest.firstIndex(of: ":") else {
            report(.badExpression, key, "`\(text)`: expected metric{name:value}")
            return nil
        }
        let tag = TemplateParser.trimmed(rest[..<colon].dropFirst())
        let value = TemplateParser.trimmed(rest[rest.index(after: colon)...].dropLast())
        guard tag == "name", metric.hasNameTag else {
            report(
                .notSupportedYet, key, "`\(metric.rawValue)` by the tag `\(tag)` is not supported yet",
                hint: metric.hasNameTag ? "use {name:request}" : "take the braces out")
            return nil
        }
        guard requestNames.contains(value) else {
            let nearest = SpellingSuggestion.nearest(to: value, among: requestNames.sorted())
            report(
                .unknownName, key, "no request is named `\(value)`",
                hint: nearest.map { "did you mean `\($0)`?" }
                    ?? "names: \(requestNames.sorted().joined(separator: ", "))")
            return nil
        }
        return (metric, ["name": value])
    }
}
