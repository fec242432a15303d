#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the first bytes of a program say about where it can run.
enum ExecutableFormat: Equatable {
    /// A script or anything else that the system finds an interpreter for.
    case other
    /// An ELF program for this machine's processor.
    case native
    /// An ELF program for another processor, by its name.
    case foreign(String)

    /// How many bytes are needed to tell.
    static let headLength = 20

    init(head: [UInt8]) {
        guard head.count >= Self.headLength, head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            self = .other
            return
        }
        // e_machine of the ELF header, in the byte order that the sixth byte names.
        let machine = head[5] == 2 ? Int(head[18]) << 8 | Int(head[19]) : Int(head[19]) << 8 | Int(head[18])
        let name =
            switch machine {
            case 0x3E: "x86_64"
            case 0xB7: "arm64"
            default: "processor \(machine)"
            }
        self = name == Self.machine ? .native : .foreign(name)
    }

    init(path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            self = .other
            return
        }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: Self.headLength)
        let count = read(file, &head, head.count)
        self.init(head: Array(head.prefix(max(0, count))))
    }

    /// The processor of this machine in Lambda's words.
    static var machine: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }
}
