package import AWSClients
package import HTTPExchange

/// What a run is aimed at: where requests go, how AWS is asked, what time it is there.
package struct Target: Sendable {
    package enum Kind: String, Sendable { case emulator, stack, url }

    package var kind: Kind
    /// The stack lives on after the run: what the run leaves behind stays, and has to be taken back.
    package var outlivesRun: Bool
    /// Of the API's stage, without a trailing slash.
    package var baseURL: String
    /// Nil for a bare URL: nothing but load then.
    package var aws: AWSConnection?
    package var stack: StackMap?
    package var clock: any TargetClock
    /// Carries the requests of probes and drills.
    package var transport: any HTTPTransport

    package init(
        kind: Kind, baseURL: String, aws: AWSConnection?, stack: StackMap?, clock: any TargetClock,
        transport: any HTTPTransport
    ) {
        self.kind = kind
        outlivesRun = kind == .stack
        self.baseURL = baseURL
        self.aws = aws
        self.stack = stack
        self.clock = clock
        self.transport = transport
    }
}
