import EmulatorCore
import ExactJSON
import FoundationEssentials

/// Where the code of a function comes from, before anything of it was read.
enum FunctionCode: Sendable, Equatable {
    /// The text of one file, as a template's `ZipFile` gives it.
    case inline(String)
    /// A zip archive.
    case zip([UInt8])
    /// An archive in a bucket; also what a synthesised template calls an asset.
    ///
    /// - assetPath: the asset's place in the folder of assets, when the template's metadata tells it.
    case object(bucket: String, key: String, version: String?, assetPath: String?)
    /// A folder, an archive or a single file on this machine: what `aws cloudformation package` would upload.
    case local(path: String)

    /// Reads the property `Code` of `AWS::Lambda::Function`.
    ///
    /// - Parameters:
    ///   - property: The property, resolved.
    ///   - metadata: The resource's metadata, where the CDK notes an asset's path.
    /// - Throws: `InvalidParameterValueException`, in Lambda's words where it has some.
    init(property: JSONValue?, metadata: JSONValue? = nil) throws(AWSServiceError) {
        if let path = property?.stringValue {
            self = .local(path: path)
        } else if let text = property?["ZipFile"]?.stringValue, property?["S3Bucket"] == nil {
            // CloudFormation's limit for code inside of a template.
            guard text.utf8.count <= 4_194_304 else {
                throw Self.refusal("The inline code in ZipFile must have at most 4194304 characters.")
            }
            self = .inline(text)
        } else {
            try self.init(members: property ?? [:], zip: nil, assetPath: metadata?["aws:asset:path"]?.stringValue)
        }
    }

    /// Reads the members of CreateFunction's `Code`, or of UpdateFunctionCode's input.
    ///
    /// - Throws: `InvalidParameterValueException` in Lambda's words.
    init(request: JSONValue) throws(AWSServiceError) {
        var zip: [UInt8]?
        if let text = request["ZipFile"]?.stringValue {
            guard let data = Data(base64Encoded: text) else {
                throw AWSServiceError("SerializationException", "ZipFile is not in base64.")
            }
            zip = Array(data)
        }
        try self.init(members: request, zip: zip, assetPath: nil)
    }

    private init(members: JSONValue, zip: [UInt8]?, assetPath: String?) throws(AWSServiceError) {
        let (bucket, key) = (members["S3Bucket"]?.stringValue, members["S3Key"]?.stringValue)
        if members["ImageUri"] != nil {
            throw Self.refusal("Functions from images are not emulated.")
        } else if let zip {
            guard bucket == nil, key == nil else {
                throw Self.refusal("Please do not provide other FunctionCode parameters when providing a ZipFile.")
            }
            self = .zip(zip)
        } else if let bucket, let key {
            self = .object(
                bucket: bucket, key: key, version: members["S3ObjectVersion"]?.stringValue, assetPath: assetPath)
        } else {
            throw Self.refusal("Please provide a source for function code.")
        }
    }

    /// Lambda's error for a request that cannot be carried out as it is.
    static func refusal(_ message: String) -> AWSServiceError { .init("InvalidParameterValueException", message) }
}
