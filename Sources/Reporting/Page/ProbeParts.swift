import LoadMetrics

/// The cache probe's section.
struct CacheParts {
    var cacheFacts: [FactPart]
    var ages: FigurePart

    init(_ cache: CacheObservation) {
        let words = CacheWords(cache)
        let promised = Figure.number(cache.promisedTTLSeconds) + " s"
        var facts = [
            FactPart("Promised TTL", promised),
            FactPart(
                "Measured TTL", cache.ttlSeconds.map { Figure.number($0.estimate) + " s" } ?? "unknown",
                note: words.interval, tone: cache.ttlSeconds == nil ? "bad" : nil),
            FactPart("Hits", Figure.count(cache.hits)), FactPart("Misses", Figure.count(cache.misses)),
        ]
        if let stale = cache.staleness {
            facts.append(
                FactPart(
                    "Stale after a write", "up to \(Figure.number(stale.maxSeconds)) s",
                    note: "\(Figure.counted(stale.staleReads, "stale read")) after "
                        + "\(Figure.counted(stale.writes, "write")); "
                        + (stale.freshAfterSeconds.map { "fresh at age \(Figure.number($0)) s" } ?? "never fresh")))
        }
        facts.append(
            FactPart(
                "Bleed", "\(Figure.count(cache.crossKeyBleed)) of \(Figure.count(cache.crossKeyReads))",
                note: "reads that answered with another item", tone: cache.crossKeyBleed > 0 ? "bad" : nil))
        cacheFacts = facts
        ages = FigurePart(
            figureTitle: "Served from the cache or refetched, by age of the entry",
            figureNote: "Told apart by \(cache.method == "originMarker" ? "the origin marker" : cache.method). "
                + (cache.ttlSeconds == nil ? "" : "The shaded band is where the entry expired."),
            drawing: cache.ages.isEmpty ? "" : CacheAgeChart(cache: cache).markup())
    }
}

/// The stream probe's section.
struct StreamParts {
    var streamFacts: [FactPart]
    var lagFigures: [FigurePart]

    init(_ stream: StreamObservation) {
        func fault(_ label: String, _ value: Int) -> FactPart {
            FactPart(label, Figure.count(value), tone: value > 0 ? "bad" : nil)
        }
        streamFacts = [
            FactPart("Written", Figure.count(stream.written)), FactPart("Delivered", Figure.count(stream.delivered)),
            fault("Lost", stream.lost), fault("Duplicated", stream.duplicated),
            fault("Out of order", stream.outOfOrder),
        ]
        if stream.lag.count > 0 {
            streamFacts += [("Lag p50", stream.lag.p50), ("Lag p99", stream.lag.p99), ("Lag max", stream.lag.max)]
                .map { FactPart($0.0, Figure.latency(milliseconds: $0.1)) }
        }
        let lags = stream.samples.compactMap(\.lagMilliseconds)
        lagFigures = []
        if !lags.isEmpty {
            lagFigures.append(
                FigurePart(
                    figureTitle: "Distribution of the lag, records",
                    figureNote: "From the client's send until the handler processed the record.",
                    drawing: LagHistogramChart(lags).markup()))
        }
        if !stream.samples.isEmpty {
            lagFigures.append(
                FigurePart(
                    figureTitle: "Lag over time",
                    figureNote: stream.lost > 0
                        ? "By the time of the write; a cross is a record that never arrived."
                        : "By the time of the write.", drawing: LagTimelineChart(stream: stream).markup()))
        }
    }
}
