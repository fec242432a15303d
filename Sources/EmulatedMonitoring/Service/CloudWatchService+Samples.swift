package import Timekeeping

extension CloudWatchService {
    /// Names a metric once, for cheap recording afterwards.
    package func register(_ metric: MetricIdentity, unit: String) -> MetricHandle {
        metrics.withLock { MetricHandle(series: $0.number(of: metric, unit: unit)) }
    }

    /// Records a sample; it becomes visible with the next flush.
    package func record(_ sample: ServiceSample) {
        metrics.withLock { store in
            let number = store.number(of: sample.metric, unit: sample.unit)
            store.record(sample.value, series: number, at: sample.timestamp.wholeSecondsSinceEpoch)
        }
    }

    /// Records several samples at once.
    package func record(_ samples: [ServiceSample]) {
        metrics.withLock { store in
            for sample in samples {
                let number = store.number(of: sample.metric, unit: sample.unit)
                store.record(sample.value, series: number, at: sample.timestamp.wholeSecondsSinceEpoch)
            }
        }
    }

    /// Records one sample a registered metric, all of one moment.
    package func record(_ samples: some Sequence<(MetricHandle, Double)>, at moment: Timestamp) {
        let second = moment.wholeSecondsSinceEpoch
        metrics.withLock { store in
            for (handle, value) in samples { store.record(value, series: handle.series, at: second) }
        }
    }

    /// Makes visible what was recorded before a moment; the clock calls it every minute after `start`.
    package func flush(before boundary: Timestamp) {
        metrics.withLock { $0.flush(before: boundary.wholeSecondsSinceEpoch) }
    }
}
