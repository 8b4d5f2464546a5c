import Cryptography
import StrictJSON
import TUF
import Timestamp

extension ClaimedMetadata: Inspected {
    var facts: Facts {
        var facts = Facts()
        facts.add("kind", "TUF metadata")
        facts.add("role", role)
        facts.add("version", String(version))
        facts.add("expires", expires.rfc3339InSeconds)
        switch content {
        case .root(let isConsistent, let keys, let roles):
            facts.add("names", isConsistent ? "of files have versions and hashes" : "of files are plain")
            for key in keys { facts.add("key", key.words) }
            for role in roles { facts.add("role", role.words) }
        case .timestamp(let files), .snapshot(let files):
            for file in files { facts.add("lists", file.words) }
        case .targets(let files, let keys, let delegations):
            for file in files { facts.add("target", file.words) }
            for key in keys { facts.add("key", key.words) }
            for role in delegations {
                facts.add("delegates to", role.words + (role.isTerminating ? ", and nobody after it" : ""))
                for path in role.paths { facts.add("  what", path) }
            }
        }
        for signature in signatures {
            facts.add("signature", "key \(signature.keyID)" + (signature.isEmpty ? ", which has yet to sign" : ""))
        }
        return facts
    }

    private var role: String {
        switch content {
        case .root: "root"
        case .timestamp: "timestamp"
        case .snapshot: "snapshot"
        case .targets: "targets"
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", "tuf")
        writer.member("role", role)
        writer.member("version", version)
        writer.member("expires", expires.rfc3339InSeconds)
        switch content {
        case .root(let isConsistent, let keys, let roles):
            writer.member("consistentSnapshot", isConsistent)
            writer.objects("keys", keys) { $0.write(to: &$1) }
            writer.objects("roles", roles) { $0.write(to: &$1) }
        case .timestamp(let files), .snapshot(let files):
            writer.objects("files", files) { $0.write(to: &$1) }
        case .targets(let files, let keys, let delegations):
            writer.objects("targets", files) { $0.write(to: &$1) }
            writer.objects("keys", keys) { $0.write(to: &$1) }
            writer.objects("delegations", delegations) { $0.write(to: &$1) }
        }
        writer.objects("signatures", signatures) { signature, writer in
            writer.member("keyID", signature.keyID)
            writer.member("isEmpty", signature.isEmpty)
        }
    }
}

extension ClaimedMetadata.Key {
    fileprivate var words: String {
        let algorithm = key.map { "\($0.algorithm)" } ?? "`\(type)`, which is not understood and counts for nothing"
        return "\(keyID)  \(algorithm)"
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("keyID", keyID)
        writer.member("type", type)
        if let key { writer.member("fingerprint", "sha256:\(key.fingerprint.hexadecimal)") }
    }
}

extension ClaimedMetadata.Role {
    fileprivate var words: String { "\(name), \(threshold) of \(keyIDs.count): \(keyIDs.joined(separator: ", "))" }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("threshold", threshold)
        writer.texts("keyIDs", keyIDs)
        if !paths.isEmpty {
            writer.texts("paths", paths)
            writer.member("terminating", isTerminating)
        }
    }
}

extension ClaimedMetadata.File {
    fileprivate var words: String {
        let parts = [version.map { "version \($0)" }, length.map(byteCount)].compactMap { $0 } + hashes
        return ([name] + parts).joined(separator: "  ")
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        if let version { writer.member("version", version) }
        if let length { writer.member("length", length) }
        writer.texts("hashes", hashes)
    }
}
