import ExactJSON

/// Reads what a function with ReportBatchItemFailures answered.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
enum BatchResponse {
    /// The outcome for a batch: null, an empty object or an empty list is success; the lowest failed sequence number is
    /// where to go on; an empty, null or unknown identifier fails the whole batch.
    static func outcome(of payload: [UInt8], batch: [String]) -> ShardConsumer.Outcome {
        guard let answer = try? JSONValue(parsing: payload) else { return .success }
        switch answer["batchItemFailures"] {
        case nil, .null?: return .success
        case .array(let failures)?:
            var lowest = batch.count
            for failure in failures {
                guard let identifier = failure["itemIdentifier"]?.stringValue, !identifier.isEmpty,
                    let index = batch.firstIndex(of: identifier)
                else { return .failure }
                lowest = min(lowest, index)
            }
            return lowest < batch.count ? .failedFrom(batch[lowest]) : .success
        default: return .failure
        }
    }
}
