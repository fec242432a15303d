import ArgumentParser
import Drills

/// What the command line allows a drill to do.
struct DrillChoices: ParsableArguments {
    @Flag(help: "Let the drilled alarms tell the people and programs behind their topics.")
    var page = false

    @Flag(help: "Prove through a temporary queue that the alarms' messages are delivered.")
    var proveDelivery = false

    @Flag(help: "Let faults that need it change a function for a moment; undone in any case, see firedrill undo.")
    var allowMisconfigure = false

    @Flag(name: .customLong("i-own-this-production"), help: "Drill a stack that looks like production.")
    var ownsProduction = false

    @Flag(help: "Try alarms that no traffic rings on a copy with made-up datapoints: a lower grade of evidence.")
    var shadowMetrics = false

    @Flag(help: "Set alarms that no traffic rings by hand, to see their actions: the lowest grade of evidence.")
    var forceState = false

    @Option(help: "The most failing requests of the whole drill.")
    var maxFailingRequests = 1000

    func validate() throws {
        guard maxFailingRequests > 0 else { throw ValidationError("--max-failing-requests must be 1 or more.") }
    }

    var options: DrillOptions {
        var options = DrillOptions()
        options.pages = page
        options.provesDelivery = proveDelivery
        options.misconfigures = allowMisconfigure
        options.ownsProduction = ownsProduction
        options.usesShadowMetrics = shadowMetrics
        options.forcesState = forceState
        options.maximumFailingRequests = maxFailingRequests
        return options
    }
}
