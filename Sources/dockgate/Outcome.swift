import Glibc

/// How the program ends, and the one table of exit codes.
enum Outcome: Int32, Error {
    case allowed = 0
    case denied = 1
    case usage = 2
    case undetermined = 3
    case internalError = 4

    func exit() -> Never {
        Glibc.exit(rawValue)
    }
}

/// A mistake in the arguments, the configuration or the policies: it is printed, and the program ends with 2.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
