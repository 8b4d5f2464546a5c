import Foundation

/// A terminal that a program writes to, and what it wrote.
final class PseudoTerminal {
    private let master: Int32
    private let device: FileHandle
    /// Nil if the stream goes elsewhere.
    let output: FileHandle?
    let errors: FileHandle?

    enum Stream {
        case output, errors
    }

    init(for stream: Stream) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        guard master >= 0, ioctl(master, PseudoTerminal.setLock, &isLocked) == 0,
            ioctl(master, PseudoTerminal.getNumber, &number) == 0
        else { throw CommandFailure("there is no pseudo-terminal") }
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure("a terminal cannot be opened") }
        device = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        output = stream == .output ? device : nil
        errors = stream == .errors ? device : nil
    }

    deinit { close(master) }

    /// `TIOCSPTLCK` and `TIOCGPTN` (`man 2 ioctl_tty`), which are macros that Swift does not see.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// What was written so far; the kernel keeps some 4 KiB of it. A terminal writes a carriage return before each line
    /// end, which is left out here.
    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        _ = fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK)
        var text: [UInt8] = []
        while case let count = Foundation.read(master, &bytes, bytes.count), count > 0 { text += bytes.prefix(count) }
        return String(decoding: text, as: UTF8.self).replacing("\r\n", with: "\n")
    }
}
