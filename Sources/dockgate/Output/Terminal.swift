import Glibc

/// What a file descriptor leads to, as far as output looks different for it.
struct Terminal: Sendable {
    let isTerminal: Bool
    /// Whether it is a terminal that takes colours, and nobody has said that they are not wanted.
    let hasColour: Bool
    /// Whether a line can be taken back.
    let canErase: Bool
    let columns: Int

    /// A file or a pipe: text, and nothing else.
    static let none = Terminal(isTerminal: false, hasColour: false, canErase: false, columns: 80)

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1b}[1;\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }
}

extension Terminal {
    static let standardOutput = Terminal(of: STDOUT_FILENO)
    static let standardError = Terminal(of: STDERR_FILENO)

    /// `NO_COLOR` turns colours off, `TERM=dumb` (or none) also everything else that moves the cursor.
    private init(of descriptor: Int32) {
        let isTerminal = isatty(descriptor) == 1
        let kind = Terminal.text(getenv("TERM"))
        let isDumb = kind == nil || kind == "dumb"
        self.init(
            isTerminal: isTerminal, hasColour: isTerminal && !isDumb && Terminal.text(getenv("NO_COLOR")) == nil,
            canErase: isTerminal && !isDumb, columns: isTerminal ? Terminal.columns(of: descriptor) : 80)
    }

    /// The value of a variable; nil if it is empty, which counts as not set.
    private static func text(_ value: UnsafeMutablePointer<CChar>?) -> String? {
        guard let value, value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
