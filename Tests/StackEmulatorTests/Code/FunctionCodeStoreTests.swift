import EmulatorCore
import ExactJSON
import Foundation
import Testing

@testable import StackEmulator

@Suite("The code of a function") struct FunctionCodeStoreTests {
    private let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    /// A store whose Pythons are those of a folder of the test's own.
    private func store(
        commands: [String: String] = [:], fallbacks: [String: String] = [:], assets: String? = nil,
        pythonEnvironment: String? = nil, objects: [String: [UInt8]]? = nil
    ) throws -> FunctionCodeStore {
        try FileManager.default.createDirectory(atPath: scratch.path + "/tmp", withIntermediateDirectories: true)
        let locations = CodeLocations(
            assets: assets, templateFolder: scratch.path + "/template", workingFolder: scratch.path + "/working",
            pythonEnvironment: pythonEnvironment, searchPath: scratch.path + "/bin:/usr/bin:/bin",
            temporaryFolder: scratch.path + "/tmp")
        var readObject: FunctionCodeStore.ReadObject?
        if let objects {
            readObject = { @Sendable bucket, key, _ throws(AWSServiceError) in
                guard let bytes = objects["\(bucket)/\(key)"] else {
                    throw AWSServiceError("NoSuchKey", "The specified key does not exist.", status: 404)
                }
                return bytes
            }
        }
        return FunctionCodeStore(
            locations: locations, commands: commands, fallbacks: fallbacks, readObject: readObject)
    }

    private func source(
        _ code: JSONValue, runtime: String = "provided.al2023", handler: String = "app.handler",
        metadata: JSONValue = [:]
    ) -> FunctionSource {
        FunctionSource(
            logicalID: "Fn", name: "fn-name", runtime: runtime, handler: handler, property: code, metadata: metadata)
    }

    /// A program that answers as a Python with or without the runtime interface client.
    private func fakePython(at name: String, hasClient: Bool) throws {
        let path = "\(scratch.path)/\(name)"
        let answer: JSONValue = [
            "executable": .string(path), "version": "3.13.1", "client": .bool(hasClient), "sdk": false,
        ]
        try scratch.write("#!/bin/sh\necho '\(answer.text)'\n", to: name, isExecutable: true)
    }

    private let object: JSONValue = ["S3Bucket": "bucket", "S3Key": "code.zip"]
    private let archive = ZipArchive.bytes([.file("bootstrap", "#!/bin/sh\n", mode: 0o100755)])

    // MARK: Where code comes from

    @Test("an archive in a bucket is unpacked into a folder that goes with the store")
    func bucket() async throws {
        var store: FunctionCodeStore? = try store(objects: ["bucket/code.zip": archive])
        let prepared = try #require(try await store?.prepare(source(object)))
        let folder = try #require(prepared.command.workingDirectory)
        #expect(prepared.command.executable == folder + "/bootstrap")
        #expect(FileManager.default.isExecutableFile(atPath: prepared.command.executable))
        #expect(prepared.sha256 == FunctionCodeStore.digest(of: archive))
        #expect(prepared.size == archive.count)
        // The same bytes again take no second folder.
        #expect(try await store?.prepare(source(object)).command.workingDirectory == folder)
        store = nil
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(scratch.names.filter { $0.hasPrefix("tmp/") }.isEmpty)
    }

