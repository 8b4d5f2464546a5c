/// What goes wrong, for which requests.
public struct ScriptedFault: Sendable {
    public enum Action: Sendable {
        /// Take the request and never answer.
        case stall
        /// Answer with this status, these header fields and this body.
        case status(Int, headers: [(name: String, value: String)] = [], body: String = "")
        /// The right answer, but after so many bytes of its body the connection is closed.
        case truncate(after: Int)
        /// The right answer with one byte of its body changed.
        case wrongBytes
        /// 307 to another address.
        case redirect(to: String)
        /// The right answer, one byte of the body at a time, with so many milliseconds between them.
        case drip(milliseconds: Int64)
        /// Close without an answer.
        case close
        /// 200 with a body that has no end.
        case endless
        /// The right answer with one more header field; it replaces a field of the same name.
        case header(name: String, value: String)
        /// These bytes, and then the end of the connection, unless it `staysOpen`.
        case raw(String, staysOpen: Bool = false)
        /// The right answer, after so many milliseconds.
        case delay(milliseconds: Int64)
    }

    let prefix: String
    let occurrences: Set<Int>?
    let action: Action
    var seen = 0

    /// Fits requests whose target begins with `prefix`; of these the ones counted in `occurrences` (the first is 1), or
    /// all of them.
    public init(_ prefix: String, only occurrences: Set<Int>? = nil, do action: Action) {
        self.prefix = prefix
        self.occurrences = occurrences
        self.action = action
    }

    /// Counts a request; true if the fault is to be done to it.
    mutating func fits(_ target: String) -> Bool {
        guard target.hasPrefix(prefix) else { return false }
        seen += 1
        return occurrences?.contains(seen) ?? true
    }
}
