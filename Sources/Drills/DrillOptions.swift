/// What whoever starts a drill allows it to do.
package struct DrillOptions: Sendable, Equatable {
    /// People and programs behind the alarms' topics may be told.
    package var pages = false
    /// Proves through a temporary queue that an alarm's message is delivered.
    package var provesDelivery = false
    /// Functions may be misconfigured for a moment.
    package var misconfigures = false
    /// The stack may look like production.
    package var ownsProduction = false
    /// Alarms that no traffic can be computed for are tried with made-up datapoints.
    package var usesShadowMetrics = false
    /// Alarms that no traffic can be computed for are set by hand, to see their actions.
    package var forcesState = false
    /// The most failing requests of a whole drill.
    package var maximumFailingRequests = 1000

    package init() {}
}
