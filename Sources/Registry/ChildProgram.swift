import Glibc

/// A program that is started for one question: its input is what we give it, its output what we read, and nothing else
/// goes either way.
///
/// There is no shell: the program is a file, and its arguments are what they are. It gets no descriptor of ours besides
/// its input and output, only the environment that is named, and its time: then it is killed, with all that it started.
struct ChildProgram {
    /// Absolute.
    let path: String
    let arguments: [String]
    let environment: [(name: String, value: String)]

    struct Ending: Equatable {
        /// What it wrote to its standard output.
        let output: [UInt8]
        /// Nil if a signal ended it.
        let status: Int32?
    }

    enum Failure: Error, Hashable {
        /// `errno`.
        case notStarted(Int32)
        case timedOut
        /// More than `limit` bytes.
        case tooMuchOutput(limit: Int)
    }

    /// Blocks until the program has ended or was killed, which is at `deadline` at the latest. `input` must fit into a pipe
    /// (4 KiB at least, `man 7 pipe`).
    func run(input: [UInt8], limit: Int, until deadline: ContinuousClock.Instant) throws(Failure) -> Ending {
        let output = try Pipe()
        let process = try start(input: input, output: output)
        output.writing.close()
        do throws(Failure) {
            let bytes = try drain(output.reading.number, limit: limit, until: deadline)
            return Ending(output: bytes, status: try process.ending(until: deadline))
        } catch {
            process.kill()
            throw error
        }
    }

    private func start(input: [UInt8], output: Pipe) throws(Failure) -> ChildProcess {
        // Written before anybody reads: the pipe holds it, and no reader can be gone.
        let pipe = try Pipe()
        guard input.isEmpty || write(pipe.writing.number, input, input.count) == input.count else {
            throw .notStarted(errno)
        }
        pipe.writing.close()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.reading.number, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writing.number, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        guard let closeFrom = ChildProgram.closeFrom else { throw .notStarted(ENOSYS) }
        guard closeFrom(&actions, STDERR_FILENO + 1) == 0 else { throw .notStarted(ENOMEM) }
        return try ChildProcess(self, &actions)
    }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Closes in the program whatever this process has open: sockets are opened by a library, without close-on-exec. Glibc
    /// has it since 2.34, and its header shows it to GNU programs only.
    private static let closeFrom: CloseFrom? = dlopen(nil, RTLD_NOW)
        .flatMap { dlsym($0, "posix_spawn_file_actions_addclosefrom_np") }
        .map { unsafeBitCast($0, to: CloseFrom.self) }

    private func drain(
        _ descriptor: Int32, limit: Int, until deadline: ContinuousClock.Instant
    ) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard deadline > .now else { throw .timedOut }
            guard poll(&wanted, 1, (deadline - .now).inPollMilliseconds) > 0 else { continue }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return bytes
            }
            guard count <= limit - bytes.count else { throw .tooMuchOutput(limit: limit) }
            bytes += buffer[..<count]
        }
    }
}

/// A started program, in a process group of its own.
private struct ChildProcess {
    private let identifier: pid_t

    init(_ program: ChildProgram, _ actions: inout posix_spawn_file_actions_t) throws(ChildProgram.Failure) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores and blocks is its own affair.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var identifier: pid_t = 0
        let status = withCStrings([program.path] + program.arguments) { arguments in
            withCStrings(program.environment.map { "\($0.name)=\($0.value)" }) { environment in
                posix_spawn(&identifier, program.path, &actions, &attributes, arguments, environment)
            }
        }
        guard status == 0 else { throw .notStarted(status) }
        self.identifier = identifier
    }

    /// Its exit status, nil if a signal ended it.
    func ending(until deadline: ContinuousClock.Instant) throws(ChildProgram.Failure) -> Int32? {
        var status: Int32 = 0
        while waitpid(identifier, &status, WNOHANG) == 0 {
            guard deadline > .now else { throw .timedOut }
            usleep(1000)
        }
        // What the macros `WIFEXITED` and `WEXITSTATUS` look at.
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
    }

    /// Ends it and what it started, and waits for the former.
    func kill() {
        Glibc.kill(-identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }
}

/// The two ends of a pipe, closed when nobody refers to them any more; no program that is started inherits them.
private struct Pipe {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(ChildProgram.Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .notStarted(errno) }
        (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
}

private final class Descriptor {
    private(set) var number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close() }

    func close() {
        if number >= 0 { _ = Glibc.close(number) }
        number = -1
    }
}

private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = texts.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

extension Duration {
    /// Rounded up, so that nobody polls in circles.
    fileprivate var inPollMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