    @Test("a folder that a killed process left behind is removed by the next one, that of a living one is not")
    func abandoned() async throws {
        try scratch.write("", to: "tmp/firedrill-code-dead/.lock")
        try scratch.write("", to: "tmp/firedrill-code-new/.lock")
        let old = Date(timeIntervalSinceNow: -3600)
        try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: scratch.path + "/tmp/firedrill-code-dead/.lock")
        let living = try store(objects: ["bucket/code.zip": archive])
        let folder = try #require(try await living.prepare(source(object)).command.workingDirectory)
        let lock = (folder as NSString).deletingLastPathComponent + "/.lock"
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: lock)
        let next = try store(objects: ["bucket/code.zip": archive])
        _ = try await next.prepare(source(object))
        #expect(FileManager.default.fileExists(atPath: folder))
        #expect(!scratch.names.contains("tmp/firedrill-code-dead"))
        #expect(scratch.names.contains("tmp/firedrill-code-new"))
    }

    @Test("an object that is nowhere is Lambda's error for it, with the place that was looked at")
    func missingObject() async throws {
        let store = try store(objects: [:])
        let error = await #expect(throws: AWSServiceError.self) { try await store.prepare(source(object)) }
        #expect(error?.code == "InvalidParameterValueException")
        #expect(
            error?.message.hasPrefix(
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key") == true
        )
        #expect(error?.message.contains("s3://bucket/code.zip") == true)
    }

    @Test("assets are found by the key in a manifest, by the template's metadata and by their names")
    func assets() async throws {
        let manifest: JSONValue = [
            "files": [
                "1f": [
                    "source": ["path": "asset.1f", "packaging": "zip"],
                    "destinations": [
                        "here": ["bucketName": "cdk-x-assets-${AWS::AccountId}-us-west-2", "objectKey": "1f.zip"]
                    ],
                ]
            ]
        ]
        try scratch.write(manifest.text, to: "cdk.out/App.assets.json")
        try scratch.write("not JSON", to: "cdk.out/Broken.assets.json")
        for name in ["asset.1f", "asset.2f", "bucket/plain", "assembly-Stage/asset.3f"] {
            try scratch.write("#!/bin/sh\n", to: "cdk.out/\(name)/bootstrap", isExecutable: true)
        }
        try scratch.write(
            manifest.text.replacing("1f", with: "3f"), to: "cdk.out/assembly-Stage/Stage.assets.json")
        let store = try store(assets: scratch.path + "/cdk.out", objects: ["bucket/code.zip": archive])
        func folder(_ key: String, _ metadata: JSONValue = [:]) async throws -> String? {
            let code: JSONValue = ["S3Bucket": "bucket", "S3Key": .string(key)]
            return try await store.prepare(source(code, metadata: metadata)).command.workingDirectory
        }
        #expect(try await folder("1f.zip") == scratch.path + "/cdk.out/asset.1f")
        #expect(try await folder("2f.zip", ["aws:asset:path": "asset.2f"]) == scratch.path + "/cdk.out/asset.2f")
        #expect(try await folder("3f.zip") == scratch.path + "/cdk.out/assembly-Stage/asset.3f")
        #expect(try await folder("plain") == scratch.path + "/cdk.out/bucket/plain")
        // What is no asset comes from the bucket.
        #expect(try await folder("code.zip")?.hasPrefix(scratch.path + "/tmp/") == true)
    }

    @Test("a path stands for a folder, an archive or one file beside the template")
    func paths() async throws {
        try scratch.write("#!/bin/sh\n", to: "template/src/bootstrap", isExecutable: true)
        try scratch.write("x = 1\n", to: "template/app.py")
        try Data(archive).write(to: URL(filePath: scratch.path + "/template/code.zip"))
        try fakePython(at: "bin/python3", hasClient: true)
        let store = try store()
        let folder = try await store.prepare(source("./src"))
        #expect(folder.command.workingDirectory == scratch.path + "/template/./src".replacing("/./", with: "/"))
        let unpacked = try #require(try await store.prepare(source("code.zip")).command.workingDirectory)
        #expect(FileManager.default.fileExists(atPath: unpacked + "/bootstrap"))
        let file = try #require(
            try await store.prepare(source("app.py", runtime: "python3.12")).command.workingDirectory)
        #expect(FileManager.default.fileExists(atPath: file + "/app.py"))
        let error = await #expect(throws: AWSServiceError.self) { try await store.prepare(source("nothing")) }
        #expect(error?.message.contains("\(scratch.path)/template/nothing") == true)
    }

    @Test(
        "what is no code is refused in Lambda's words",
        arguments: [
            ([:], "Please provide a source for function code."),
            (["S3Bucket": "b"], "Please provide a source for function code."),
            (["ImageUri": "x"], "Functions from images are not emulated."),
            (
                ["ZipFile": "UEs=", "S3Bucket": "b", "S3Key": "k"],
                "Please do not provide other FunctionCode parameters when providing a ZipFile."
            ),
        ] as [(JSONValue, String)])
    func noCode(request: JSONValue, message: String) {
        let error = #expect(throws: AWSServiceError.self) { try FunctionCode(request: request) }
        #expect(error == AWSServiceError("InvalidParameterValueException", message))
    }

    // MARK: What runs it

    @Test("a command that the user names wins over any code, by logical id or by name", arguments: ["Fn", "fn-name"])
    func stated(name: String) async throws {
        let prepared = try await store(commands: [name: "sh -c true"]).prepare(source(object))
        #expect(prepared.command.executable.hasSuffix("/sh"))
        #expect(prepared.command.arguments == ["-c", "true"])
        #expect(prepared.command.workingDirectory == nil)
    }

    @Test("a command of the built-in stack is only for code that is nowhere to be found")
    func bundled() async throws {
        let missing = try await store(fallbacks: ["Fn": "sh"]).prepare(source(object))
        #expect(missing.command.executable.hasSuffix("/sh"))
        let found = try await store(fallbacks: ["Fn": "sh"], objects: ["bucket/code.zip": archive])
            .prepare(source(object))
        #expect(found.command.executable.hasSuffix("/bootstrap"))
    }

    @Test("inline code becomes the file that its runtime looks for")
    func inline() async throws {
        try fakePython(at: "bin/python3", hasClient: true)
        let text = "def handler(event, context):\n    return 1\n"
        let store = try store()
        let prepared = try await store.prepare(
            source(["ZipFile": .string(text)], runtime: "python3.12", handler: "index.handler"))
        let folder = try #require(prepared.command.workingDirectory)
        #expect(try String(contentsOfFile: folder + "/index.py", encoding: .utf8) == text)
        #expect(prepared.command.executable == scratch.path + "/bin/python3")
        #expect(prepared.command.arguments == ["-m", "awslambdaric", "index.handler"])
        #expect(prepared.command.variables["PYTHONPATH"] == folder)
    }

    @Test("Python is that of the environment named, else the active one, else .venv beside the template or here")
    func pythons() async throws {
        for (name, hasClient) in [
            ("named", true), ("active", false), ("template/.venv", true), ("working/.venv", true),
        ] {
            try fakePython(at: "\(name)/bin/python3", hasClient: hasClient)
        }
        var locations = try store().locations
        locations.activePythonEnvironment = scratch.path + "/active"
        let code: JSONValue = ["ZipFile": "x = 1"]
        func python(_ locations: CodeLocations) async throws -> String {
            try await FunctionCodeStore(locations: locations, commands: [:])
                .prepare(source(code, runtime: "python3.12")).command.executable
        }
        // The active environment lacks the client; it is passed over.
        #expect(try await python(locations) == scratch.path + "/template/.venv/bin/python3")
        locations.pythonEnvironment = scratch.path + "/named"
        #expect(try await python(locations) == scratch.path + "/named/bin/python3")
        locations.pythonEnvironment = scratch.path + "/active"
        let error = await #expect(throws: AWSServiceError.self) { _ = try await python(locations) }
        #expect(error?.message.contains("/active/bin/pip install awslambdaric boto3`") == true)
        #expect(error?.message.contains("(3.13.1, without awslambdaric)") == true)
    }

    @Test(
        "what cannot be started says what to do about it",
        arguments: [
            ("provided.al2", [ZipArchive.Entry.file("other", "x")], "no file `bootstrap`"),
            ("provided", [.file("bootstrap", "x")], "chmod +x bootstrap"),
            ("java21", [.file("a.class", "x")], "the runtime java21 of the function Fn cannot be started here"),
            ("nodejs22.x", [.file("index.js", "x")], "npm install aws-lambda-ric"),
            ("python3.12", [.file("app.py", "x")], "python3 -m venv .venv && .venv/bin/pip install awslambdaric boto3"),
        ] as [(String, [ZipArchive.Entry], String)])
    func unstartable(runtime: String, entries: [ZipArchive.Entry], message: String) async throws {
        try fakePython(at: "bin/python3", hasClient: false)
        let store = try store(objects: ["bucket/code.zip": ZipArchive.bytes(entries)])
        let error = await #expect(throws: AWSServiceError.self) {
            try await store.prepare(source(object, runtime: runtime))
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("--function Fn=COMMAND") == (runtime != "provided"))
    }

    @Test("a program for another processor is named as one")
    func processors() throws {
        var head: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 13)
        head[18] = ExecutableFormat.machine == "x86_64" ? 0xB7 : 0x3E
        let other = ExecutableFormat.machine == "x86_64" ? "arm64" : "x86_64"
        #expect(ExecutableFormat(head: head) == .foreign(other))
        head[18] = ExecutableFormat.machine == "x86_64" ? 0x3E : 0xB7
        #expect(ExecutableFormat(head: head) == .native)
        #expect(ExecutableFormat(head: Array("#!/bin/sh".utf8)) == .other)
        #expect(ExecutableFormat(head: []) == .other)
    }

    @Test("Node.js handlers are started by the client beside them")
    func node() async throws {
        try scratch.write("", to: "template/src/node_modules/.bin/aws-lambda-ric", isExecutable: true)
        let prepared = try await store().prepare(source("src", runtime: "nodejs22.x"))
        #expect(prepared.command.executable.hasSuffix("/template/src/node_modules/.bin/aws-lambda-ric"))
        #expect(prepared.command.arguments == ["app.handler"])
    }
}
