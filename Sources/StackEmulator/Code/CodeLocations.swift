/// Where on this machine functions' code and their runtimes are looked for.
package struct CodeLocations: Sendable, Equatable {
    /// A folder of assets, usually the cloud assembly that the CDK makes (`cdk.out`); nil without one.
    package var assets: String?
    /// The folder that relative paths in a template start from; nil for the built-in template.
    package var templateFolder: String?
    package var workingFolder: String
    /// The virtual environment that the user names; it must have what Python handlers need.
    package var pythonEnvironment: String?
    /// The virtual environment that is active in the user's shell.
    package var activePythonEnvironment: String?
    /// Folders with programs, separated by colons.
    package var searchPath: String
    /// Where folders for unpacked code are made.
    package var temporaryFolder: String

    package init(
        assets: String? = nil, templateFolder: String? = nil, workingFolder: String = ".",
        pythonEnvironment: String? = nil, activePythonEnvironment: String? = nil,
        searchPath: String = "/usr/local/bin:/usr/bin:/bin", temporaryFolder: String = "/tmp"
    ) {
        self.assets = assets
        self.templateFolder = templateFolder
        self.workingFolder = workingFolder
        self.pythonEnvironment = pythonEnvironment
        self.activePythonEnvironment = activePythonEnvironment
        self.searchPath = searchPath
        self.temporaryFolder = temporaryFolder
    }
}
