import Foundation

/// A disk for one gate's audit log that can be filled.
enum SmallDisk {
    /// A file system in memory of one MiB, in a mount namespace of the gate's own: it goes away with the gate.
    case mounted(unshare: [String])
    /// Where mounting is not permitted: no file of the gate may grow any more.
    case limited

    static let available: SmallDisk? = {
        if let unshare = MountNamespace.unshare { return .mounted(unshare: unshare) }
        return Command.exists("prlimit") ? .limited : nil
    }()

    static var isAvailable: Bool { available != nil }

    /// What starts the gate; the words after it are the gate's own, the last of them its configuration.
    var launcher: [String] {
        switch self {
        case .mounted(let unshare):
            let script =
                #"for last; do :; done; at="${last%/*}/audit"; mkdir -p "$at"; mount -t tmpfs -o size=1m none "$at"; exec "$@""#
            return unshare + ["sh", "-ec", script, "sh"]
        case .limited:
            return ["sh", "-ec", #"trap '' XFSZ; exec "$@""#, "sh"]
        }
    }

    /// Where others find the log of the gate.
    func audit(of gate: GateProcess) -> String {
        switch self {
        case .mounted: "/proc/\(gate.identifier)/root\(gate.files.audit)"
        case .limited: gate.files.audit
        }
    }

    func fill(_ gate: GateProcess) throws {
        switch self {
        case .mounted:
            // It ends with the error that is wanted.
            let filled = try Command.run("dd", ["if=/dev/zero", "of=" + filler(gate), "bs=4096"])
            guard filled.status != 0 else { throw CommandFailure("the disk has no end") }
        case .limited: try limit(gate, "0:")
        }
    }

    func makeRoom(_ gate: GateProcess) throws {
        switch self {
        case .mounted: try FileManager.default.removeItem(atPath: filler(gate))
        case .limited: try limit(gate, "unlimited:")
        }
    }

    private func filler(_ gate: GateProcess) -> String { audit(of: gate) + "/filler" }

    private func limit(_ gate: GateProcess, _ bytes: String) throws {
        let command = try Command.run("prlimit", ["--pid", String(gate.identifier), "--fsize=" + bytes])
        guard command.status == 0 else { throw CommandFailure("prlimit: \(command.errors)") }
    }
}
