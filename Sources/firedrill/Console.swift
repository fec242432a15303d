import Verdicts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Standard output and standard error, written whole and at once: a line that is waiting in a buffer is no progress.
enum Console {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; 100 where there is none to ask.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 100 }
        return Int(size.ws_col)
    }

    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    static func error(_ text: String, prefixed: Bool = true) {
        write((prefixed ? "firedrill: " : "") + text + "\n", to: STDERR_FILENO)
    }

    static func exit(_ code: Verdicts.ExitCode) -> Never { Glibc.exit(code.rawValue) }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A reader that went away is no reason to fail: the report matters, not the line.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
