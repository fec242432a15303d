import LoadMetrics

/// Each read of a cached entry at the entry's age: served from the cache above, refetched below.
struct CacheAgeChart {
    var cache: CacheObservation

    func markup() -> String {
        var frame = PlotFrame(height: 150)
        frame.top = 24
        frame.left = 64
        var drawing = SVGDrawing()
        let promised = cache.promisedTTLSeconds
        let greatest = max(cache.ages.map(\.ageSeconds).max() ?? 0, promised, cache.ttlSeconds?.high ?? 0)
        let x = frame.horizontal(from: 0, to: greatest * 1.04)
        let height = frame.innerBottom - frame.innerTop
        let (hit, miss) = (frame.innerTop + height * 0.28, frame.innerTop + height * 0.74)

        if let ttl = cache.ttlSeconds {
            let left = x(ttl.low)
            drawing.rectangle(
                left, frame.innerTop, width: max(x(ttl.high) - left, 1.5), height: height, "band")
        }
        for (y, name) in [(hit, "hit"), (miss, "miss")] {
            drawing.line(frame.innerLeft, y, frame.innerRight, y, "grid")
            drawing.text(name, frame.innerLeft - 8, y + 4, anchor: .end, "tick lane")
        }
        drawing.line(x(promised), frame.innerTop - 6, x(promised), frame.innerBottom, "threshold")
        // On the side where there is room.
        let late = x(promised) > (frame.innerLeft + frame.innerRight) / 2
        drawing.text(
            "promised \(Figure.number(promised)) s", x(promised) + (late ? -5 : 5), frame.innerTop - 8,
            anchor: late ? .end : .start, "note")
        for sample in cache.ages {
            if sample.hit {
                drawing.circle(x(sample.ageSeconds), hit, radius: 3.2, "mark good")
            } else {
                drawing.cross(x(sample.ageSeconds), miss, radius: 3.4, "mark stroke bad")
            }
        }
        frame.drawTimeAxis(x, in: &drawing)
        let readings = cache.ages.sorted { $0.ageSeconds < $1.ageSeconds }.prefix(400).map { sample in
            ChartReadings.Reading(
                x: x(sample.ageSeconds), title: "age \(Figure.number(sample.ageSeconds)) s",
                lines: [sample.hit ? "served from the cache" : "refetched"])
        }
        return drawing.markup(
            width: PlotFrame.width, height: frame.height, label: label,
            readings: ChartReadings(readings: Array(readings)))
    }

    private var label: String {
        let words = CacheWords(cache)
        return
            "Reads by age of the entry: \(words.hits). Promised time to live \(Figure.number(cache.promisedTTLSeconds)) "
            + "seconds, measured: \(words.interval)."
    }
}
