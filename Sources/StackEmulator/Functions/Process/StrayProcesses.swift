#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Processes that a function's process started and that have left its process group.
enum StrayProcesses {
    /// Kills the processes that were started with a variable of a value that no others have.
    static func end(withVariable name: String, _ value: String) {
        guard let folder = opendir("/proc") else { return }
        defer { closedir(folder) }
        let wanted = Array("\(name)=\(value)".utf8)
        while let entry = readdir(folder) {
            let text = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // This process may carry the variable itself, when it is a function's.
            guard let id = Int32(text), id > 1, id != getpid(), has(wanted, id) else { continue }
            kill(id, SIGKILL)
        }
    }

    private static func has(_ variable: [UInt8], _ id: Int32) -> Bool {
        guard let file = fopen("/proc/\(id)/environ", "r") else { return false }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return bytes.prefix(count).split(separator: 0).contains { $0.elementsEqual(variable) }
    }
}
