/// The rules for names of general purpose buckets
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
package enum BucketName {
    private static let forbiddenPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"]
    private static let forbiddenSuffixes = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]

    package static func isValid(_ name: String) -> Bool {
        guard (3...63).contains(name.utf8.count), !name.contains(".."),
            !forbiddenPrefixes.contains(where: name.hasPrefix), !forbiddenSuffixes.contains(where: name.hasSuffix)
        else { return false }
        func isLetterOrDigit(_ byte: UInt8?) -> Bool {
            guard let byte else { return false }
            return (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
        }
        guard isLetterOrDigit(name.utf8.first), isLetterOrDigit(name.utf8.last) else { return false }
        guard name.utf8.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else {
            return false
        }
        // Nothing that looks like an address.
        let labels = name.split(separator: ".")
        return !(labels.count == 4 && labels.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    }
}
