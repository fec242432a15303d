import ScenarioModel
import Verdicts

extension TargetOptions {
    /// The target that the command line names, or the scenario's with the command line's changes.
    ///
    /// - Throws: `CommandFailure` when the options do not go together.
    func applied(to written: TargetSpecification, apiURL: String?) throws -> TargetSpecification {
        let url = apiURL.map { String($0.reversed().drop { $0 == "/" }.reversed()) }
        if let url, let reason = BaseURL.fault(url) {
            throw CommandFailure(exitCode: .badConfiguration, message: "--api-url \(url): \(reason)")
        }
        if let url, stack == nil {
            guard !isStated else {
                throw CommandFailure(
                    exitCode: .badConfiguration,
                    message:
                        "--api-url alone sends load only; --api, --stage, --region, --profile and --endpoint-url go "
                        + "with --stack")
            }
            return .baseURL(url)
        }
        guard isStated else { return written }
        var specification: StackSpecification
        switch written {
        case .stack(let stack): specification = stack
        default:
            guard let stack else {
                throw CommandFailure(
                    exitCode: .badConfiguration,
                    message: "--api, --stage, --region, --profile and --endpoint-url are for a deployed stack, and the "
                        + "scenario's target is none; name it with --stack")
            }
            specification = StackSpecification(name: stack)
        }
        override(&specification)
        if let url { specification.apiURL = url }
        return .stack(specification)
    }
}
