#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The stream that becomes the function's log.
enum StandardOutput {
    /// Writes a line whole and at once, so that lines of one process never mix and none waits in a buffer for a crash.
    @Sendable static func writeLine(_ line: String) { DescriptorLine.write(line, to: STDOUT_FILENO) }
}

enum StandardError {
    static func writeLine(_ line: String) { DescriptorLine.write(line, to: STDERR_FILENO) }
}

private enum DescriptorLine {
    static func write(_ line: String, to descriptor: Int32) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Platform.write(descriptor, $0) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                // Nobody reads any more; a log line is no reason to fail an invocation.
                return
            }
        }
    }
}

private enum Platform {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
