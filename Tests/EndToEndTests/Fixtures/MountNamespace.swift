/// A view of the file system that one gate has for itself.
enum MountNamespace {
    /// What runs the words after it in such a namespace; nil where that is not permitted.
    static let unshare: [String]? = {
        // As root without a user namespace, else with one.
        [["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]].first { unshare in
            let probe = try? Command.run(unshare[0], unshare.dropFirst() + ["mount", "-t", "tmpfs", "none", "/tmp"])
            return probe?.status == 0
        }
    }()

    /// Runs the words after it where `file` has the content of `replacement`.
    static func launcher(replacing file: String, by replacement: String) -> [String]? {
        let script = #"mount --bind "$0" "$1"; shift; exec "$@""#
        return unshare.map { $0 + ["sh", "-ec", script, replacement, file] }
    }
}
