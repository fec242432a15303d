package import AWSClients
package import ExactJSON

/// The least that an identity must be allowed for a drill: an IAM policy with a statement for each purpose and kind of
/// resource, so that the part that makes faults can be left out or given to another identity.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
package struct PermissionPolicy: Sendable, Equatable {
    package struct Statement: Sendable, Equatable {
        package var sid: String
        package var purpose: AWSCall.Purpose
        package var actions: [String]
        package var resources: [String]
    }

    package var statements: [Statement]

    /// - Parameter calls: what the drill may call; permissions on resources that the stack has none of are left out.
    package init(calls: [AWSCall] = AWSCall.all, resources: PermissionResources) {
        statements = []
        for purpose in AWSCall.Purpose.allCases {
            for scope in AWSCall.Scope.allCases where !resources[scope].isEmpty {
                let actions = Set(calls.filter { $0.purpose == purpose && $0.scope == scope }.map(\.permission))
                guard !actions.isEmpty else { continue }
                statements.append(
                    Statement(
                        sid: Self.sid(purpose, scope), purpose: purpose, actions: actions.sorted(),
                        resources: resources[scope]))
            }
        }
    }

    /// Letters and digits alone, as IAM wants them: `FiredrillReadFunction`.
    private static func sid(_ purpose: AWSCall.Purpose, _ scope: AWSCall.Scope) -> String {
        let verb =
            switch purpose {
            case .observation: "Read"
            case .wiring: "Wiring"
            case .fault: "Fault"
            }
        return "Firedrill\(verb)\(scope.rawValue.prefix(1).uppercased())\(scope.rawValue.dropFirst())"
    }

    /// The policy document.
    package var json: JSONValue {
        [
            "Version": "2012-10-17",
            "Statement": .array(
                statements.map { statement in
                    [
                        "Sid": .string(statement.sid), "Effect": "Allow",
                        "Action": .array(statement.actions.map(JSONValue.string)),
                        "Resource": .array(statement.resources.map(JSONValue.string)),
                    ]
                }),
        ]
    }

    /// Two-space indentation, as the AWS console shows policies.
    package var text: String {
        var lines = ["{", "  \"Version\": \"2012-10-17\",", "  \"Statement\": ["]
        for (index, statement) in statements.enumerated() {
            lines += ["    {", "      \"Sid\": \"\(statement.sid)\",", "      \"Effect\": \"Allow\","]
            lines += Self.list("Action", statement.actions, ",") + Self.list("Resource", statement.resources, "")
            lines.append(index + 1 < statements.count ? "    }," : "    }")
        }
        return (lines + ["  ]", "}"]).joined(separator: "\n")
    }

    private static func list(_ name: String, _ values: [String], _ end: String) -> [String] {
        let texts = values.enumerated().map { index, value in
            "        \(JSONValue.string(value).text)\(index + 1 < values.count ? "," : "")"
        }
        return ["      \"\(name)\": ["] + texts + ["      ]\(end)"]
    }

    /// The same as a table for people: what for, action, resources.
    package var summary: String {
        let words: [AWSCall.Purpose: String] = [
            .observation: "To find the stack and observe it (read-only)",
            .wiring: "To judge its wiring (read-only; without them the check says what it could not see)",
            .fault: "To make faults, and undo them",
        ]
        var lines: [String] = []
        for purpose in AWSCall.Purpose.allCases {
            let own = statements.filter { $0.purpose == purpose }
            guard !own.isEmpty else { continue }
            lines.append("\(words[purpose] ?? purpose.rawValue):")
            for statement in own {
                lines.append("  \(statement.actions.joined(separator: ", "))")
                lines += statement.resources.map { "      on \($0)" }
            }
        }
        if !statements.contains(where: { $0.purpose == .fault }) {
            lines.append("To make faults: nothing; they are HTTP requests to the API itself.")
        }
        return lines.joined(separator: "\n")
    }
}
