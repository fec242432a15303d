import ExactJSON
import Testing

@testable import StackEmulator

@Suite struct MethodSettingsTests {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
    @Test(
        "resource paths are unescaped",
        arguments: [
            ("/*", "*"), ("/", "/"), ("/~1items", "/items"), ("/~1items~1{id}", "/items/{id}"),
            ("/~1a~0b", "/a~b"), ("/items", "/items"), ("/~1", "/"),
        ])
    func paths(_ escaped: String, _ path: String) {
        #expect(MethodSettingsTable.path(escaped) == path)
    }

    private let table = table([
        [
            "ResourcePath": "/*", "HttpMethod": "*", "CachingEnabled": true, "CacheTtlInSeconds": 30,
            "MetricsEnabled": true,
        ],
        ["ResourcePath": "/~1items", "HttpMethod": "GET", "CachingEnabled": false],
        ["ResourcePath": "/~1items~1{id}", "HttpMethod": "GET", "CachingEnabled": "true", "CacheTtlInSeconds": "0"],
        ["ResourcePath": "/~1search", "HttpMethod": "POST", "CachingEnabled": true],
    ])

    /// As CloudFormation writes them.
    private static func table(_ settings: JSONValue) -> MethodSettingsTable {
        MethodSettingsTable(GatewayProperties(["MethodSettings": settings]).stage([:])["methodSettings"])
    }

    @Test(
        "only GET is cached where caching is on in general, another method where an entry of its own says so",
        arguments: [
            ("/", "GET", true), ("/", "POST", false), ("/items", "GET", false), ("/items", "POST", false),
            // A TTL of 0 switches caching off.
            ("/items/{id}", "GET", false), ("/search", "POST", true), ("/search", "GET", true),
        ])
    func caches(_ path: String, _ method: String, _ isCached: Bool) {
        #expect(table.cachesAnswers(path: path, method: method) == isCached)
    }

    @Test("an entry for a method replaces the general one as a whole") func replaces() {
        #expect(table.settings(path: "/", method: "GET").cacheTTLSeconds == 30)
        #expect(table.settings(path: "/", method: "GET").metricsEnabled)
        #expect(table.settings(path: "/search", method: "POST").cacheTTLSeconds == 300)
        #expect(!table.settings(path: "/search", method: "POST").metricsEnabled)
    }

    @Test("without settings nothing is cached or measured in detail") func none() {
        let table = MethodSettingsTable(nil)
        #expect(table.settings(path: "/", method: "GET") == MethodSettings())
        #expect(!table.cachesAnswers(path: "/", method: "GET"))
    }
}
