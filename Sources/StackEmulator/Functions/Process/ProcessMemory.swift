#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads what the kernel says about a process's memory.
enum ProcessMemory {
    /// The peak resident size in MiB, rounded up; 0 when the process is gone.
    static func peakMebibytes(of id: Int32) -> Int {
        guard let file = fopen("/proc/\(id)/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            let kibibytes = text.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
            return (kibibytes + 1023) / 1024
        }
        return 0
    }
}
