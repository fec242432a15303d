/// Does each method lead from the API to a function?
enum MethodRules {
    static let all = [reference, duplicate, integration, target, missing]

    static let reference = WiringRule(
        "method.reference", .error, "methods and resources belong to an API of the stack",
        because: "A method of another API, or below a resource that does not exist, is not served: its callers get 403."
    ) { subject, _ in
        let apis = Set(subject.apis.map(\.id))
        guard !apis.isEmpty else { return [] }
        let parts = Set(subject.resources.filter { $0.type == "AWS::ApiGateway::Resource" }.map(\.ref))
        let roots = Set(subject.apis.compactMap { subject.resource($0.logicalID)?.attributes["RootResourceId"] })
        return subject.resources.flatMap { resource -> [WiringRule.Sighting] in
            let isMethod = resource.type == "AWS::ApiGateway::Method"
            guard isMethod || resource.type == "AWS::ApiGateway::Resource" else { return [] }
            func unknown(_ property: String, _ known: Set<String>, _ what: String) -> WiringRule.Sighting? {
                guard let value = resource.properties.text(property), !known.contains(value) else { return nil }
                return WiringRule.Sighting(
                    WiringPlace(resource.logicalID, property),
                    "\(resource.logicalID) has the \(property) \(value), which is no \(what) of this stack",
                    remedy: "refer to the stack's own \(what)")
            }
            let place = isMethod ? "ResourceId" : "ParentId"
            return [
                unknown("RestApiId", apis, "API"),
                roots.isEmpty ? nil : unknown(place, parts.union(roots), "resource"),
            ].compactMap { $0 }
        }
    }

    static let duplicate = WiringRule(
        "method.duplicate", .error, "each method of a path is defined once",
        because: "API Gateway refuses the second one, and the deployment ends there."
    ) { subject, _ in
        var seen: [String: String] = [:]
        return subject.methods.compactMap { method in
            let key = "\(method.api) \(method.text)"
            guard let first = seen[key] else {
                seen[key] = method.logicalID
                return nil
            }
            return WiringRule.Sighting(
                WiringPlace(method.logicalID, "HttpMethod"), "\(first) and \(method.logicalID) are both \(method.text)",
                remedy: "change the path or the HttpMethod of one of them")
        }
    }

    static let integration = WiringRule(
        "method.integration", .error, "each method has an integration that works",
        because: "Without one a deployment of the API fails; a function is invoked by POST and nothing else "
            + "(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html)."
    ) { subject, _ in
        let types = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"]
        return subject.methods.compactMap { method in
            func sighting(_ path: String, _ words: String, _ remedy: String) -> WiringRule.Sighting {
                WiringRule.Sighting(
                    WiringPlace(method.logicalID, "Integration", path), "\(method.text) \(words)", remedy: remedy)
            }
            guard types.contains(method.integrationType) else {
                let found =
                    method.integrationType.isEmpty
                    ? "no integration" : "an integration of type \(method.integrationType)"
                return sighting(
                    "Type", "has \(found)\(NearestName.hint(method.integrationType, among: types))",
                    "give it an Integration with a Type of \(types.joined(separator: ", "))")
            }
            guard method.integrationURI.contains(":lambda:path/"), method.integrationVerb != "POST" else { return nil }
            return sighting(
                "IntegrationHttpMethod",
                "invokes a function by \(method.integrationVerb.isEmpty ? "no method" : method.integrationVerb)",
                "set IntegrationHttpMethod: POST")
        }
    }

    static let target = WiringRule(
        "method.function", .error, "a method's integration leads to a function that exists",
        because: "An integration that leads nowhere answers 500, and no function has an error."
    ) { subject, _ in
        subject.methods.compactMap { method in
            guard method.integrationType == "AWS_PROXY" || method.integrationURI.contains(":lambda:path/"),
                subject.function(behind: method) == nil
            else { return nil }
            let isFunction =
                method.integrationURI.contains(":lambda:path/") && method.integrationURI.contains(":function:")
            return WiringRule.Sighting(
                WiringPlace(method.logicalID, "Integration", "Uri"),
                isFunction
                    ? "\(method.text) invokes a function that is none of this stack"
                    : "\(method.text) has the integration \(method.integrationURI), which names no function",
                remedy: "use arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION-ARN/invocations",
                severity: isFunction ? .advice : nil)
        }
    }

    static let missing = WiringRule(
        "method.missing", .error, "every request that the scenario sends has a method",
        because: "A request without a method is answered 403, Missing Authentication Token, by the gateway itself."
    ) { subject, promises in
        guard !subject.methods.isEmpty else { return [] }
        var told: Set<String> = []
        return promises.requests.compactMap { request in
            let served = subject.methods.contains { $0.routes(request.verb, request.path) }
            let path = String(request.path.prefix { $0 != "?" })
            guard !served, !path.contains("{proxy+}"), told.insert("\(request.verb) \(path)").inserted,
                !subject.methods.contains(where: { $0.path.contains("+}") })
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(subject.apis.first?.logicalID ?? "stack"),
                "no method answers \(request.verb) \(path), which the scenario sends",
                remedy: "add an AWS::ApiGateway::Method for it, or correct the scenario")
        }
    }
}
