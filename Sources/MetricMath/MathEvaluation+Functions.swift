import Timekeeping

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension MathEvaluation {
    func call(_ function: MathFunction, _ arguments: [MathExpression]) -> MathValue {
        if function == .metrics {
            if case .text(let text)? = arguments.first { return .array(metrics(text)) }
            return .array(metrics(""))
        }
        guard let first = arguments.first.map(evaluate) else { return .scalar(.nan) }
        switch function {
        case .average, .maximum, .minimum, .standardDeviation, .sum, .datapointCount:
            return summarize(first, function)
        case .absolute: return map(first) { abs($0) }
        case .ceiling: return map(first) { $0.rounded(.up) }
        case .floor: return map(first) { $0.rounded(.down) }
        case .logarithm: return map(first) { log($0) }
        case .decimalLogarithm: return map(first) { log10($0) }
        case .difference: return each(first) { steps($0) { $1 - $0 } } ?? first
        case .timeDifference: return each(first) { steps($0, seconds: { $0 }) } ?? first
        case .rate: return each(first, rate) ?? first
        case .runningSum: return each(first, runningSum) ?? first
        case .minute, .hour, .day, .date, .month, .year, .epoch:
            return each(first) { calendar($0, function) } ?? first
        case .first: return .series(single(first))
        case .last: return .series(series(first).last ?? single(first))
        case .metrics: return first
        case .metricCount: return .scalar(Double(series(first).count))
        case .removeEmpty: return .array(series(first).filter { $0.values.contains { $0 != nil } })
        case .slice: return slice(series(first), arguments.dropFirst().map { number(evaluate($0)) })
        case .sort: return sort(series(first), SortOrder(arguments))
        case .fill: return fill(first, arguments.last ?? .number(0))
        case .choose: return choose(arguments.map(evaluate))
        case .period: return .scalar(Double(single(first).period))
        case .timeSeries: return .series(constant(number(first)))
        }
    }

    // MARK: Summaries

    private func summarize(_ value: MathValue, _ function: MathFunction) -> MathValue {
        guard case .array(let array) = value else {
            return .scalar(Self.summary(single(value).values.compactMap(\.self), function) ?? .nan)
        }
        var result = MathSeries(label: "", period: array.map(\.period).max() ?? grid.period, values: empty)
        for index in 0..<grid.count {
            let values = array.compactMap { index < $0.values.count ? $0.values[index] : nil }
            result.values[index] = MathSeries.finite(Self.summary(values, function))
        }
        return .series(result)
    }

    private static func summary(_ values: [Double], _ function: MathFunction) -> Double? {
        let count = Double(values.count)
        switch function {
        case .datapointCount: return count
        case .maximum: return values.max()
        case .minimum: return values.min()
        case .average: return values.isEmpty ? nil : values.reduce(0, +) / count
        case .sum: return values.isEmpty ? nil : values.reduce(0, +)
        default:
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0, +) / count
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        }
    }

    // MARK: From point to point

    /// A value for each point that has a point before it.
    private func steps(_ series: MathSeries, _ change: (Double, Double) -> Double) -> MathSeries {
        var previous: Double?
        var result = series
        for (index, value) in series.values.enumerated() {
            guard let value else { continue }
            result.values[index] = MathSeries.finite(previous.map { change($0, value) })
            previous = value
        }
        return result
    }

    /// The seconds since the point before, as `seconds` makes a value of them.
    private func steps(_ series: MathSeries, seconds: (Double) -> Double) -> MathSeries {
        var previous: Int?
        var result = series
        for (index, value) in series.values.enumerated() where value != nil {
            result.values[index] = previous.map { seconds(Double(Int64(index - $0) * grid.period)) }
            previous = index
        }
        return result
    }

    private func rate(_ series: MathSeries) -> MathSeries {
        steps(series) { $1 - $0 }.combined(steps(series, seconds: { $0 })) { $0 / $1 }
    }

    private func runningSum(_ series: MathSeries) -> MathSeries {
        var sum = 0.0
        return series.map { value in
            sum += value
            return sum
        }
    }

    private func calendar(_ series: MathSeries, _ function: MathFunction) -> MathSeries {
        var result = series
        for index in series.values.indices where series.values[index] != nil {
            let second = grid.second(index)
            let civil = CivilTime(Timestamp(secondsSinceEpoch: Double(second)))
            let value: Int =
                switch function {
                case .minute: civil.minute
                case .hour: civil.hour
                case .date: civil.day
                case .month: civil.month
                case .year: civil.year
                // Monday is 1; 1970 began on a Thursday.
                case .day: Int(((second / 86_400 + 3) % 7 + 7) % 7) + 1
                default: Int(second)
                }
            result.values[index] = Double(value)
        }
        return result
    }

    // MARK: Choosing

    private func slice(_ array: [MathSeries], _ bounds: [Double]) -> MathValue {
        let places = bounds.map { Int(exactly: max(0, min($0.rounded(.down), 1000))) ?? 0 }
        guard let start = places.first else { return .array(array) }
        guard places.count > 1, let end = places.last else {
            return .series(array.indices.contains(start) ? array[start] : single(.array([])))
        }
        return .array(Array(array.dropFirst(start).prefix(max(0, end - start))))
    }

    private func sort(_ array: [MathSeries], _ order: SortOrder?) -> MathValue {
        guard let order else { return .array(array) }
        let keyed = array.map { series in
            (key: Self.summary(series.values.compactMap(\.self), order.function) ?? -.infinity, series: series)
        }
        let sorted = keyed.sorted { order.isDescending ? $0.key > $1.key : $0.key < $1.key }.map(\.series)
        guard let limit = order.limit.map({ number(evaluate($0)) }), limit.isFinite else { return .array(sorted) }
        return .array(Array(sorted.prefix(Int(max(0, min(limit, 1000))))))
    }

    private func fill(_ value: MathValue, _ filler: MathExpression) -> MathValue {
        if case .keyword(let word) = filler {
            return each(value) { word == "REPEAT" ? Self.repeated($0) : Self.interpolated($0) } ?? value
        }
        let filling = single(evaluate(filler))
        return each(value) { series in
            var result = series
            for index in series.values.indices where series.values[index] == nil {
                result.values[index] = filling.values[index]
            }
            return result
        } ?? value
    }

    private static func repeated(_ series: MathSeries) -> MathSeries {
        var result = series
        var latest: Double?
        for (index, value) in series.values.enumerated() {
            if let value { latest = value } else { result.values[index] = latest }
        }
        return result
    }

    /// On the line between the points on both sides of a gap; a gap at an end stays.
    private static func interpolated(_ series: MathSeries) -> MathSeries {
        var result = series
        var previous: (index: Int, value: Double)?
        for (index, value) in series.values.enumerated() {
            guard let value else { continue }
            if let previous {
                let slope = (value - previous.value) / Double(index - previous.index)
                for gap in previous.index + 1..<max(index, previous.index + 1) {
                    result.values[gap] = MathSeries.finite(previous.value + slope * Double(gap - previous.index))
                }
            }
            previous = (index, value)
        }
        return result
    }

    private func choose(_ values: [MathValue]) -> MathValue {
        guard values.count == 3 else { return .scalar(.nan) }
        if case .scalar(let condition) = values[0] { return condition != 0 ? values[1] : values[2] }
        let condition = single(values[0])
        let (yes, no) = (single(values[1]), single(values[2]))
        var result = condition
        for index in condition.values.indices {
            result.values[index] = condition.values[index].flatMap { $0 != 0 ? yes.values[index] : no.values[index] }
        }
        return .series(result)
    }
}
