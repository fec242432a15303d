/// A journey: requests that one virtual user sends one after the other.
package struct Flow: Sendable, Equatable {
    package var name: String
    package var steps: [Step]

    package init(name: String, steps: [Step]) {
        self.name = name
        self.steps = steps
    }
}

/// One request of a flow, or one that a probe or a drill sends.
package struct Step: Sendable, Equatable {
    /// Upper case: `GET`.
    package var method: String
    /// A path below the target's base URL (`/items/{{ id }}`), with its query; values put into it are percent-encoded.
    package var url: Template
    /// The name under which its figures are kept.
    package var name: String
    package var headers: [HeaderTemplate]
    package var body: BodyTemplate?
    package var expect: Expectations
    package var captures: [Capture]
    /// This GET is served through the response cache: hits and misses are counted by the origin marker.
    package var cached: Bool
    /// Pause after this step's end before the next step is due.
    package var think: ThinkTime?
    package var location: SourceLocation

    package init(
        method: String, url: Template, name: String, headers: [HeaderTemplate] = [], body: BodyTemplate? = nil,
        expect: Expectations = Expectations(), captures: [Capture] = [], cached: Bool = false, think: ThinkTime? = nil,
        location: SourceLocation = SourceLocation()
    ) {
        self.method = method
        self.url = url
        self.name = name
        self.headers = headers
        self.body = body
        self.expect = expect
        self.captures = captures
        self.cached = cached
        self.think = think
        self.location = location
    }
}

/// A request header whose value may hold expressions.
package struct HeaderTemplate: Sendable, Equatable {
    package var name: String
    package var value: Template

    package init(name: String, value: Template) {
        self.name = name
        self.value = value
    }
}

/// A request's body.
package enum BodyTemplate: Sendable, Equatable {
    /// Sent as `application/json` unless a header says otherwise.
    case json(JSONTemplate)
    case text(Template)
}

/// What an answer must be; an answer that is not counts as an error with the outcome `expectation`.
package struct Expectations: Sendable, Equatable {
    /// Any of these; empty: any status below 400.
    package var statuses: [Int]
    /// Scalars that the JSON body must hold.
    package var json: [JSONExpectation]
    /// Header values that must be equal.
    package var headers: [HeaderTemplate]

    package init(statuses: [Int] = [], json: [JSONExpectation] = [], headers: [HeaderTemplate] = []) {
        self.statuses = statuses
        self.json = json
        self.headers = headers
    }
}

/// A scalar at a path of the JSON body.
package struct JSONExpectation: Sendable, Equatable {
    package var path: JSONPath
    /// A scalar, never an array or object.
    package var equals: JSONTemplate

    package init(path: JSONPath, equals: JSONTemplate) {
        self.path = path
        self.equals = equals
    }
}

/// A value taken from an answer for later steps of the same iteration.
package struct Capture: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        case json(JSONPath)
        case header(String)
    }

    package var variable: String
    package var source: Source

    package init(variable: String, source: Source) {
        self.variable = variable
        self.source = source
    }
}

/// A pause, drawn evenly between two bounds.
package struct ThinkTime: Sendable, Equatable {
    package var minimum: Duration
    package var maximum: Duration

    package init(minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
    }
}
